/** Stories in which kernel operations of today call the hooks, beside somebody who may be in the way. */
import {
  exec_mmap,
  get_user_pages_fast_only,
  khugepaged_collapse,
  madvise_dontneed,
  munmap,
  user_load,
  user_store,
} from '../../src/kernel/index.ts';
import { flush_tlb_page } from '../../src/contract/hooks/index.ts';
import type { Op } from '@shootdown/explorer';
import type { Cpu } from '../../src/words/cpu.ts';
import type { Configuration, Scenario, Story, ThreadSpec } from '../../src/workload/scenario.ts';
import { v6_1 } from '../rig/toy-arch.ts';
import { direct } from './direct.ts';

type Does = (cpu: Cpu, s: Story) => Op<unknown>;

/** Who runs on CPU 0. The first does nothing, but its CPU remembers what the set-up used. */
const idle: Does = function* () {};
const loads: Does = (cpu, s) => user_load(cpu, s.page(0));
const stores: Does = (cpu, s) => user_store(cpu, s.page(1), 9);
const pins: Does = (cpu, s) => get_user_pages_fast_only(cpu, s.page(0), 1, 'write');

/** Who runs on CPU 1. */
const collapses: Does = (cpu, s) => khugepaged_collapse(cpu, s.mm, 0);
const unmaps: Does = (cpu, s) => munmap(cpu, s.mm, 0, s.hugePageSize);
const zaps: Does = (cpu, s) => madvise_dontneed(cpu, s.mm, 0, s.hugePageSize);
const zapsHalf: Does = (cpu, s) => madvise_dontneed(cpu, s.mm, 0, s.pageSize);

const touchBoth: Does = function* (cpu, s) {
  yield* user_store(cpu, s.page(0), 1);
  yield* user_store(cpu, s.page(1), 2);
};
const touchOne: Does = (cpu, s) => user_store(cpu, s.page(0), 1);

const on = (cpu: number, name: string, does: Does): ThreadSpec => ({ name, cpu, runs: 0, does });
const story = (name: string, beside: Does, works: Does, more: Partial<Scenario> = {}): Scenario => ({
  name,
  title: name,
  cpus: 2,
  areas: [{ from: 0, to: 2, thp: 'never' }],
  setup: [{ cpu: 0, does: touchBoth }],
  asks: [],
  threads: [on(0, 'U', beside), on(1, 'K', works)],
  ...more,
});
const huge: Partial<Scenario> = { areas: [{ from: 0, to: 2, thp: 'always' }], setup: [{ cpu: 0, does: touchOne }] };
const fourLevels = { geometry: { pud: 1 } };

export const collapse = story('collapse', idle, collapses);
export const collapseBesideLoad = story('collapse-beside-load', loads, collapses);
export const collapseBesideGup = story('collapse-beside-gup', pins, collapses);
export const unmap = story('unmap', idle, unmaps);
/** CPU 0 has to walk: only CPU 1 was here before. */
export const unmapBesideStore = story('unmap-beside-store', stores, unmaps, { setup: [{ cpu: 1, does: touchBoth }] });
export const unmapBesideGup = story('unmap-beside-gup', pins, unmaps);
export const unmapFourLevels = story('unmap-four-levels', idle, unmaps, fourLevels);
export const zap = story('zap', idle, zaps);
export const zapHuge = story('zap-huge', idle, zaps, huge);
export const zapHugeBesideGup = story('zap-huge-beside-gup', pins, zaps, huge);
export const split = story('split', idle, zapsHalf, huge);
export const splitBesideStore = story('split-beside-store', stores, zapsHalf, huge);
export const fault = story('fault', idle, touchOne, { setup: [] });
export const faultFourLevels = story('fault-four-levels', idle, touchOne, { setup: [], ...fourLevels });
/** The PMD table is there already, for the sake of the neighbour. */
export const faultsRace = story('faults-race', touchOne, touchOne, {
  areas: [{ from: 0, to: 4, thp: 'never' }],
  setup: [{ cpu: 0, does: (cpu, s) => user_store(cpu, s.page(2), 3) }],
});
export const hugeFault = story('huge-fault', idle, touchOne, { ...huge, setup: [] });
export const hugeFaultsRace = story('huge-faults-race', touchOne, touchOne, { ...huge, setup: [] });
export const gup = story('gup', pins, idle);
export const exec = story('exec', idle, (cpu, s) => exec_mmap(cpu, s.mmOf(1), 1), { mms: 2, setup: [] });

/** A write to an entry that lets nobody write: no fork is needed for it. */
export const writeProtected = story('write-protected', idle, touchOne, {
  setup: [
    { cpu: 0, does: touchBoth },
    { cpu: 0, does: direct.ptep_set_wrprotect.does() },
  ],
});
export const hugeWriteProtected = story('huge-write-protected', idle, touchOne, {
  ...huge,
  setup: [
    { cpu: 0, does: touchOne },
    { cpu: 0, does: direct.pmdp_set_wrprotect.does() },
  ],
});

/** Both CPUs write to a page that one of them remembers as read-only. Whoever comes second finds that there is nothing to do. */
export const relaxedBeside = story('relaxed-beside', touchOne, touchOne, {
  setup: [
    { cpu: 0, does: touchOne },
    { cpu: 0, does: direct.ptep_set_wrprotect.does() },
    {
      cpu: 0,
      *does(cpu, s) {
        yield* flush_tlb_page(cpu, s.area(0), 0);
        yield* user_load(cpu, 0);
      },
    },
  ],
});

/** Linux 6.1 before its collapse waited for walkers. */
export const oldCollapse: Configuration = { ...v6_1, without: ['collapse_syncs_lockless_walkers'] };

export const kernelStories: readonly Scenario[] = [
  collapse,
  collapseBesideLoad,
  collapseBesideGup,
  unmapBesideStore,
  unmapBesideGup,
  unmapFourLevels,
  zap,
  zapHuge,
  zapHugeBesideGup,
  split,
  splitBesideStore,
  faultFourLevels,
  faultsRace,
  hugeFaultsRace,
  gup,
  exec,
  writeProtected,
  hugeWriteProtected,
  relaxedBeside,
];
