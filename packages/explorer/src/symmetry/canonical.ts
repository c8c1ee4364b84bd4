/**
 * Canonical fingerprints for symmetry reduction (Ip and Dill, "Better Verification Through Symmetry", 1996; Clarke,
 * Enders, Filkorn and Jha, "Exploiting Symmetry in Temporal Logic Model Checking", 1996): all states of one orbit have
 * the same fingerprint, and a comparison finds the permutation.
 */
import type { Saved } from '../api/checkpoint.ts';
import type { AccessSets } from '../learned/access-sets.ts';
import type { Canonicalizer } from '../store/canonicalizer.ts';
import { assert, ASSERTS } from '../store/assert.ts';
import { doubled } from '../store/growable.ts';
import { HEADER, type Layout } from '../store/packing.ts';
import { exactly } from '../store/loading.ts';
import type { LocalImages } from './images.ts';
import { highPart, imul, lowPart, mix } from '../store/hash.ts';
import type { Permutation, SymmetryGroup } from './permutations.ts';
import type { Saving } from '../store/saving.ts';

/**
 * Kinds of words of a record: shared by all replicas; of one replica; a set of replicas, shared or of one; of an
 * ordered pair of replicas.
 */
const SHARED = 0;
const OWN = 1;
const SHARED_SET = 2;
const OWN_SET = 3;
const PAIR = 4;

/** Which cells of a record somebody may still read. */
export interface LiveCells {
  /** Takes up a record. @param at word at which its local states begin */
  begin(record: Int32Array, at: number, processes: number): void;
  /** Is the cell of this slot live in the record? */
  isLive(slot: number): boolean;
}

/**
 * A fingerprint that is invariant under permutations: a sum over what the replicas share, plus one sum per replica,
 * each mixed and then added up in any order. A record keeps these sums (`layout.sums`), so that a write changes two
 * words of them. What depends on two replicas at once is not in the fingerprint; the comparison, which searches for a
 * permutation under which the records are equal, sees it.
 */
export class CanonicalFingerprint implements Canonicalizer {
  low = 0;
  high = 0;
  /** The permutation under which the last two records were found equal; undefined for the identity. */
  permutation: Permutation | undefined;
  private readonly group: SymmetryGroup | undefined;
  private readonly replicas: number;
  /** Per word: its kind, its owner (0: shared, else 1 + the replica), and the key under which its value is hashed. */
  private kinds = new Uint8Array(64);
  private owners = new Uint8Array(64);
  private keys = new Int32Array(64);
  private known: number;
  /** Bits of all replicas in a set. */
  private readonly replicaBits: number;
  /** Per node: 1 + the representative of its orbit, fixed for the duration of one search. */
  private representatives = new Int32Array(256);
  /** Per word of a cell: its slot, -1 while nobody was seen touching the cell. */
  private slots = new Int32Array(0);
  /** Per node: what it adds to both halves of a sum; filled when needed. */
  private parts = new Int32Array(512);
  private readonly sums: Int32Array;
  private readonly images: Int32Array;
  /** Per permutation: the word that each word goes to. */
  private readonly words = new Map<Permutation, Int32Array>();
  private readonly processes: number;

  constructor(
    private readonly layout: Layout,
    private readonly addCell: (cell: number) => void,
    private readonly accessSets: AccessSets,
    private readonly dead: LiveCells | undefined,
    private readonly localImages: LocalImages | undefined,
  ) {
    this.group = localImages?.group;
    this.replicas = this.group?.replicas.length ?? 0;
    this.processes = layout.sums - HEADER.size;
    this.known = HEADER.size;
    this.replicaBits = (this.group?.replicas ?? []).reduce(
      (all, { bit }) => (bit === undefined ? all : all | (1 << bit)),
      0,
    );
    this.sums = new Int32Array(2 + 2 * this.replicas);
    this.images = new Int32Array(this.replicas);
    this.learnWords();
  }

  /** Number of words that a record needs for sums. */
  static extraWords(images: LocalImages | undefined): number {
    return 2 + 2 * (images?.group.replicas.length ?? 0);
  }

