/** Order tables that no architecture brings: stronger machines, as instances of the mechanism where all CPUs see stores in one order. */
import type { FlatOrder, Keeps, OrderTable } from '@shootdown/core/plugin';

const ALL: Keeps = { before: ['load', 'unreturned', 'store'], after: ['load', 'store'] };
/** What does not depend on how memory orders: values, and atomicity. */
const COMMON = {
  mechanism: 'flat',
  acquire: [],
  release: [],
  releaseThenAcquire: false,
  acquireRelease: [],
  dependencies: { address: ['load', 'store'], data: ['store'], control: ['store'], earlierAddress: ['store'] },
  addressesAreContext: true,
  atomicReadBeforeWrite: true,
  forwardedDependencies: true,
  forwardedExclusive: true,
} as const;

/** Sequential consistency: as if the strongest barrier stood between all accesses. */
export const sequential = ({ fences }: OrderTable): FlatOrder => ({ ...COMMON, fences, always: [ALL], atomics: [] });

/** Total store order: stores alone are late, and in order; atomic operations wait for them. */
export const totalStore = ({ fences }: OrderTable): FlatOrder => ({
  ...COMMON,
  fences,
  always: [
    { before: ['load', 'unreturned'], after: ['load', 'store'] },
    { before: ['store'], after: ['store'] },
  ],
  atomics: [ALL],
});
