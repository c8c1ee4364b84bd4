/**
 * Which changes of kernel code a run has.
 * An older release is the 6.1 code of this folder with changes of the table taken back, a later one has more of them; nothing else
 * in it is older or newer.
 */
import { didYouMean, Mistake } from '@shootdown/explorer';
import type { Change } from '../words/change.ts';
import { LATER_CHANGES } from './later-changes.ts';
import { isIn, mustBeRelease } from './releases.ts';

/** Changes of generic code, by what the code of this folder asks `cpu.has`. */
export const GENERIC_CHANGES: readonly Change[] = [
  {
    name: 'collapse_flushes_before_copy',
    commit: 'ba76149f47d8',
    year: 2011,
    since: 'v2.6.38',
    fix: true,
    says: 'Collapse flushes the range when it takes the table out, before it looks at the pages.',
  },
  {
    name: 'walkers_read_pmd_once',
    commit: '1a5a9906d4e8',
    year: 2012,
    since: 'v3.4',
    fix: true,
    says: 'Walkers that hold mmap_lock for reading decide from one read of a PMD whether it is none, huge or a table.',
  },
  {
    name: 'migration_removal_looks_under_lock',
    commit: '486cf46f3f9b',
    year: 2011,
    since: 'v3.4',
    fix: true,
    says: 'Putting a page back where its migration entries stand looks at each entry under its lock; before, it passed over what a look without lock did not show.',
  },
  {
    name: 'protnone_may_be_cached',
    commit: '20841405940e',
    year: 2013,
    since: 'v4.0',
    fix: true,
    says: 'An entry that was made inaccessible counts as cached while somebody who did so has not flushed yet (tlb_flush_pending).',
  },
  {
    name: 'fault_rejects_unstable_pmd',
    commit: 'ad33bb04b2a6',
    year: 2016,
    since: 'v4.5',
    fix: true,
    says: 'A fault on a base page is tried again unless one read of the PMD showed a table; "not huge" does not suffice.',
    needs: ['walkers_read_pmd_once'],
  },
  {
    name: 'huge_zero_page_in_gather',
    commit: 'aa88b68c3b1d',
    year: 2016,
    since: 'v4.13',
    fix: true,
    says: 'A zap gives its reference to the huge zero page back after the flush, with the pages of the gather.',
  },
  {
    name: 'huge_zero_page_per_mm',
    commit: '6fcb52a56ff6',
    year: 2016,
    since: 'v4.13',
    says: 'An address space takes one reference to the huge zero page, and gives it back when it dies.',
    needs: ['huge_zero_page_in_gather'],
  },
  {
    name: 'protecting_keeps_pmd_huge',
    commit: 'ced108037c2a',
    year: 2017,
    since: 'v4.13',
    fix: true,
    says: 'A change of protection leaves a huge PMD present and huge to software, where it was none for a moment.',
  },
  {
    name: 'madv_free_keeps_pmd_huge',
    commit: '58ceeb6bec86',
    year: 2017,
    since: 'v4.13',
    fix: true,
    says: 'MADV_FREE leaves a huge PMD present and huge to software, where it was none for a moment.',
  },
  {
    name: 'tlb_flush_pending_counts',
    commit: '16af97dc5a89',
    year: 2017,
    since: 'v4.13',
    fix: true,
    says: 'Flushes that are still to come are counted; before, it was one mark, which the first of two took away.',
    needs: ['protnone_may_be_cached'],
  },
  {
    name: 'parallel_gathers_flush_all',
    commit: '99baac21e458',
    year: 2017,
    since: 'v4.13',
    fix: true,
    says: 'The end of a gather flushes everything when another gather of the same mm has not finished.',
    needs: ['tlb_flush_pending_counts'],
  },
  {
    name: 'pmdp_invalidate_exchanges',
    commit: 'd52605d7cb30, 423ac9af3cef',
    year: 2018,
    since: 'v4.19',
    fix: true,
    says: 'Invalidating a huge PMD is one exchange, and split and changes of protection take accessed and dirty from what it gives back.',
  },
  {
    name: 'mremap_flushes_under_lock',
    commit: 'eb66ae030829',
    year: 2018,
    since: 'v4.19',
    fix: true,
    says: 'Mremap flushes the old range before it drops the locks of the tables; before, it did so at its end, except for what was dirty.',
  },
  {
    name: 'huge_wp_fault_locks_page',
    commit: 'ba3c4ce6def4',
    year: 2017,
    since: 'v4.14',
    says: 'A write fault on a huge page of anonymous memory adds up its mapcounts under the page lock.',
  },
  {
    name: 'oom_reaper_gathers_by_area',
    commit: '687cb0884a71',
    year: 2017,
    since: 'v4.19',
    fix: true,
    says: 'The oom reaper gathers and flushes each area by itself; before, in one gather that said that the whole address space was dying.',
  },
  {
    name: 'escalated_gather_flushes_mm',
    commit: '7a30df49f63a',
    year: 2019,
    since: 'v5.4',
    fix: true,
    says: 'A gather that meets another one flushes the whole address space, tables too; before, the range that it was asked to change.',
    needs: ['parallel_gathers_flush_all'],
  },
  {
    name: 'split_takes_page_lock',
    commit: 'c444eb564fb1',
    year: 2020,
    since: 'v5.8',
    fix: true,
    says: 'A split of a huge PMD of anonymous memory takes the page lock, under which a write fault adds up mapcounts.',
  },
  {
    name: 'table_batch_flushes_tlb_first',
    commit: 'd86564a2f085, db7ddef30112',
    year: 2018,
    since: 'v4.19',
    fix: true,
    says: 'A full batch of page tables invalidates the TLB before its tables are handed to RCU.',
  },
  {
    name: 'mremap_moves_pud',
    commit: 'c49dd3401802',
    year: 2020,
    since: 'v5.19',
    says: 'Mremap of a range of the size of a PUD moves the PMD table as a whole (move_normal_pud).',
  },
  {
    name: 'anon_exclusive',
    commit: '6c287605fd56',
    year: 2022,
    since: 'v5.19',
    says: 'A frame that no fork has shared is marked so: a write fault uses it again whoever else holds a reference.',
  },
  {
    name: 'huge_wp_fault_splits',
    commit: '3917c80280c9',
    year: 2020,
    since: 'v5.8',
    says: 'A write to a shared huge page splits its PMD and copies one base page; before, the whole huge page was copied if one was free.',
  },
  {
    name: 'numa_fault_uses_migration_entries',
    commit: 'c5b5a3dd2c1f',
    year: 2021,
    since: 'v5.19',
    says: 'A NUMA fault moves a huge page as any other page is moved; before, it replaced the huge PMD under its lock.',
  },
  {
    name: 'cow_asks_reference_count',
    commit: '09854ba94c6a',
    year: 2020,
    since: 'v5.9',
    fix: true,
    says: 'A write fault on a base page of anonymous memory uses it again when nobody else holds a reference; before, when nothing else maps it, whoever has it pinned.',
  },
  {
    name: 'exit_mmap_takes_lock',
    commit: '64591e8605d6',
    year: 2022,
    since: 'v5.17',
    says: 'The end of an address space takes mmap_lock while it unmaps and frees tables; before, it relied on that nobody is left.',
  },
  {
    name: 'huge_zero_page_has_pfn',
    commit: '3b77e8c8cde5',
    year: 2021,
    since: 'v5.13',
    says: 'The huge zero page is known by a frame number kept beside the pointer to it (huge_zero_pfn).',
  },
  {
    name: 'huge_zero_page_lock',
    commit: '33192a26cdde',
    shipped: 'later',
    backported: ['v6.1.192'],
    fix: true,
    says: 'The pointer to the huge zero page and its frame number change together, under a lock; before, a fault could come between the two writes of the shrinker.',
  },
  {
    name: 'protecting_reads_pmd_once',
    commit: '8b272b3cbbb5',
    year: 2020,
    since: 'v5.8',
    fix: true,
    says: 'A change of protection decides from one read of a PMD whether it is none, huge or a table.',
  },
  {
    name: 'clear_refs_flushes',
    commit: '912efa17e512',
    year: 2021,
    since: 'v5.12',
    fix: true,
    says: 'What clear_refs made read-only is flushed; from 5.6 on it had not been.',
  },
  {
    name: 'clear_refs_locks_out_faults',
    commit: '29a951dfb3c3',
    year: 2021,
    since: 'v5.12',
    fix: true,
    says: 'While clear_refs makes entries read-only, and until they are flushed, it holds mmap_lock for writing.',
  },
  {
    name: 'unmap_waits_for_zaps',
    commit: '732ed55823fc',
    year: 2021,
    since: 'v5.13',
    fix: true,
    says: 'An unmap for a split waits for a zap that has cleared the entry and not yet lowered the counts.',
  },
  {
    name: 'walk_steps_over_missing_tables',
    commit: 'a9a7504d9bea',
    year: 2021,
    since: 'v5.13',
    fix: true,
    says: 'A walk by rmap goes on behind a table that does not exist; before, it ended there.',
  },
  {
    name: 'follow_page_refuses_protnone',
    commit: '474098edac26',
    year: 2022,
    since: 'v6.1',
    until: 'v6.7',
    says: 'A lookup of a page (follow_page) finds none where the entry allows no access, as if a NUMA fault had to come first.',
  },
  {
    name: 'protecting_gathers_flushes',
    commit: '4a18419f71cd, c9fe66560bf2, 4f83145721f3',
    year: 2022,
    since: 'v5.19',
    says: 'A change of protection gathers its flushes, flushes what needs it only, and invalidates a huge PMD without waiting.',
    needs: ['protecting_keeps_pmd_huge', 'pmdp_invalidate_exchanges'],
  },
  {
    name: 'mprotect_makes_writable',
    commit: '64fe24a3e05e',
    year: 2022,
    since: 'v6.0',
    says: 'Mprotect to writable makes entries of dirty pages that nobody shares writable at once, not at the next write fault.',
    needs: ['anon_exclusive'],
  },
  {
    name: 'gup_fast_rechecks_pmd',
    commit: '70cbc3cc78a9',
    year: 2022,
    since: 'v6.1',
    fix: true,
    says: 'GUP-fast, holding the page reference, compares the PMD again and not only the PTE.',
  },
  {
    name: 'collapse_syncs_lockless_walkers',
    commit: '2ba99c5e0881',
    year: 2022,
    since: 'v6.1',
    fix: true,
    says: 'After pmdp_collapse_flush khugepaged waits until walkers with interrupts off have left the detached table.',
  },
  ...LATER_CHANGES,
];

