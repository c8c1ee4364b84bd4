/**
 * Stored states: records of 32-bit words in chunks, found by 64-bit fingerprint and compared in full; or, compact, by
 * fingerprint alone (hash compaction: Wolper and Leroy, "Reliable Hashing Without Collision Detection", 1993).
 */
import type { Cell } from '../api/cell.ts';
import type { Schedule, System } from '../api/system.ts';
import type { Numbers, Rows, Saved } from '../api/checkpoint.ts';
import { assert, ASSERTS } from './assert.ts';
import { HEADER, Layout } from './packing.ts';
import type { Canonicalizer } from './canonicalizer.ts';
import { mustHave, plain } from './loading.ts';
import { highPart, lowPart } from './hash.ts';
import { PackedStore } from './packed-store.ts';
import type { Saving } from './saving.ts';
import { Predecessors } from './predecessors.ts';
import { Visited } from './visited.ts';

const CHUNK_BITS = 10;
const CHUNK = 1 << CHUNK_BITS;
const FORGOTTEN = new Int32Array(0);

/**
 * States are numbered in order of discovery. The record after the last state is the candidate: a successor under
 * construction, until `keep` stores it.
 */
export class States {
  count = 0;
  readonly layout: Layout;
  /** The chunk of the candidate's record, and where the record begins. */
  candidate!: Int32Array;
  at = 0;
  private stride: number;
  private chunks: Int32Array[] = [];
  private visited = new Visited();
  private readonly views: PackedStore[] = [];
  private readonly seed: number;
  /** Per chunk whose records were dropped: their headers. */
  private readonly heads: (Int32Array | undefined)[] = [];
  private readonly predecessors = new Predecessors();
  /** The free place at which the last unsuccessful `find` ended. */
  private free = 0;

  /** Canonical fingerprints, where different states may count as equal. */
  canonical: Canonicalizer | undefined;

  /**
   * @param compact only fingerprints are compared, mixed by this seed: two states may be taken for one
   * @param extraWords words that canonical fingerprints need in each record
   */
  constructor(
    private readonly system: System,
    private readonly compact?: { readonly seed: number },
    extraWords = 0,
  ) {
    this.seed = compact?.seed ?? 0;
    this.layout = new Layout(system, extraWords);
    // Room for the cells of most systems: wider records have to be moved.
    this.stride = this.layout.width + 28;
    this.pointAtCandidate();
  }

  /** Bytes of states and of the paths to them. */
  get bytes(): number {
    const records = this.chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    return (
      records +
      this.heads.reduce((sum, head) => sum + (head?.byteLength ?? 0), 0) +
      this.visited.bytes +
      this.predecessors.bytes
    );
  }

  /** A store over these states, to be pointed at one of them. */
  view(): PackedStore {
    const view = new PackedStore(this);
    this.views.push(view);
    return view;
  }

  chunkOf(state: number): Int32Array {
    return (this.chunks[state >>> CHUNK_BITS] ??= new Int32Array(CHUNK * this.stride));
  }

  baseOf(state: number): number {
    return (state & (CHUNK - 1)) * this.stride;
  }

  node(state: number, process: number): number {
    return this.chunkOf(state)[this.baseOf(state) + HEADER.size + process]!;
  }

  setNode(state: number, process: number, node: number): void {
    this.write(this.chunkOf(state), this.baseOf(state), HEADER.size + process, node);
  }

  /** Makes the candidate a copy of a state. */
  copyToCandidate(state: number): void {
    const from = this.chunkOf(state);
    const to = this.candidate;
    const a = this.baseOf(state);
    const b = this.at;
    const { width } = this.layout;
    for (let i = HEADER.low; i < width; i++) to[b + i] = from[a + i]!;
  }

  /** The known state that equals the candidate, or -1. */
  find(): number {
    const { candidate, at: base } = this;
    if (this.canonical) {
      this.canonical.compute(candidate, base, this.seed);
      candidate[base + HEADER.low] = this.canonical.low;
      candidate[base + HEADER.high] = this.canonical.high;
    }
    const high = candidate[base + HEADER.high]!;
    let place = this.visited.start(candidate[base + HEADER.low]!);
    for (let id = this.visited.at(place); id >= 0; id = this.visited.at(place)) {
      if (this.visited.matches(place, high) && this.equals(id, candidate, base)) return id;
      place = this.visited.after(place);
    }
    this.free = place;
    return -1;
  }

  /**
   * Stores the candidate, right after `find` did not find it.
   * @param moves each is process + number of processes * outcome
   */
  keep(parent: number, moves: readonly number[]): void {
    const { candidate, at } = this;
    if (ASSERTS)
      assert(this.isConsistent(candidate, at), 'the fingerprint of a state that is stored is that of its words');
    candidate[at + HEADER.parent] = parent;
    candidate[at + HEADER.move] = moves.length === 1 ? moves[0]! : this.predecessors.add(moves);
    this.visited.put(this.free, candidate[at + HEADER.high]!, this.count++, this.lowOf);
    this.pointAtCandidate();
  }

