/**
 * Dead variable reduction: cells that nobody reads any more do not distinguish states (Bozga, Fernandez and Ghirvu,
 * "State Space Reduction Based on Live Variables Analysis", 1999).
 */
import type { AccessSets } from '../learned/access-sets.ts';
import type { MayAccess } from './may-access.ts';
import type { LiveCells } from '../symmetry/canonical.ts';

/**
 * A cell is live in a state when some process may still read it from where it stands, or when a claim about terminal
 * states reads it. Two states with equal local states and equal live cells are bisimilar: every step does the same to
 * the live cells in both.
 */
export class DeadCells implements LiveCells {
  private live = new Int32Array(4);

  constructor(
    private readonly mayAccess: () => MayAccess,
    private readonly accessSets: AccessSets,
  ) {}

  /**
   * Computes the live cells for the local states of a record.
   * @param at word of the record at which the local states begin
   */
  begin(record: Int32Array, at: number, processes: number): void {
    const { words, nodes, suffix } = this.mayAccess();
    if (this.live.length < words) this.live = new Int32Array(words * 2);
    for (let w = 0; w < words; w++) this.live[w] = this.accessSets.finals.word(0, w);
    for (let p = 0; p < processes; p++) {
      const node = record[at + p]!;
      if (node < nodes) for (let w = 0, row = node * words; w < words; w++) this.live[w]! |= suffix.reads[row + w]!;
    }
    this.words = words;
  }

  private words = 0;

  /**
   * Is the cell of this slot live? A cell that was touched for the first time after the may-access sets were made
   * counts as live.
   */
  isLive(slot: number): boolean {
    return slot < 0 || slot >>> 5 >= this.words || (this.live[slot >>> 5]! & (1 << slot)) !== 0;
  }
}