/** A kernel by its release, and by the changes that it has beside those of the release, or lacks. */
export interface KernelChoice {
  readonly release: string;
  readonly with?: readonly string[];
  readonly without?: readonly string[];
}

/**
 * Changes that a kernel has: those of its release, with and without the ones it names. A name that stands in no table may be that of
 * another architecture, and does nothing here; one that is nearly that of a generic change is a slip.
 * @param known all there are: of generic code, and of one architecture
 * @throws Mistake SD_BAD_CONFIG for a release that is not in the table, SD_UNKNOWN_CHANGE, SD_INCOHERENT_CHANGES
 */
export function inForce(
  known: readonly Change[],
  { release, with: more = [], without: fewer = [] }: KernelChoice,
): Change[] {
  mustBeRelease(release);
  const names = new Set(known.map(({ name }) => name));
  for (const name of [...more, ...fewer]) if (!names.has(name)) refuseSlip(name);
  const has = known.filter(({ name, ...span }) => {
    if (fewer.includes(name)) return false;
    return more.includes(name) || isIn(release, span);
  });
  const inIt = new Set(has.map(({ name }) => name));
  for (const change of has)
    for (const needed of change.needs ?? []) if (!inIt.has(needed)) throw incoherent(release, change, needed);
  return has;
}

function incoherent(release: string, { name, commit }: Change, needed: string): Mistake {
  return new Mistake(
    'SD_INCOHERENT_CHANGES',
    `${release} with ${name} but without ${needed} never existed: ${commit} builds on it.`,
    `Take ${name} out as well, or leave ${needed} in.`,
  );
}

function refuseSlip(name: string): void {
  const near = didYouMean(
    name,
    GENERIC_CHANGES.map((change) => change.name),
  );
  if (near !== undefined)
    throw new Mistake('SD_UNKNOWN_CHANGE', `no change is called ${name}.`, `Did you mean ${near}?`);
}
