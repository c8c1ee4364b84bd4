/** Contract of set_pmd_at. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { isTable, type Pmd } from '../../words/entry.ts';
import { tableCells, type Mm, type PmdSlot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook, spinlock } from '../hook.ts';
import { sameMapping } from '../questions.ts';

/**
 * Writes a PMD that maps memory or remembers a migration. A page table is linked by pmd_populate, never by this. Says
 * nothing about TLBs.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param addr first byte of the huge range
 * @param pmdp the entry
 * @param pmd the new value
 * @function
 */
export const set_pmd_at = hook<(cpu: Cpu, mm: Mm, addr: Va, pmdp: PmdSlot, pmd: Pmd) => Op>({
  hookName: 'set_pmd_at',
  group: 'pmd update',
  does: 'Stores a huge PMD or a migration entry; loses flags that hardware sets at the same moment.',
  calledBy: [
    '__do_huge_pmd_anonymous_page',
    'collapse_huge_page',
    'do_set_pmd',
    'change_huge_pmd',
    'move_huge_pmd',
    'copy_huge_pmd',
    'do_huge_pmd_numa_page',
    'set_pmd_migration_entry',
    'remove_migration_pmd',
  ],
  locks: { pmd_lock: (_mm, _addr, pmdp) => spinlock(tableCells.ptl(pmdp.table)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: { 'the new PMD points to no table': ({ args: [, , , pmd] }) => !isTable(pmd) },
    post: { 'the PMD holds the new value': ({ facts, args: [, , pmdp, pmd] }) => sameMapping(facts.entry(pmdp), pmd) },
  },
  may: {},
  doubts: [],
  source: linux('v6.1', 'arch/x86/include/asm/pgtable.h', 'set_pmd_at'),
});
