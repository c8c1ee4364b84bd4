/** Contract of pte_free. */
import type { Cpu } from '../../words/cpu.ts';
import type { Table } from '../../words/entry.ts';
import type { Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hardwareIsOut, walkersAreOut } from '../guarantees.ts';
import { hook } from '../hook.ts';

/**
 * Gives a page table back at once. Right only if nobody could ever reach it, or hardware and walkers have left.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param pgtable a page table that no entry points to
 * @function
 */
export const pte_free = hook<(cpu: Cpu, mm: Mm, pgtable: Table) => Op>({
  hookName: 'pte_free',
  group: 'table lifetime',
  does: 'Frees a page table without waiting for anybody.',
  calledBy: [
    'collapse_and_free_pmd',
    'zap_deposited_table',
    '__pte_alloc',
    'do_fault',
    '__do_huge_pmd_anonymous_page',
    'copy_huge_pmd',
  ],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {
      'no lockless walker is in the table': ({ facts, args: [, pgtable] }) => walkersAreOut(facts, pgtable),
      'no hardware walker is in the table': ({ facts, args: [, pgtable] }) => hardwareIsOut(facts, pgtable),
    },
    post: {},
  },
  may: {},
  doubts: ['Readers under rcu_read_lock alone are not in its contract in 6.1; pte_free_defer came for them later.'],
  source: linux('v6.1', 'include/asm-generic/pgalloc.h', 'pte_free'),
});
