/** Contract of pmd_free. */
import type { Cpu } from '../../words/cpu.ts';
import type { Table } from '../../words/entry.ts';
import type { Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hardwareIsOut, walkersAreOut } from '../guarantees.ts';
import { hook } from '../hook.ts';

/**
 * Gives a table of level PMD back at once that was never linked.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param table a PMD table that no entry points to
 * @function
 */
export const pmd_free = hook<(cpu: Cpu, mm: Mm, table: Table) => Op>({
  hookName: 'pmd_free',
  group: 'table lifetime',
  does: 'Frees a PMD table without waiting for anybody.',
  calledBy: ['__pmd_alloc'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {
      'no lockless walker is in the table': ({ facts, args: [, table] }) => walkersAreOut(facts, table),
      'no hardware walker is in the table': ({ facts, args: [, table] }) => hardwareIsOut(facts, table),
    },
    post: {},
  },
  may: {},
  doubts: [],
  source: linux('v6.1', 'include/asm-generic/pgalloc.h', 'pmd_free'),
});
