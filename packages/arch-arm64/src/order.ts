/** The order of memory accesses on Arm. Source: Arm Architecture Reference Manual, B2.3 (application level memory model). */
import type { FenceOrder, FlatOrder } from '@shootdown/core/plugin';

const FULL: FenceOrder = { keeps: [{ before: ['read', 'store'], after: ['load', 'store'] }] };
/** The read of an atomic operation without result is no load to it. */
const LOADS: FenceOrder = { keeps: [{ before: ['load'], after: ['load', 'store'] }] };

/** All observers are in one inner shareable domain, so ISH, OSH and SY are one. */
export const order: FlatOrder = {
  mechanism: 'flat',
  fences: {
    'dmb sy': FULL,
    'dmb ld': LOADS,
    'dmb st': { keeps: [{ before: ['store'], after: ['store'] }] },
    'dsb sy': FULL,
    'dsb ld': LOADS,
    // Nothing at all is done before it has ended.
    'dsb st': { keeps: [{ before: ['store'], after: ['load', 'store'] }] },
    isb: { keeps: [], context: true },
  },
  always: [],
  atomics: [],
  acquire: ['load', 'store'],
  release: ['read', 'store'],
  releaseThenAcquire: true,
  acquireRelease: ['load', 'store'],
  dependencies: { address: ['load', 'store'], data: ['store'], control: ['store'], earlierAddress: ['store'] },
  addressesAreContext: true,
  forwardedDependencies: true,
  forwardedExclusive: true,
};
