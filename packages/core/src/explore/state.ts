/** Packed global states: one record of 32-bit words each, every state kept once and compared in full. */
import type { Cell } from '../words/cells.ts';
import type { Schedule, System } from '../words/system.ts';
import { HEADER, Layout } from './layout.ts';
import { highPart, lowPart } from './mix.ts';
import { PackedStore } from './packed-store.ts';
import { Visited } from './visited.ts';

const CHUNK_BITS = 12;
const CHUNK = 1 << CHUNK_BITS;

/**
 * States numbered in order of discovery. The record after the last state is the candidate: a successor under construction,
 * until `keep` makes it a state.
 */
export class States {
  count = 0;
  readonly layout: Layout;
  private stride: number;
  private chunks: Int32Array[] = [];
  private readonly visited = new Visited();
  private readonly views: PackedStore[] = [];
  /** The free place where the last unsuccessful `find` ended. */
  private free = 0;

  constructor(private readonly system: System) {
    this.layout = new Layout(system);
    this.stride = this.layout.width + 4;
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

  /** Makes the candidate a copy of `state`. */
  branch(state: number): void {
    const from = this.chunkOf(state);
    const to = this.chunkOf(this.count);
    const a = this.baseOf(state);
    const b = this.baseOf(this.count);
    for (let i = HEADER.low; i < this.layout.width; i++) to[b + i] = from[a + i]!;
  }

  /** The state that equals the candidate, or -1. */
  find(): number {
    const candidate = this.chunkOf(this.count);
    const base = this.baseOf(this.count);
    const high = candidate[base + HEADER.high]!;
    let place = this.visited.start(candidate[base + HEADER.low]!);
    for (let id = this.visited.at(place); id >= 0; id = this.visited.at(place)) {
      if (this.visited.matches(place, high) && this.equals(id, candidate, base)) return id;
      place = this.visited.after(place);
    }
    this.free = place;
    return -1;
  }

  /** Makes the candidate a state, right after `find` did not find it. `move` is process + number of processes * choice. */
  keep(parent: number, move: number): void {
    const candidate = this.chunkOf(this.count);
    const base = this.baseOf(this.count);
    candidate[base + HEADER.parent] = parent;
    candidate[base + HEADER.move] = move;
    this.visited.put(this.free, candidate[base + HEADER.high]!, this.count++, this.lowOf);
  }

  /** The moves that first led to a state. */
  scheduleTo(state: number): Schedule {
    const moves = [];
    for (let at = state; at > 0; at = this.chunkOf(at)[this.baseOf(at) + HEADER.parent]!) {
      moves.push(this.moveOf(this.chunkOf(at)[this.baseOf(at) + HEADER.move]!));
    }
    return moves.reverse();
  }

  moveOf(move: number): { process: number; choice: number } {
    const count = this.system.processes.length;
    return { process: move % count, choice: Math.floor(move / count) };
  }

  /** Writes one word of a record and keeps its fingerprint right. */
  write(chunk: Int32Array, base: number, word: number, value: number): void {
    const old = chunk[base + word]!;
    if (old === value) return;
    chunk[base + word] = value;
    chunk[base + HEADER.low] = chunk[base + HEADER.low]! + lowPart(word, value) - lowPart(word, old);
    chunk[base + HEADER.high] = chunk[base + HEADER.high]! + highPart(word, value) - highPart(word, old);
  }

  /** Gives a cell a place in every record; there it holds its initial value. */
  addCell(cell: Cell): number {
    const word = this.layout.add(cell);
    if (this.layout.width > this.stride) this.widen();
    return word;
  }

  private widen(): void {
    const narrow = this.stride;
    this.stride = Math.ceil(narrow * 1.5);
    this.chunks = this.chunks.map((old) => {
      const wide = new Int32Array(CHUNK * this.stride);
      for (let i = 0; i < CHUNK; i++) wide.set(old.subarray(i * narrow, (i + 1) * narrow), i * this.stride);
      return wide;
    });
    for (const view of this.views) view.seek(view.state);
  }

  private equals(state: number, candidate: Int32Array, base: number): boolean {
    const known = this.chunkOf(state);
    const at = this.baseOf(state);
    for (let i = HEADER.size; i < this.layout.width; i++) if (known[at + i] !== candidate[base + i]) return false;
    return true;
  }

  private readonly lowOf = (state: number): number => this.chunkOf(state)[this.baseOf(state) + HEADER.low]!;
}
