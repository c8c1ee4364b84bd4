/** Order tables that no architecture brings: stronger machines, as instances of the mechanism where all CPUs see stores in one order. */
import type { FlatOrder, Keeps, OrderTable } from '@shootdown/core/plugin';

const ALL: Keeps = { before: ['read', 'store'], after: ['load', 'store'] };
/** What an architecture without one order of stores does not say: it needs no more than its barriers there. */
const PLAIN: Omit<FlatOrder, 'fences'> = {
  mechanism: 'flat',
  always: [],
  atomics: [],
  acquire: [],
  release: [],
  releaseThenAcquire: false,
  acquireRelease: [],
  dependencies: { address: ['load', 'store'], data: ['store'], control: ['store'], earlierAddress: ['store'] },
  addressesAreContext: true,
  forwardedDependencies: true,
  forwardedExclusive: true,
};
const flatOf = (order: OrderTable): FlatOrder =>
  order.mechanism === 'flat' ? order : { ...PLAIN, fences: order.fences };

/** Sequential consistency: as if the strongest barrier stood between all accesses. */
export const sequential = (own: OrderTable): FlatOrder => ({ ...flatOf(own), always: [ALL] });

/** Total store order: stores alone are late, and in order; atomic operations wait for them. What the instructions ask for is done as well. */
export const totalStore = (own: OrderTable): FlatOrder => ({
  ...flatOf(own),
  always: [
    { before: ['read'], after: ['load', 'store'] },
    { before: ['store'], after: ['store'] },
  ],
  atomics: [ALL],
});
