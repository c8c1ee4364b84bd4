/** Contract of pgd_alloc. */
import type { Cpu } from '../../words/cpu.ts';
import type { Table } from '../../words/entry.ts';
import type { Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';
import { isAllocated, tableIsEmpty } from '../questions.ts';

/**
 * Makes the top table of a new address space.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @returns the table
 * @function
 */
export const pgd_alloc = hook<(cpu: Cpu, mm: Mm) => Op<Table>>({
  hookName: 'pgd_alloc',
  group: 'table lifetime',
  does: 'Gives a top table without user mappings.',
  calledBy: ['mm_alloc_pgd'],
  locks: {},
  waits: 'for memory',
  sleeps: 'may',
  returns: 'table',
  must: {
    pre: {},
    post: {
      'the new table is allocated': ({ facts, result }) => isAllocated(facts, result),
      'the new table is empty': ({ facts, result }) => tableIsEmpty(facts, result, 'pgd'),
    },
  },
  may: {},
  doubts: [
    'May fail for want of memory in Linux; the model always has a table.',
    'Kernel mappings that architectures copy into it are not modelled.',
  ],
  source: linux('v6.1', 'arch/x86/mm/pgtable.c', 'pgd_alloc'),
});