  /** In a compact search: drops the records of states before this one, except for how they were reached. */
  forgetBefore(state: number): void {
    if (!this.compact || (state & (CHUNK - 1)) !== 0) return;
    for (let c = (state >>> CHUNK_BITS) - 1; c >= 0 && this.heads[c] === undefined; c--) {
      const heads = new Int32Array(CHUNK * HEADER.size);
      for (let i = 0; i < CHUNK; i++)
        heads.set(this.chunks[c]!.subarray(i * this.stride, i * this.stride + HEADER.size), i * HEADER.size);
      this.heads[c] = heads;
      this.chunks[c] = FORGOTTEN;
    }
  }

  /** The schedule by which a state was first reached. */
  scheduleTo(state: number): Schedule {
    const moves: number[] = [];
    for (let at = state; at > 0; at = this.headOf(at, HEADER.parent)) {
      const move = this.headOf(at, HEADER.move);
      if (move >= 0) moves.push(move);
      else moves.push(...this.predecessors.at(move).reverse());
    }
    return moves.reverse().map((move) => this.moveOf(move));
  }

  moveOf(move: number): { process: number; choice: number } {
    const count = this.system.processes.length;
    return { process: move % count, choice: Math.floor(move / count) };
  }

  /** Writes one word of a record and updates its fingerprint. */
  write(chunk: Int32Array, base: number, word: number, value: number): void {
    const old = chunk[base + word]!;
    if (old === value) return;
    chunk[base + word] = value;
    if (this.canonical) {
      this.canonical.update(chunk, base, word, old, value, this.seed);
      return;
    }
    chunk[base + HEADER.low] =
      chunk[base + HEADER.low]! + lowPart(word, value, this.seed) - lowPart(word, old, this.seed);
    chunk[base + HEADER.high] =
      chunk[base + HEADER.high]! + highPart(word, value, this.seed) - highPart(word, old, this.seed);
  }

