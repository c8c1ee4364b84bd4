/** All races: those of the reference, what its texts say about variations of them, and those whose search is long. */
import type { RaceCase } from '@shootdown/core';
import { arm64SetAccessFlagsVsDbm } from './races/arm64-set-access-flags-vs-dbm.ts';
import { changeHugePmdNoneWindowLockless } from './races/change-huge-pmd-none-window-lockless.ts';
import { collapseCopyBeforeFlush } from './races/collapse-copy-before-flush.ts';
import { collapseFreeVsGupFastIpi } from './races/collapse-free-vs-gup-fast-ipi.ts';
import { collapseVsGupFast } from './races/collapse-vs-gup-fast.ts';
import { hugeZeroPageFreedBeforeFlush } from './races/huge-zero-page-freed-before-flush.ts';
import { invlpgbRangeFlushKeepsPde } from './races/invlpgb-range-flush-keeps-pde.ts';
import { irqOffWithoutIpiFlush } from './races/irq-off-without-ipi-flush.ts';
import { lazyTlbVsTableFree } from './races/lazy-tlb-vs-table-free.ts';
import { madvFreeHugeVsDontneed } from './races/madv-free-huge-vs-dontneed.ts';
import { numaProtectVsDontneed } from './races/numa-protect-vs-dontneed.ts';
import { pmdpInvalidateLostAd } from './races/pmdp-invalidate-lost-ad.ts';
import { mceReadsFreedTable, mceWalkUsesPteAfterIrqRestore } from './races/mce-walk-uses-pte-after-irq-restore.ts';
import { oomReaperFullmmSkipsFlush } from './races/oom-reaper-fullmm-skips-flush.ts';
import { ppcCollapseVsHashFault } from './races/ppc-collapse-vs-hash-fault.ts';
import { leafToLeafByWp, leafToLeafFlags, ppcLeafToLeafStaleFrame } from './races/ppc-leaf-to-leaf-stale-frame.ts';
import { callersThatKeepTheSlot, ppcMoveHugePmdSlotReuse } from './races/ppc-move-huge-pmd-slot-reuse.ts';
import { ppcRadixHugeZapRefaultSmall } from './races/ppc-radix-huge-zap-refault-small.ts';
import { ppcSplitSerializedControl, splitMutations } from './races/ppc-split-serialized-control.ts';
import { ppcSplitZeroAndWpFallback, wpFallback } from './races/ppc-split-zero-and-wp-fallback.ts';
import { ppcWalkerNotIrqSafe } from './races/ppc-walker-not-irq-safe.ts';
import { ppcZapHugePmdVsLocklessWalk } from './races/ppc-zap-huge-pmd-vs-lockless-walk.ts';
import { pvFlushVsGupFast } from './races/pv-flush-vs-gup-fast.ts';
import { relocErrorPath } from './races/reloc-error-path.ts';
import { freeBeforeFlushTold, relocFreeBeforeAllCpusFlushed } from './races/reloc-free-before-all-cpus-flushed.ts';
import { relocLimboCheckRace } from './races/reloc-limbo-check-race.ts';
import { lostDirtyTold, relocLostDirty } from './races/reloc-lost-dirty.ts';
import { needFlushTold, relocNeedFlushFlagRace } from './races/reloc-need-flush-flag-race.ts';
import { relocStalePtePointerAndLock, stalePointerTold } from './races/reloc-stale-pte-pointer-and-lock.ts';
import { relocSwitchToInitMmAlternative } from './races/reloc-switch-to-init-mm-alternative.ts';
import { relocXenLowerLevels, xenLowerTold } from './races/reloc-xen-lower-levels.ts';
import { relocZapThroughOldWalkCache, zapThroughOldWalkCacheTold } from './races/reloc-zap-through-old-walk-cache.ts';
import { softDirtyClearDeferredFlush } from './races/soft-dirty-clear-deferred-flush.ts';
import { tablesFreedBeforeTlbFlush } from './races/tables-freed-before-tlb-flush.ts';
import { thpFaultVsDontneedUnstable } from './races/thp-fault-vs-dontneed-unstable.ts';
import { countedInsteadOfRcu, walkCountHookWithoutSerializer } from './races/walk-count-hook-without-serializer.ts';
import { walkCountBarriersTold, walkCountMissingBarrier } from './races/walk-count-missing-barrier.ts';
import { mremapPtesLateFlush } from './races/mremap-ptes-late-flush.ts';
import { mremapVsMigrationEntry } from './races/mremap-vs-migration-entry.ts';
import { parallelMadvFlushMiss } from './races/parallel-madv-flush-miss.ts';
import { splitMapcountVsCow } from './races/split-mapcount-vs-cow.ts';
import { tlbFlushPendingBool } from './races/tlb-flush-pending-bool.ts';
import { tlbFlushPendingMissing } from './races/tlb-flush-pending-missing.ts';
import { ttuSyncAnon } from './races/ttu-sync-vs-zap-huge-pmd.ts';
import { ttuSyncVsZapPte } from './races/ttu-sync-vs-zap-pte.ts';
import { walkCountTold, walkCountWrongMmOrCpu } from './races/walk-count-wrong-mm-or-cpu.ts';
import { walkRealmodeEeOff, walkRealmodeTold } from './races/walk-realmode-ee-off.ts';
import { xenStaleCr3Unpin } from './races/xen-stale-cr3-unpin.ts';

