/**
 * Ways to move page tables that are in use. None was merged: two postings of 2008, what a reviewer proposed instead, and two repaired
 * forms; and the same with one part left out or done otherwise, so that a story breaks by one thing only.
 */
import type { Change } from '../words/change.ts';

const form = (name: string, year: number, says: string): Change => ({
  name,
  commit: 'none',
  year,
  shipped: 'never',
  says,
});
const part = (name: string, says: string): Change => ({ name, commit: 'none', shipped: 'never', says });

export const RELOCATION_CHANGES: readonly Change[] = [
  form(
    'relocation_posted',
    2008,
    'Page tables move as in the posting of April 2008: copied as memory beside those who walk them, who walk again under their locks.',
  ),
  form(
    'relocation_posted_again',
    2008,
    'Page tables move as in the posting of May 2008: copied entry by entry, accessed and dirty merged afterwards, freed by their level.',
  ),
  form(
    'relocation_detaches',
    2026,
    'Page tables move while nobody can reach them: taken out and flushed, then copied, then the copy is linked.',
  ),
  form(
    'relocation_merges',
    2026,
    'Page tables move under mmap_lock for writing: the copy is linked, walkers are flushed and waited for, then their flags are merged.',
  ),
  form(
    'relocation_parks_at_end',
    2008,
    'The mover switches to init_mm and moves page tables; the other CPUs reload when all are moved.',
  ),
  form('relocation_parks_first', 2008, 'All CPUs leave the address space and wait; page tables are moved; all reload.'),
  // Of the postings
  part(
    'relocation_beside_preemption',
    'The kernel is preemptible: a walk that has not come to its lock holds up no grace period.',
  ),
  part(
    'walkers_unaware_of_limbo',
    'Who walks page tables knows nothing of their moving: under a lock nobody walks again, and no fault flushes.',
  ),
  part('limbo_tested_before_lock', 'Whoever takes a page-table lock asks whether tables move before he has it.'),
  part('need_flush_cleared_after_flush', 'The note that a flush is needed is taken back after the flush, not before.'),
  part('relocation_frees_at_once', 'Old page tables are freed without a grace period.'),
  part(
    'relocation_frees_by_level',
    'Old page tables are freed by pte_free_tlb within a gather, not as pages: its flush comes once more, before they go.',
  ),
  // Of the form that merges
  part('relocation_notes_flush', 'The flush is only noted for later, and old page tables are freed at once.'),
  part('relocation_by_flush_tlb_mm', 'The flush is flush_tlb_mm, not that of a gather which frees page tables.'),
  part('relocation_without_sync', 'Walkers in software are not waited for before flags are merged.'),
  part('relocation_without_merge', 'Accessed and dirty that a CPU set in an old page table are not merged.'),
  part('relocation_leaves_old_entries', 'Entries of old page tables are read for the merge, not taken out.'),
  part('relocation_merges_by_set_pte_at', 'Flags are merged by writing the entry anew.'),
  part('relocation_copies_memory', 'Entries are copied as memory, without the hook that writes entries.'),
  part(
    'relocation_frees_by_pte_free',
    'Old page tables are freed by pte_free after the flush, not by pte_free_tlb within the gather.',
  ),
  part('relocation_beside_rmap', 'Walks by rmap go on while page tables move.'),
  part('relocation_unlocks_early', 'Mmap_lock is given back once the copies are linked, before the flush.'),
  part(
    'relocation_without_gather',
    'No gather is open while page tables move: the one that frees them begins after the flush.',
  ),
];