  /**
   * Writes cells of the candidate, from one index of both columns to another.
   * @param raws values as records keep them
   */
  overwrite(cells: Int32Array, raws: Int32Array, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const raw = raws[i]!;
      let word = this.layout.wordOf[cells[i]!]!;
      if (word < 0) {
        if (raw === 0) continue;
        word = this.addCell(cells[i]!);
      }
      this.write(this.candidate, this.at, word, raw);
    }
  }

  /** Gives a cell a word in every record, where it holds its initial value. */
  addCell(cell: Cell): number {
    const word = this.givePlace(cell);
    this.canonical?.learnWords();
    return word;
  }

  /** The same, when canonical fingerprints ask for it themselves. */
  givePlace(cell: Cell): number {
    const word = this.layout.add(cell);
    if (this.layout.width > this.stride) this.widen();
    return word;
  }

  save(to: Saving): void {
    to.plain('states', { count: this.count, cells: [...this.layout.inOrder] });
    to.rows('records', this.count, (from) => this.records(from));
    this.predecessors.save(to);
    this.canonical?.save(to);
  }

  /** @param expanded states before this one are expanded */
  load(from: Saved, expanded: number): void {
    const { count, cells } = plain<{ count: number; cells: Cell[] }>(from, 'states');
    mustHave(from, 'records', count);
    for (const cell of cells.slice(this.layout.inOrder.length)) this.givePlace(cell);
    this.canonical?.learnWords();
    if (this.layout.inOrder.some((cell, i) => cell !== cells[i])) throw from.refuse('its records hold other cells');
    this.predecessors.load(from);
    this.canonical?.load(from);
    this.count = 0;
    this.visited = new Visited();
    for (const { width, numbers } of from.pieces('records')) {
      // Cells that got a word later hold their initial value.
      for (let at = 0; at < numbers.length; at += width) {
        this.restore(numbers.subarray(at, at + width));
        if (this.count <= expanded) this.forgetBefore(this.count);
      }
    }
    this.pointAtCandidate();
  }

  /** Adds a saved record. The hash table grows as it did when states were found, and comes out the same. */
  private restore(record: Numbers): void {
    const chunk = this.chunkOf(this.count);
    const base = this.baseOf(this.count);
    chunk.fill(0, base, base + this.stride);
    chunk.set(record, base);
    if (ASSERTS && record.length > HEADER.size)
      assert(this.isConsistent(chunk, base), 'the fingerprint of a state that is read back is that of its words');
    let place = this.visited.start(chunk[base + HEADER.low]!);
    while (this.visited.at(place) >= 0) place = this.visited.after(place);
    this.visited.put(place, chunk[base + HEADER.high]!, this.count++, this.lowOf);
  }

  /** Records from a state on, packed, chunk by chunk; only headers of those that were dropped. */
  private *records(from: number): Iterable<Rows> {
    const { width } = this.layout;
    for (let state = from; state < this.count;) {
      const end = Math.min(this.count, ((state >>> CHUNK_BITS) + 1) << CHUNK_BITS);
      const heads = this.heads[state >>> CHUNK_BITS];
      if (heads) {
        yield { width: HEADER.size, numbers: heads.subarray((state & (CHUNK - 1)) * HEADER.size) };
        state = end;
        continue;
      }
      const packed = new Int32Array((end - state) * width);
      for (let i = 0; state < end; state++, i += width) {
        const base = this.baseOf(state);
        packed.set(this.chunkOf(state).subarray(base, base + width), i);
      }
      yield { width, numbers: packed };
    }
  }

  /** The persistent set of a state, as bits of processes; 0 while it was not computed. */
  persistentSet(state: number): number {
    return this.chunkOf(state)[this.baseOf(state) + HEADER.persistent]!;
  }

  setPersistentSet(state: number, persistentSet: number): void {
    this.chunkOf(state)[this.baseOf(state) + HEADER.persistent] = persistentSet;
  }

  /** The sleep set of a state, as bits of processes. */
  sleepSet(state: number): number {
    return this.chunkOf(state)[this.baseOf(state) + HEADER.sleep]!;
  }

  setSleepSet(state: number, sleepSet: number): void {
    this.chunkOf(state)[this.baseOf(state) + HEADER.sleep] = sleepSet;
  }

  /** Processes of the candidate, as bits, mapped by the permutation under which `find` found it equal. */
  asInFoundState(processes: number): number {
    const by = this.canonical?.permutation;
    if (!by) return processes;
    let there = 0;
    for (let left = processes; left !== 0; left &= left - 1)
      there |= 1 << by.processImages[31 - Math.clz32(left & -left)]!;
    return there;
  }

  /**
   * Overwrites state 0 with a copy of another store's state, or with the initial state (for random walks: no parent
   * links are kept).
   */
  copyFrom(other: States | undefined, state: number, roots: Int32Array): void {
    const chunk = this.chunkOf(0);
    chunk.fill(0, HEADER.low, this.layout.width);
    roots.forEach((root, p) => this.setNode(0, p, other?.node(state, p) ?? root));
    for (const cell of other?.layout.inOrder ?? []) {
      const raw = other!.chunkOf(state)[other!.baseOf(state) + other!.layout.wordOf[cell]!]!;
      if (raw === 0) continue;
      const word = this.layout.wordOf[cell]! >= 0 ? this.layout.wordOf[cell]! : this.addCell(cell);
      this.write(this.chunkOf(0), 0, word, raw);
    }
  }

  /** Overwrites a state with the candidate (for random walks: no parent links are kept). */
  overwriteByCandidate(state: number): void {
    const { candidate, at } = this;
    this.chunkOf(state).set(
      candidate.subarray(at + HEADER.low, at + this.layout.width),
      this.baseOf(state) + HEADER.low,
    );
  }

  private widen(): void {
    const narrow = this.stride;
    this.stride = Math.ceil(narrow * 1.5);
    this.chunks = this.chunks.map((old) => {
      if (old === FORGOTTEN) return old;
      const wide = new Int32Array(CHUNK * this.stride);
      for (let i = 0; i < CHUNK; i++) wide.set(old.subarray(i * narrow, (i + 1) * narrow), i * this.stride);
      return wide;
    });
    this.pointAtCandidate();
    for (const view of this.views) view.seek(view.state);
  }

  /** To be called wherever the candidate is another record than before. */
  private pointAtCandidate(): void {
    this.candidate = this.chunkOf(this.count);
    this.at = this.baseOf(this.count);
  }

  private equals(state: number, candidate: Int32Array, base: number): boolean {
    if (this.compact) return this.lowOf(state) === candidate[base + HEADER.low];
    const known = this.chunks[state >>> CHUNK_BITS]!;
    const at = this.baseOf(state);
    if (this.canonical) return this.canonical.matches(known, at, candidate, base);
    const { width } = this.layout;
    for (let i = HEADER.size; i < width; i++) if (known[at + i] !== candidate[base + i]) return false;
    return true;
  }

  /** For assertions: is the fingerprint, or are the sums it is computed from, what the words of the record make? */
  private isConsistent(chunk: Int32Array, base: number): boolean {
    if (this.canonical) return this.canonical.areSumsRight(chunk, base, this.seed);
    let [low, high] = [0, 0];
    for (let word = HEADER.size; word < this.layout.width; word++) {
      low = (low + lowPart(word, chunk[base + word]!, this.seed)) | 0;
      high = (high + highPart(word, chunk[base + word]!, this.seed)) | 0;
    }
    return low === chunk[base + HEADER.low] && high === chunk[base + HEADER.high];
  }

  private headOf(state: number, word: number): number {
    const kept = this.heads[state >>> CHUNK_BITS];
    return kept ? kept[(state & (CHUNK - 1)) * HEADER.size + word]! : this.chunkOf(state)[this.baseOf(state) + word]!;
  }

  private readonly lowOf = (state: number): number => this.headOf(state, HEADER.low);
}
