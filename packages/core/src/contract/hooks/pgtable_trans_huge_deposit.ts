/** Contract of pgtable_trans_huge_deposit. */
import type { Cpu } from '../../words/cpu.ts';
import { isNone, type Table } from '../../words/entry.ts';
import { tableCells, type Mm, type PmdSlot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { walkersAreOut } from '../guarantees.ts';
import { hook, spinlock } from '../hook.ts';
import { tableIsEmpty } from '../questions.ts';

/**
 * Puts a page table by for a huge PMD that is about to be set, so that a later split cannot run out of memory.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param pmdp the entry
 * @param pgtable an empty page table that nobody can reach
 * @function
 */
export const pgtable_trans_huge_deposit = hook<(cpu: Cpu, mm: Mm, pmdp: PmdSlot, pgtable: Table) => Op>({
  hookName: 'pgtable_trans_huge_deposit',
  group: 'pmd update',
  does: 'Keeps one empty page table for a huge PMD.',
  calledBy: [
    '__do_huge_pmd_anonymous_page',
    'set_huge_zero_page',
    'collapse_huge_page',
    'copy_huge_pmd',
    'move_huge_pmd',
    'deposit_prealloc_pte',
  ],
  locks: { pmd_lock: (_mm, pmdp) => spinlock(tableCells.ptl(pmdp.table)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {
      'the PMD is none': ({ facts, args: [, pmdp] }) => isNone(facts.entry(pmdp)),
      'the deposited table is empty': ({ facts, args: [, , pgtable] }) => tableIsEmpty(facts, pgtable, 'pte'),
      'no lockless walker is in the deposited table': ({ facts, args: [, , pgtable] }) => walkersAreOut(facts, pgtable),
    },
    post: {},
  },
  may: {},
  doubts: [
    'It must come before set_pmd_at where the hash fault handler keeps its slots in the deposited table (ppc64 hash); no rule in generic code says so.',
  ],
  source: linux('v6.1', 'mm/pgtable-generic.c', 'pgtable_trans_huge_deposit'),
});
