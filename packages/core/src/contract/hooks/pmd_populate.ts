/** Contract of pmd_populate. */
import type { Cpu } from '../../words/cpu.ts';
import { isTable, isValid, tableOf, type Table } from '../../words/entry.ts';
import { tableCells, type Mm, type PmdSlot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook, spinlock } from '../hook.ts';
import { isAllocated } from '../questions.ts';

/**
 * Links a page table below a PMD. The caller has made the content of the table visible first (smp_wmb).
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param pmdp the entry
 * @param pgtable the page table
 * @function
 */
export const pmd_populate = hook<(cpu: Cpu, mm: Mm, pmdp: PmdSlot, pgtable: Table) => Op>({
  hookName: 'pmd_populate',
  group: 'pmd update',
  does: 'Makes a PMD point to a page table that is complete.',
  calledBy: [
    'pmd_install',
    '__split_huge_pmd_locked',
    '__split_huge_zero_page_pmd',
    'collapse_huge_page',
    'move_normal_pmd',
  ],
  locks: { pmd_lock: (_mm, pmdp) => spinlock(tableCells.ptl(pmdp.table)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {
      'the hardware cannot use the PMD': ({ facts, args: [, pmdp] }) => !isValid(facts.entry(pmdp)),
      'the table is allocated': ({ facts, args: [, , pgtable] }) => isAllocated(facts, pgtable),
    },
    post: {
      'the PMD points to the table': ({ facts, args: [, pmdp, pgtable] }) =>
        isTable(facts.entry(pmdp)) && tableOf(facts.entry(pmdp)) === pgtable,
    },
  },
  may: {},
  doubts: ['No flush is needed because nothing remembers an absent entry. riscv hardware may remember one.'],
  source: linux('v6.1', 'arch/x86/include/asm/pgalloc.h', 'pmd_populate'),
});
