/** Which states count as one: equal in what matters, or with members of a symmetry in other places. */
import type { Saved } from '../api/checkpoint.ts';
import type { DeadCells } from '../partial-order/dead-cells.ts';
import type { Footprints } from '../learned/access-sets.ts';
import { doubled } from '../store/growable.ts';
import { HEADER, type Layout } from '../store/packing.ts';
import { exactly } from '../store/loading.ts';
import type { Mirror } from './closure.ts';
import { highPart, imul, lowPart, mix } from '../store/hash.ts';
import type { Mutant } from '../api/reductions.ts';
import type { Renaming, Renamings } from './permutations.ts';
import type { Saving } from '../store/saving.ts';

/** What a word of a record is where members change places. */
const SHARED = 0;
const OWN = 1;
const SHARED_SET = 2;
const OWN_SET = 3;
const PAIR = 4;

/**
 * Fingerprints that are the same for all orders of the members: a sum over what they share, and one sum per member, mixed and added up
 * in any order. Each record keeps its sums (`layout.sums`), so that a write changes two words of them. What depends on two members
 * at once is told by the comparison only, which looks for an order in which the records are equal.
 */
export class Likeness {
  low = 0;
  high = 0;
  /** Which order of the members made the last two records that were found equal so; nothing: they stood where they are. */
  by: Renaming | undefined;
  private readonly renamings: Renamings | undefined;
  private readonly members: number;
  /** Per word: what it is, whose (0: shared, else a member plus 1), and what it counts as. */
  private kinds = new Uint8Array(64);
  private owners = new Uint8Array(64);
  private keys = new Int32Array(64);
  private known: number;
  /** Bits of all members. */
  private readonly named: number;
  /** Per node: the least of its images plus 1, as long as this search lasts. */
  private least = new Int32Array(256);
  /** Per word of a cell: its slot, -1 while nobody was seen touching it. */
  private slots = new Int32Array(0);
  /** Per node: what it adds to both halves of a sum, once it was needed. */
  private parts = new Int32Array(512);
  private readonly sums: Int32Array;
  private readonly to: Int32Array;
  /** Per renaming: the words that words go to. */
  private readonly words = new Map<Renaming, Int32Array>();
  private readonly processes: number;
  private readonly mapsValues: boolean;

  constructor(
    private readonly layout: Layout,
    private readonly addCell: (cell: number) => void,
    private readonly footprints: Footprints,
    private readonly dead: DeadCells | undefined,
    private readonly mirror: Mirror | undefined,
    mutants: ReadonlySet<Mutant>,
  ) {
    this.mapsValues = !mutants.has('values are mapped');
    this.renamings = mirror?.renamings;
    this.members = this.renamings?.members.length ?? 0;
    this.processes = layout.sums - HEADER.size;
    this.known = HEADER.size;
    this.named = (this.renamings?.members ?? []).reduce(
      (all, { bit }) => (bit === undefined ? all : all | (1 << bit)),
      0,
    );
    this.sums = new Int32Array(2 + 2 * this.members);
    this.to = new Int32Array(this.members);
    this.learnWords();
  }

  /** Words for sums that a record needs. */
  static room(mirror: Mirror | undefined): number {
    return 2 + 2 * (mirror?.renamings.members.length ?? 0);
  }

  /** Takes note of new words of records. Where a cell has a place, its images get one. */
  learnWords(): void {
    for (; this.known < this.layout.width; this.known++) this.learn(this.known);
  }

  private learn(word: number): void {
    if (word >= this.kinds.length) {
      this.kinds = doubled(this.kinds);
      this.owners = doubled(this.owners);
      this.keys = doubled(this.keys);
    }
    this.keys[word] = word;
    if (word < this.layout.sums) this.learnNode(word);
    else if (word >= this.layout.firstCell) this.learnCell(word);
  }

  private learnNode(word: number): void {
    const p = word - HEADER.size;
    this.renamings?.members.forEach(({ processes }, m) => {
      if (!processes.includes(p)) return;
      this.owners[word] = m + 1;
      this.keys[word] = HEADER.size + this.firstOf(m).processes[processes.indexOf(p)]!;
    });
  }