  /** Classifies new words of records. Where a cell has a word, its images get one too. */
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
    this.group?.replicas.forEach(({ processes }, m) => {
      if (!processes.includes(p)) return;
      this.owners[word] = m + 1;
      this.keys[word] = HEADER.size + this.firstOf(m).processes[processes.indexOf(p)]!;
    });
  }

  private learnCell(word: number): void {
    if (!this.group) return;
    const cell = this.layout.cellAt(word);
    const { replicas, masks, symmetry } = this.group;
    const isSet = masks.has(cell);
    this.kinds[word] = isSet ? SHARED_SET : SHARED;
    replicas.forEach(({ cells }, m) => {
      const i = cells.indexOf(cell);
      if (i < 0) return;
      this.kinds[word] = isSet ? OWN_SET : OWN;
      this.owners[word] = m + 1;
      this.keys[word] = -2 - this.firstOf(m).cells[i]!;
      // Those words are classified in their turn.
      replicas.forEach((there, n) => {
        if (this.group!.classOf[n] === this.group!.classOf[m]) this.give(there.cells[i]!);
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

  private firstOf(m: number): SymmetryGroup['replicas'][number] {
    const { replicas, classOf } = this.group!;
    return replicas[classOf.indexOf(classOf[m]!)]!;
  }

  save(images: Saving): void {
    images.whole('representatives', this.representatives);
  }

  load(from: Saved): void {
    this.representatives = exactly(from, 'representatives');
  }

  /** Updates the sums of a record for a change of one of its words. */
  update(chunk: Int32Array, base: number, word: number, old: number, value: number, seed: number): void {
    const { sums } = this.layout;
    if (word < sums) this.updateNode(chunk, base + sums + 2 * this.owners[word]!, word, old, value, seed);
    else {
      this.add(chunk, base + sums, word, old, -1, seed);
      this.add(chunk, base + sums, word, value, 1, seed);
    }
  }

  private updateNode(sums: Int32Array, at: number, word: number, old: number, node: number, seed: number): void {
    const { parts } = this;
    if (2 * node >= parts.length || parts[2 * node] === 0) this.learnParts(word, node, seed);
    if (2 * old >= parts.length || parts[2 * old] === 0) this.learnParts(word, old, seed);
    sums[at] = sums[at]! + this.parts[2 * node]! - this.parts[2 * old]!;
    sums[at + 1] = sums[at + 1]! + this.parts[2 * node + 1]! - this.parts[2 * old + 1]!;
  }

  /** A node occurs in one word only: that of its process. */
  private learnParts(word: number, node: number, seed: number): void {
    while (2 * node >= this.parts.length) this.parts = doubled(this.parts);
    const representatives = this.representativeOf(node);
    this.parts[2 * node] = lowPart(this.keys[word]!, representatives, seed);
    this.parts[2 * node + 1] = highPart(this.keys[word]!, representatives, seed);
  }

  private add(sums: Int32Array, at: number, word: number, value: number, sign: number, seed: number): void {
    if (value === 0) return;
    const kind = this.kinds[word]!;
    const key = this.keys[word]!;
    switch (kind) {
      case SHARED_SET: {
        const set = this.layout.decode(this.layout.cellAt(word), value);
        this.put(sums, at, key, (set & ~this.replicaBits) + 1, sign, seed);
        this.group!.replicas.forEach(({ bit }, m) => {
          if (bit !== undefined && (set >>> bit) & 1) this.put(sums, at + 2 + 2 * m, key, 1, sign, seed);
        });
        break;
      }
      case OWN_SET:
        this.put(
          sums,
          at + 2 * this.owners[word]!,
          key,
          (this.layout.decode(this.layout.cellAt(word), value) & ~this.replicaBits) + 1,
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

  /** Computes `low` and `high` of a record: equal for all records that may count as equal. */
  compute(chunk: Int32Array, base: number, seed: number): void {
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
    for (let m = 1; m <= this.replicas; m++) {
      const a = sums[at + 2 * m]!;
      const b = sums[at + 2 * m + 1]!;
      low = (low + mix(a ^ imul(b, 0x9e3779b1))) | 0;
      high = (high + mix(b ^ imul(a, 0x85ebca6b))) | 0;
    }
    this.low = low;
    this.high = high;
  }

  areSumsRight(chunk: Int32Array, base: number, seed: number): boolean {
    const { sums, firstCell, width } = this.layout;
    const made = new Int32Array(2 + 2 * this.replicas);
    for (let word = HEADER.size; word < sums; word++)
      this.put(made, 2 * this.owners[word]!, this.keys[word]!, this.representativeOf(chunk[base + word]!), 1, seed);
    for (let word = firstCell; word < width; word++) this.add(made, 0, word, chunk[base + word]!, 1, seed);
    return made.every((sum, i) => sum === chunk[base + sums + i]);
  }

  /** Is that record equal to the computed one, under some permutation? */
  matches(known: Int32Array, at: number, chunk: Int32Array, base: number): boolean {
    this.permutation = undefined;
    if (this.isPlainlyEqual(known, at, chunk, base)) return true;
    const found = this.replicas > 0 && this.matchPermutation(0, 0, known, at, chunk, base);
    // With dead cells the fingerprint may be that of other live cells, before more was learned.
    if (ASSERTS && found && !this.dead)
      assert(
        known[at + HEADER.low] === this.low && known[at + HEADER.high] === this.high,
        'states of one orbit have one canonical fingerprint',
      );
    return found;
  }

  /** Searches for images of the replicas from `m` on. */
  private matchPermutation(
    m: number,
    taken: number,
    known: Int32Array,
    at: number,
    chunk: Int32Array,
    base: number,
  ): boolean {
    if (m === this.replicas) {
      this.permutation = this.group!.permutation(this.images);
      return this.isEqualUnder(this.permutation, known, at, chunk, base);
    }
    const { classOf } = this.group!;
    const mine = base + this.layout.sums + 2 + 2 * m;
    for (let n = 0; n < this.replicas; n++) {
      if ((taken >>> n) & 1 || classOf[n] !== classOf[m]) continue;
      const theirs = at + this.layout.sums + 2 + 2 * n;
      // The sums include dead cells.
      if (!this.dead && (known[theirs] !== chunk[mine] || known[theirs + 1] !== chunk[mine + 1])) continue;
      this.images[m] = n;
      if (this.matchPermutation(m + 1, taken | (1 << n), known, at, chunk, base)) return true;
    }
    return false;
  }

  private isPlainlyEqual(known: Int32Array, at: number, chunk: Int32Array, base: number): boolean {
    const { sums, firstCell, width } = this.layout;
    for (let word = HEADER.size; word < sums; word++) if (known[at + word] !== chunk[base + word]) return false;
    // Where local states are equal, the same cells are live.
    for (let word = firstCell; word < width; word++)
      if (known[at + word] !== chunk[base + word] && (!this.dead || this.isLive(word))) return false;
    return true;
  }

  private isEqualUnder(
    permutation: Permutation,
    known: Int32Array,
    at: number,
    chunk: Int32Array,
    base: number,
  ): boolean {
    const { firstCell, width } = this.layout;
    const { processImages } = permutation;
    let images = this.localImages!.imagesUnder(permutation);
    for (let p = 0; p < this.processes; p++) {
      const node = chunk[base + HEADER.size + p]!;
      let image = images[node] ?? 0;
      if (image === 0) {
        image = this.localImages!.imageOf(permutation, node) + 2;
        images = this.localImages!.imagesUnder(permutation);
      }
      if (known[at + HEADER.size + processImages[p]!] !== image - 2) return false;
    }
    const words = this.wordsUnder(permutation);
    for (let word = firstCell; word < width; word++) {
      if (this.dead && !this.isLive(word)) continue;
      const value = chunk[base + word]!;
      const kind = this.kinds[word]!;
      const mapped =
        value !== 0 && (kind === SHARED_SET || kind === OWN_SET) ? this.mapped(permutation, word, value) : value;
      if (known[at + words[word]!] !== mapped) return false;
    }
    return true;
  }

  private mapped(permutation: Permutation, word: number, value: number): number {
    const cell = this.layout.cellAt(word);
    return this.layout.encode(permutation.cell(cell), permutation.set(this.layout.decode(cell, value)));
  }

  private wordsUnder(permutation: Permutation): Int32Array {
    let words = this.words.get(permutation);
    if (words?.length === this.layout.width) return words;
    words = Int32Array.from({ length: this.layout.width }, (_, word) =>
      word < this.layout.firstCell ? word : this.layout.wordOf[permutation.cell(this.layout.cellAt(word))]!,
    );
    this.words.set(permutation, words);
    return words;
  }

  /**
   * Representative of the orbit of a node; 0, which adds nothing, for that of node 0. It does not change during a
   * search, whatever is learned meanwhile.
   */
  private representativeOf(node: number): number {
    if (!this.localImages) return node;
    while (node >= this.representatives.length) this.representatives = doubled(this.representatives);
    return (this.representatives[node] ||= this.localImages.representativeOf(node) + 1) - 1;
  }

  private isLive(word: number): boolean {
    if (word >= this.slots.length) this.slots = new Int32Array(this.layout.width * 2).fill(-1);
    let slot = this.slots[word]!;
    if (slot < 0) slot = this.slots[word] = this.accessSets.slotIfTouched(this.layout.cellAt(word));
    return this.dead!.isLive(slot);
  }
}
