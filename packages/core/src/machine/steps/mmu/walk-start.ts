/** Where a walk of the hardware begins, as a step observes it. */
import type { Store } from '@shootdown/explorer';
import type { CpuId } from '../../../words/address.ts';
import { levelIndex } from '../../../words/geometry.ts';
import { ghosts } from '../../../words/ghosts.ts';
import { reader, type Parts } from '../../parts.ts';
import type { walkStart } from '../../translation.ts';

/** The walker sets out. @returns 8 * table + level of the first entry it reads; 0 when no root is loaded */
export function setOut(p: Parts, store: Store, cpu: CpuId, start: ReturnType<typeof walkStart>): number {
  if (!start) return 0;
  reader(p).set(store, ghosts.hardwareWalking(cpu), start.table);
  return 8 * start.table + levelIndex(start.level);
}