  private learnCell(word: number): void {
    if (!this.renamings) return;
    const cell = this.layout.cellAt(word);
    const { members, masks, symmetry } = this.renamings;
    const isSet = masks.has(cell);
    this.kinds[word] = isSet ? SHARED_SET : SHARED;
    members.forEach(({ cells }, m) => {
      const i = cells.indexOf(cell);
      if (i < 0) return;
      this.kinds[word] = isSet ? OWN_SET : OWN;
      this.owners[word] = m + 1;
      this.keys[word] = -2 - this.firstOf(m).cells[i]!;
      // Their words are learned in turn.
      members.forEach((there, n) => {
        if (this.renamings!.classOf[n] === this.renamings!.classOf[m]) this.give(there.cells[i]!);
      });
    });
    (symmetry.pairs ?? []).forEach((pair, k) => {
      if (!pair.some((row, i) => row.some((there, j) => i !== j && there === cell))) return;
      this.kinds[word] = PAIR;
      this.keys[word] = -(1 << 24) - k;
      pair.forEach((row, i) =>
        row.forEach((there, j) => {
          if (i !== j) this.give(there);
        }),
      );
    });
  }

  private give(cell: number): void {
    if (!(this.layout.wordOf[cell]! >= 0)) this.addCell(cell);
  }

  private firstOf(m: number): Renamings['members'][number] {
    const { members, classOf } = this.renamings!;
    return members[classOf.indexOf(classOf[m]!)]!;
  }

  save(to: Saving): void {
    to.whole('least images', this.least);
  }

  load(from: Saved): void {
    this.least = exactly(from, 'least images');
  }

  /** A word of a record changes: changes the sums of the record. */
  change(chunk: Int32Array, base: number, word: number, old: number, value: number, seed: number): void {
    const { sums } = this.layout;
    if (word < sums) this.changeNode(chunk, base + sums + 2 * this.owners[word]!, word, old, value, seed);
    else {
      this.add(chunk, base + sums, word, old, -1, seed);
      this.add(chunk, base + sums, word, value, 1, seed);
    }
  }

  private changeNode(sums: Int32Array, at: number, word: number, old: number, node: number, seed: number): void {
    const { parts } = this;
    if (2 * node >= parts.length || parts[2 * node] === 0) this.learnParts(word, node, seed);
    if (2 * old >= parts.length || parts[2 * old] === 0) this.learnParts(word, old, seed);
    sums[at] = sums[at]! + this.parts[2 * node]! - this.parts[2 * old]!;
    sums[at + 1] = sums[at + 1]! + this.parts[2 * node + 1]! - this.parts[2 * old + 1]!;
  }

  /** A node is always at the same word. */
  private learnParts(word: number, node: number, seed: number): void {
    while (2 * node >= this.parts.length) this.parts = doubled(this.parts);
    const least = this.leastOf(node);
    this.parts[2 * node] = lowPart(this.keys[word]!, least, seed);
    this.parts[2 * node + 1] = highPart(this.keys[word]!, least, seed);
  }

  private add(sums: Int32Array, at: number, word: number, value: number, sign: number, seed: number): void {
    if (value === 0) return;
    const kind = this.kinds[word]!;
    const key = this.keys[word]!;
    switch (kind) {
      case SHARED_SET: {
        const set = this.layout.decode(this.layout.cellAt(word), value);
        this.put(sums, at, key, (set & ~this.named) + 1, sign, seed);
        this.renamings!.members.forEach(({ bit }, m) => {
          if (bit !== undefined && (set >>> bit) & 1) this.put(sums, at + 2 + 2 * m, key, 1, sign, seed);
        });
        break;
      }
      case OWN_SET:
        this.put(
          sums,
          at + 2 * this.owners[word]!,
          key,
          (this.layout.decode(this.layout.cellAt(word), value) & ~this.named) + 1,
          sign,
          seed,
        );
        break;
      default:
        this.put(sums, at + 2 * this.owners[word]!, key, value, sign, seed);
    }
  }

  private put(sums: Int32Array, at: number, key: number, value: number, sign: number, seed: number): void {
    sums[at] = sums[at]! + sign * lowPart(key, value, seed);
    sums[at + 1] = sums[at + 1]! + sign * highPart(key, value, seed);
  }

  /** Takes up a record: sets `low` and `high`, the same for all records that count as equal to it. */
  begin(chunk: Int32Array, base: number, seed: number): void {
    let sums = chunk;
    let at = base + this.layout.sums;
    if (this.dead) {
      for (let i = 0; i < this.sums.length; i++) this.sums[i] = chunk[at + i]!;
      [sums, at] = [this.sums, 0];
      this.dead.begin(chunk, base + HEADER.size, this.processes);
      for (let word = this.layout.firstCell; word < this.layout.width; word++)
        if (chunk[base + word] !== 0 && !this.isLive(word)) this.add(sums, at, word, chunk[base + word]!, -1, seed);
    }
    let low = sums[at]!;
    let high = sums[at + 1]!;
    for (let m = 1; m <= this.members; m++) {
      const a = sums[at + 2 * m]!;
      const b = sums[at + 2 * m + 1]!;
      low = (low + mix(a ^ imul(b, 0x9e3779b1))) | 0;
      high = (high + mix(b ^ imul(a, 0x85ebca6b))) | 0;
    }
    this.low = low;
    this.high = high;
  }

