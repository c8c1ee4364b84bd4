/** Contract of pte_alloc_one. */
import type { Cpu } from '../../words/cpu.ts';
import type { Table } from '../../words/entry.ts';
import type { Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';
import { isAllocated, tableIsEmpty } from '../questions.ts';

/**
 * Makes a page table.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @returns the table
 * @function
 */
export const pte_alloc_one = hook<(cpu: Cpu, mm: Mm) => Op<Table>>({
  hookName: 'pte_alloc_one',
  group: 'table lifetime',
  does: 'Gives an empty page table that nobody can reach.',
  calledBy: [
    '__pte_alloc',
    '__do_fault',
    'do_fault_around',
    'do_set_pmd',
    '__do_huge_pmd_anonymous_page',
    'do_huge_pmd_anonymous_page',
    'copy_huge_pmd',
  ],
  locks: {},
  waits: 'for memory',
  sleeps: 'may',
  returns: 'table',
  must: {
    pre: {},
    post: {
      'the new table is allocated': ({ facts, result }) => isAllocated(facts, result),
      'the new table is empty': ({ facts, result }) => tableIsEmpty(facts, result, 'pte'),
    },
  },
  may: {},
  doubts: ['May fail for want of memory in Linux; the model always has a table.'],
  source: linux('v6.1', 'include/asm-generic/pgalloc.h', 'pte_alloc_one'),
});
