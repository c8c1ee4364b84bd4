/** Contract of __tlb_remove_table. */
import type { Cpu } from '../../words/cpu.ts';
import type { Table } from '../../words/entry.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hardwareIsOut, walkersAreOut } from '../guarantees.ts';
import { hook } from '../hook.ts';

/**
 * Frees one table of a batch, after flush and grace period.
 *
 * @param cpu the CPU that runs it
 * @param table the table
 * @function
 */
export const __tlb_remove_table = hook<(cpu: Cpu, table: Table) => Op>({
  hookName: '__tlb_remove_table',
  group: 'table lifetime',
  does: 'Gives the memory of a batched page table back.',
  calledBy: ['__tlb_remove_table_free', 'tlb_remove_table_one'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {
      'no lockless walker is in the table': ({ facts, args: [table] }) => walkersAreOut(facts, table),
      'no hardware walker is in the table': ({ facts, args: [table] }) => hardwareIsOut(facts, table),
    },
    post: {},
  },
  may: {},
  doubts: [],
  source: linux('v6.1', 'arch/x86/include/asm/tlb.h', '__tlb_remove_table'),
});