  /** Does that record count as equal to the one taken up? */
  matches(known: Int32Array, at: number, chunk: Int32Array, base: number): boolean {
    this.by = undefined;
    if (this.isPlainlyEqual(known, at, chunk, base)) return true;
    return this.members > 0 && this.place(0, 0, known, at, chunk, base);
  }

  /** Tries to find places for the members from `m` on. */
  private place(m: number, taken: number, known: Int32Array, at: number, chunk: Int32Array, base: number): boolean {
    if (m === this.members) {
      this.by = this.renamings!.of(this.to);
      return this.isEqualUnder(this.by, known, at, chunk, base);
    }
    const { classOf } = this.renamings!;
    const mine = base + this.layout.sums + 2 + 2 * m;
    for (let n = 0; n < this.members; n++) {
      if ((taken >>> n) & 1 || classOf[n] !== classOf[m]) continue;
      const theirs = at + this.layout.sums + 2 + 2 * n;
      // Sums count dead cells too.
      if (!this.dead && (known[theirs] !== chunk[mine] || known[theirs + 1] !== chunk[mine + 1])) continue;
      this.to[m] = n;
      if (this.place(m + 1, taken | (1 << n), known, at, chunk, base)) return true;
    }
    return false;
  }

  private isPlainlyEqual(known: Int32Array, at: number, chunk: Int32Array, base: number): boolean {
    const { sums, firstCell, width } = this.layout;
    for (let word = HEADER.size; word < sums; word++) if (known[at + word] !== chunk[base + word]) return false;
    // Where nodes are equal, the same cells are alive.
    for (let word = firstCell; word < width; word++)
      if (known[at + word] !== chunk[base + word] && (!this.dead || this.isLive(word))) return false;
    return true;
  }

  private isEqualUnder(renaming: Renaming, known: Int32Array, at: number, chunk: Int32Array, base: number): boolean {
    const { firstCell, width } = this.layout;
    const { places } = renaming;
    let images = this.mirror!.imagesUnder(renaming);
    for (let p = 0; p < this.processes; p++) {
      const node = chunk[base + HEADER.size + p]!;
      let image = images[node] ?? 0;
      if (image === 0) {
        image = this.mirror!.imageOf(renaming, node) + 2;
        images = this.mirror!.imagesUnder(renaming);
      }
      if (known[at + HEADER.size + places[p]!] !== image - 2) return false;
    }
    const words = this.wordsUnder(renaming);
    for (let word = firstCell; word < width; word++) {
      if (this.dead && !this.isLive(word)) continue;
      const value = chunk[base + word]!;
      const kind = this.kinds[word]!;
      const mapped =
        value !== 0 && (kind === SHARED_SET || kind === OWN_SET) && this.mapsValues
          ? this.mapped(renaming, word, value)
          : value;
      if (known[at + words[word]!] !== mapped) return false;
    }
    return true;
  }

  private mapped(renaming: Renaming, word: number, value: number): number {
    const cell = this.layout.cellAt(word);
    return this.layout.encode(renaming.cell(cell), renaming.set(this.layout.decode(cell, value)));
  }

  private wordsUnder(renaming: Renaming): Int32Array {
    let words = this.words.get(renaming);
    if (words?.length === this.layout.width) return words;
    words = Int32Array.from({ length: this.layout.width }, (_, word) =>
      word < this.layout.firstCell ? word : this.layout.wordOf[renaming.cell(this.layout.cellAt(word))]!,
    );
    this.words.set(renaming, words);
    return words;
  }

  /** What stands for a node and all its images: 0, which counts nothing, for those of node 0. It stays the same for one search, whatever is learned meanwhile. */
  private leastOf(node: number): number {
    if (!this.mirror) return node;
    while (node >= this.least.length) this.least = doubled(this.least);
    return (this.least[node] ||= this.mirror.leastOf(node) + 1) - 1;
  }

  private isLive(word: number): boolean {
    if (word >= this.slots.length) this.slots = new Int32Array(this.layout.width * 2).fill(-1);
    let slot = this.slots[word]!;
    if (slot < 0) slot = this.slots[word] = this.footprints.slotIfTouched(this.layout.cellAt(word));
    return this.dead!.isLive(slot);
  }
}
