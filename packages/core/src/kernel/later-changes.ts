/** What changed in generic Linux from 6.1 to 6.12, as far as it can be seen in interrupts, flushes, waits, or in who may do what. */
import type { Change } from '../words/change.ts';

export const LATER_CHANGES: readonly Change[] = [
  {
    name: 'mprotect_makes_huge_writable',
    commit: '96a9c287e25d',
    year: 2022,
    since: 'v6.2',
    says: 'Mprotect to writable makes a huge PMD writable at once when nobody shares its page (change_huge_pmd).',
    needs: ['anon_exclusive'],
  },
  {
    name: 'mprotect_makes_clean_writable',
    commit: '7ea7e333842e',
    year: 2022,
    since: 'v6.2',
    says: 'Mprotect to writable makes clean entries writable too when nobody shares their pages (can_change_pte_writable).',
    needs: ['mprotect_makes_writable'],
  },
  {
    name: 'lazies_may_be_shot',
    commit: '2655421ae69f',
    year: 2023,
    since: 'v6.4',
    says: 'Where the architecture asks for it, lazy CPUs hold no reference to an address space: its end interrupts those that have it loaded.',
  },
  {
    name: 'mremap_aligns_down',
    commit: 'af8ca1c14906',
    year: 2023,
    since: 'v6.7',
    says: 'Mremap begins at the border of a table when nothing else is mapped below the area there, so that the table moves as a whole.',
  },
  {
    name: 'gather_takes_batches',
    commit: '4d5bf0b6183f, d7f861b9c43a',
    year: 2024,
    since: 'v6.9',
    says: 'A gather takes several pages of one huge page in two places, and keeps two places free in each batch.',
  },
  {
    name: 'ptes_in_batches',
    commit: 'f8d937761d65, 10ebac4f95e7',
    year: 2024,
    since: 'v6.9',
    says: 'Fork, zap and MADV_FREE handle the entries of a huge page that is mapped by a table together.',
    needs: ['gather_takes_batches'],
  },
  {
    name: 'split_sets_ptes_at_once',
    commit: '2bdba9868a4f',
    year: 2024,
    since: 'v6.9',
    says: 'The split of a huge PMD fills its table by one set_ptes.',
  },
];
