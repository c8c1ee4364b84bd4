/**
 * What real releases have and ours have not, beside the limits of all (`limit`): things that came, or went, with a release. Data for
 * `list releases`.
 */
import { linux, type Source } from '../words/source.ts';

/** One thing that a release of ours lacks. */
export interface Lack {
  /** First release that has it, whether the table of releases names that one or not. */
  readonly since: string;
  /** First release that has it no more. */
  readonly until?: string;
  readonly says: string;
  readonly source: Source;
}

export const LACKS: readonly Lack[] = [
  {
    since: 'v4.20',
    says: 'munmap holds mmap_lock for reading only while it unmaps',
    source: linux('v6.1', 'mm/mmap.c', 'mmap_write_downgrade'),
  },
  {
    since: 'v5.5',
    says: 'a pin counts for more than one reference, and fork copies pages that may be pinned',
    source: linux('v6.1', 'mm/memory.c', 'copy_present_page'),
  },
  {
    since: 'v5.11',
    says: 'fast GUP that pins looks whether a fork goes on',
    source: linux('v6.1', 'mm/gup.c', 'write_protect_seq'),
  },
  {
    since: 'v6.1',
    says: 'areas are in a maple tree, which lookups walk in several steps',
    source: linux('v6.1', 'lib/maple_tree.c', 'mas_walk'),
  },
  {
    since: 'v6.2',
    says: 'pages of files are taken out of rmap after the flush',
    source: linux('v6.12', 'mm/mmu_gather.c', 'tlb_flush_rmaps'),
  },
  {
    since: 'v6.4',
    says: 'faults take the lock of one area, without mmap_lock',
    source: linux('v6.12', 'mm/memory.c', 'lock_vma_under_rcu'),
  },
  {
    since: 'v6.5',
    says: 'a table may be gone when its lock is asked for',
    source: linux('v6.12', 'mm/pgtable-generic.c', '__pte_offset_map_lock'),
  },
  {
    since: 'v6.8',
    says: 'anonymous memory in pages between a base page and a huge page',
    source: linux('v6.12', 'mm/memory.c', 'alloc_anon_folio'),
  },
];

const numbersOf = (release: string): number[] => release.slice(1).split('.').map(Number);
/** Is a release as new as another one, or newer? A point release is newer than the release it is of. */
function isAsNew(release: string, other: string): boolean {
  const [a, b] = [numbersOf(release), numbersOf(other)];
  const at = [0, 1, 2].find((i) => (a[i] ?? 0) !== (b[i] ?? 0));
  return at === undefined || (a[at] ?? 0) > (b[at] ?? 0);
}

/** @returns what the real release has and ours has not */
export const lackedBy = (release: string): readonly Lack[] =>
  LACKS.filter(({ since, until }) => isAsNew(release, since) && (until === undefined || !isAsNew(release, until)));
