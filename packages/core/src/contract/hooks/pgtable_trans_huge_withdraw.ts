/** Contract of pgtable_trans_huge_withdraw. */
import type { Cpu } from '../../words/cpu.ts';
import { isValid, type Table } from '../../words/entry.ts';
import { tableCells, type Mm, type PmdSlot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook, spinlock } from '../hook.ts';
import { tableIsEmpty } from '../questions.ts';

/**
 * Takes back a page table that was put by for a huge PMD, after the PMD was cleared or made invalid.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param pmdp the entry
 * @returns the table
 * @function
 */
export const pgtable_trans_huge_withdraw = hook<(cpu: Cpu, mm: Mm, pmdp: PmdSlot) => Op<Table>>({
  hookName: 'pgtable_trans_huge_withdraw',
  group: 'pmd update',
  does: 'Gives back one deposited page table, empty.',
  calledBy: ['zap_deposited_table', '__split_huge_pmd_locked', '__split_huge_zero_page_pmd', 'move_huge_pmd'],
  locks: { pmd_lock: (_mm, pmdp) => spinlock(tableCells.ptl(pmdp.table)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'table',
  must: {
    pre: { 'the hardware cannot use the PMD': ({ facts, args: [, pmdp] }) => !isValid(facts.entry(pmdp)) },
    post: { 'the withdrawn table is empty': ({ facts, result }) => tableIsEmpty(facts, result, 'pte') },
  },
  may: {},
  doubts: ['Which of several deposited tables comes back differs; nobody may care.'],
  source: linux('v6.1', 'mm/pgtable-generic.c', 'pgtable_trans_huge_withdraw'),
});
