/** Contract of pgd_free. */
import type { Cpu } from '../../words/cpu.ts';
import type { Table } from '../../words/entry.ts';
import type { Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hardwareIsOut } from '../guarantees.ts';
import { hook } from '../hook.ts';

/**
 * Gives the top table back, when no CPU has the address space loaded any more.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param pgd the top table
 * @function
 */
export const pgd_free = hook<(cpu: Cpu, mm: Mm, pgd: Table) => Op>({
  hookName: 'pgd_free',
  group: 'table lifetime',
  does: 'Frees the top table at once.',
  calledBy: ['mm_free_pgd'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {
      'no hardware walker is in the table': ({ facts, args: [, pgd] }) => hardwareIsOut(facts, pgd),
    },
    post: {},
  },
  may: {},
  doubts: [
    'Nothing is claimed of walks in software: a CPU that walks runs a thread of the address space, and its last reference is gone (__mmdrop). To the model a walk enters the top table by mm.pgd, which is no entry.',
  ],
  source: linux('v6.1', 'arch/x86/mm/pgtable.c', 'pgd_free'),
});
