/** Contract of pud_alloc_one. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import type { Table } from '../../words/entry.ts';
import type { Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';
import { isAllocated, tableIsEmpty } from '../questions.ts';

/**
 * Makes a table of level PUD.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param addr an address that it will map
 * @returns the table
 * @function
 */
export const pud_alloc_one = hook<(cpu: Cpu, mm: Mm, addr: Va) => Op<Table>>({
  hookName: 'pud_alloc_one',
  group: 'table lifetime',
  does: 'Gives an empty PUD table that nobody can reach.',
  calledBy: ['__pud_alloc'],
  locks: {},
  waits: 'for memory',
  sleeps: 'may',
  returns: 'table',
  must: {
    pre: {},
    post: {
      'the new table is allocated': ({ facts, result }) => isAllocated(facts, result),
      'the new table is empty': ({ facts, result }) => tableIsEmpty(facts, result, 'pud'),
    },
  },
  may: {},
  doubts: ['May fail for want of memory in Linux; the model always has a table.'],
  source: linux('v6.1', 'include/asm-generic/pgalloc.h', 'pud_alloc_one'),
});
