/** The built-in stories: races of the past, and workloads that measure contracts. */
import type { RaceCase } from '@shootdown/core';
import { collapseFreeVsGupFastIpi } from './races/collapse-free-vs-gup-fast-ipi.ts';
import { collapseVsGupFast } from './races/collapse-vs-gup-fast.ts';
import { irqOffWithoutIpiFlush } from './races/irq-off-without-ipi-flush.ts';
import { ppcCollapseVsHashFault } from './races/ppc-collapse-vs-hash-fault.ts';
import { ppcZapHugePmdVsLocklessWalk } from './races/ppc-zap-huge-pmd-vs-lockless-walk.ts';
import { tablesFreedBeforeTlbFlush } from './races/tables-freed-before-tlb-flush.ts';

export { contractWorkloads } from './contracts.ts';
export { expected } from './expected.ts';

/** In the order in which comparisons show them. */
export const races: readonly RaceCase[] = [
  collapseVsGupFast,
  collapseFreeVsGupFastIpi,
  ppcZapHugePmdVsLocklessWalk,
  ppcCollapseVsHashFault,
  irqOffWithoutIpiFlush,
  tablesFreedBeforeTlbFlush,
];