/** In the order in which comparisons show them. */
export const races: readonly RaceCase[] = [
  collapseVsGupFast,
  collapseFreeVsGupFastIpi,
  ppcZapHugePmdVsLocklessWalk,
  ppcCollapseVsHashFault,
  irqOffWithoutIpiFlush,
  tablesFreedBeforeTlbFlush,
  pvFlushVsGupFast,
  lazyTlbVsTableFree,
  invlpgbRangeFlushKeepsPde,
  xenStaleCr3Unpin,
  hugeZeroPageFreedBeforeFlush,
  collapseCopyBeforeFlush,
  numaProtectVsDontneed,
  madvFreeHugeVsDontneed,
  pmdpInvalidateLostAd,
  thpFaultVsDontneedUnstable,
  changeHugePmdNoneWindowLockless,
  ppcSplitSerializedControl,
  ppcSplitZeroAndWpFallback,
  ppcWalkerNotIrqSafe,
  ppcMoveHugePmdSlotReuse,
  ppcLeafToLeafStaleFrame,
  walkRealmodeEeOff,
  mceWalkUsesPteAfterIrqRestore,
  walkCountMissingBarrier,
  walkCountWrongMmOrCpu,
  walkCountHookWithoutSerializer,
  relocLostDirty,
  relocFreeBeforeAllCpusFlushed,
  relocNeedFlushFlagRace,
  relocXenLowerLevels,
  relocZapThroughOldWalkCache,
  relocSwitchToInitMmAlternative,
  relocErrorPath,
  ttuSyncVsZapPte,
  splitMapcountVsCow,
  arm64SetAccessFlagsVsDbm,
  oomReaperFullmmSkipsFlush,
  ppcRadixHugeZapRefaultSmall,
  softDirtyClearDeferredFlush,
];

/** Variants, mutations and controls that the texts of the races speak of, each under a name of its own: `race.word`. */
export const told: readonly RaceCase[] = [
  ...splitMutations,
  wpFallback,
  ...callersThatKeepTheSlot,
  leafToLeafByWp,
  leafToLeafFlags,
  ...walkRealmodeTold,
  mceReadsFreedTable,
  ...walkCountBarriersTold,
  ...walkCountTold,
  countedInsteadOfRcu,
  ...lostDirtyTold,
  ...freeBeforeFlushTold,
  ...stalePointerTold,
  ...needFlushTold,
  ...xenLowerTold,
  ...zapThroughOldWalkCacheTold,
  ttuSyncAnon,
];

/** Races whose searches are long: judged when they are named, or when their group is. */
export const large: readonly RaceCase[] = [
  relocLimboCheckRace,
  relocStalePtePointerAndLock,
  tlbFlushPendingMissing,
  tlbFlushPendingBool,
  mremapPtesLateFlush,
  mremapVsMigrationEntry,
  parallelMadvFlushMiss,
];

/** What is judged only when somebody asks for it. */
export const variations: readonly RaceCase[] = [...told, ...large];
