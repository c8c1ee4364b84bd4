/**
 * Which changes of generic Linux a run has.
 * An older release is the 6.1 code of this folder with changes of the table taken back, a later one has more of them; nothing else
 * in it is older or newer.
 */
import { didYouMean, Mistake } from '@shootdown/explorer';
import { LATER_FIXES } from './later-fixes.ts';

/** Releases that a fix or a case names, oldest first. */
export const RELEASES = [
  'v2.6.38',
  'v3.4',
  'v3.10',
  'v4.0',
  'v4.1',
  'v4.5',
  'v4.13',
  'v4.14',
  'v4.19',
  'v4.20',
  'v5.4',
  'v5.8',
  'v5.19',
  'v6.0',
  'v6.1',
  'v6.2',
  'v6.4',
  'v6.7',
  'v6.9',
  'v6.12',
] as const;
export type Release = (typeof RELEASES)[number];

/** One change of generic code. Kernel code asks `cpu.has(name)` at the one place that changed. */
export interface Fix {
  readonly name: string;
  /** Commits, shortened; the first one made the change. */
  readonly commit: string;
  readonly year: number;
  /** First release of the list that has it. */
  readonly since: Release;
  /** What the code does since then, in one sentence. */
  readonly says: string;
  /** Fixes it builds on. */
  readonly needs?: readonly string[];
}

export const FIXES: readonly Fix[] = [
  {
    name: 'collapse_flushes_before_copy',
    commit: 'ba76149f47d8',
    year: 2011,
    since: 'v2.6.38',
    says: 'Collapse flushes the range when it takes the table out, before it looks at the pages.',
  },
  {
    name: 'walkers_read_pmd_once',
    commit: '1a5a9906d4e8',
    year: 2012,
    since: 'v3.4',
    says: 'Walkers that hold mmap_lock for reading decide from one read of a PMD whether it is none, huge or a table.',
  },
  {
    name: 'fault_rejects_unstable_pmd',
    commit: 'ad33bb04b2a6',
    year: 2016,
    since: 'v4.5',
    says: 'A fault on a base page is tried again unless one read of the PMD showed a table; "not huge" does not suffice.',
    needs: ['walkers_read_pmd_once'],
  },
  {
    name: 'huge_zero_page_in_gather',
    commit: 'aa88b68c3b1d',
    year: 2016,
    since: 'v4.13',
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
    says: 'A change of protection leaves a huge PMD present and huge to software, where it was none for a moment.',
  },
  {
    name: 'madv_free_keeps_pmd_huge',
    commit: '58ceeb6bec86',
    year: 2017,
    since: 'v4.13',
    says: 'MADV_FREE leaves a huge PMD present and huge to software, where it was none for a moment.',
  },
  {
    name: 'parallel_gathers_flush_all',
    commit: '99baac21e458',
    year: 2017,
    since: 'v4.13',
    says: 'The end of a gather flushes everything when another gather of the same mm has not finished.',
  },
  {
    name: 'pmdp_invalidate_exchanges',
    commit: 'd52605d7cb30, 423ac9af3cef',
    year: 2018,
    since: 'v4.19',
    says: 'Invalidating a huge PMD is one exchange, and split and changes of protection take accessed and dirty from what it gives back.',
  },
  {
    name: 'table_batch_flushes_tlb_first',
    commit: 'd86564a2f085, db7ddef30112',
    year: 2018,
    since: 'v4.19',
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
    name: 'protecting_reads_pmd_once',
    commit: '8b272b3cbbb5',
    year: 2020,
    since: 'v5.8',
    says: 'A change of protection decides from one read of a PMD whether it is none, huge or a table.',
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
    says: 'GUP-fast, holding the page reference, compares the PMD again and not only the PTE.',
  },
  {
    name: 'collapse_syncs_lockless_walkers',
    commit: '2ba99c5e0881',
    year: 2022,
    since: 'v6.1',
    says: 'After pmdp_collapse_flush khugepaged waits until walkers with interrupts off have left the detached table.',
  },
  ...LATER_FIXES,
];

/** The generic code of a run: a release, and which fixes it has. Immutable. */
export interface Kernel {
  readonly release: Release;
  readonly fixes: ReadonlySet<string>;
  /** The same with these fixes. */
  with(...names: readonly string[]): Kernel;
  /** The same without these fixes. */
  without(...names: readonly string[]): Kernel;
}

/**
 * The generic code of a release.
 * @throws Mistake SD_BAD_CONFIG for a release that is not in the table
 */
export function kernel(name: string): Kernel {
  const release = RELEASES.find((known) => known === name);
  if (release === undefined)
    throw new Mistake(
      'SD_BAD_CONFIG',
      `there is no release ${name} in the table.`,
      `Releases: ${RELEASES.join(', ')}.`,
    );
  const at = RELEASES.indexOf(release);
  return made(
    release,
    FIXES.filter((fix) => RELEASES.indexOf(fix.since) <= at).map((fix) => fix.name),
  );
}

function made(release: Release, names: readonly string[]): Kernel {
  const fixes: ReadonlySet<string> = new Set(names);
  for (const fix of FIXES) {
    if (fixes.has(fix.name)) fix.needs?.forEach((needed) => refuseUnless(fixes.has(needed), release, fix, needed));
  }
  return Object.freeze({
    release,
    fixes,
    with: (...more: readonly string[]) => made(release, [...fixes, ...more.map(known)]),
    without: (...fewer: readonly string[]) => {
      const gone = new Set(fewer.map(known));
      return made(
        release,
        [...fixes].filter((name) => !gone.has(name)),
      );
    },
  });
}

function refuseUnless(coherent: boolean, release: Release, fix: Fix, needed: string): void {
  if (coherent) return;
  throw new Mistake(
    'SD_INCOHERENT_FIXES',
    `${release} with ${fix.name} but without ${needed} never existed: ${fix.commit} builds on it.`,
    `Take ${fix.name} out as well, or leave ${needed} in.`,
  );
}

function known(name: string): string {
  if (FIXES.some((fix) => fix.name === name)) return name;
  const near = didYouMean(
    name,
    FIXES.map((fix) => fix.name),
  );
  throw new Mistake(
    'SD_UNKNOWN_FIX',
    `no fix of generic code is called ${name}.`,
    near ? `Did you mean ${near}?` : `Fixes: ${FIXES.map((fix) => fix.name).join(', ')}.`,
  );
}
