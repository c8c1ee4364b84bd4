/** Which cells of a state somebody may still look at. */
import type { Footprints } from '../learned/access-sets.ts';
import type { Futures } from './may-access.ts';
import type { Mutant } from '../api/reductions.ts';

/**
 * States that are equal in local states and in all cells that some future reads (or that claims about ends look at) have equal
 * futures: no step can tell them apart, and what it does to these cells is the same in both.
 */
export class DeadCells {
  private live = new Int32Array(4);

  constructor(
    private readonly futures: () => Futures,
    private readonly footprints: Footprints,
    private readonly mutants: ReadonlySet<Mutant>,
  ) {}

  /** Finds the cells that are alive where the nodes of a record stand, from place `at` on. */
  begin(record: Int32Array, at: number, processes: number): void {
    const { words, nodes, all, own } = this.futures();
    if (this.live.length < words) this.live = new Int32Array(words * 2);
    const looking = this.mutants.has('every future looks') ? own.reads : all.reads;
    for (let w = 0; w < words; w++) this.live[w] = this.footprints.finals.word(0, w);
    for (let p = 0; p < processes; p++) {
      const node = record[at + p]!;
      if (node < nodes) for (let w = 0, row = node * words; w < words; w++) this.live[w]! |= looking[row + w]!;
    }
    this.words = words;
  }

  private words = 0;

  /** A cell that was touched first after the futures were made is taken to be alive. */
  isLive(slot: number): boolean {
    return slot < 0 || slot >>> 5 >= this.words || (this.live[slot >>> 5]! & (1 << slot)) !== 0;
  }
}
