/** What a memory model is to the machine: another meaning of the same steps, and processes of its own. */
import type { Region } from '../../words/cells.ts';
import type { Process } from '@shootdown/explorer';
import type { SimCpu } from '../cpu.ts';
import type { Meanings, Parts } from '../parts.ts';

export interface MemoryModel {
  readonly id: 'sc' | 'tso';
  /** Cells of its own. */
  readonly regions: readonly Region[];
  /** Are barriers steps? */
  readonly fences: boolean;
  /** The meanings of all steps under this model, from those under sequential consistency. */
  meanings(p: Parts, sc: Meanings): Meanings;
  processes(p: Parts, makeCpu: (id: number) => SimCpu): Process[];
}

/** Sequential consistency: every store is seen by everybody at once. */
export const sc: MemoryModel = {
  id: 'sc',
  regions: [],
  fences: false,
  meanings: (_p, meanings) => meanings,
  processes: () => [],
};
