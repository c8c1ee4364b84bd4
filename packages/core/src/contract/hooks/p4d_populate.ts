/** Contract of p4d_populate. */
import type { Cpu } from '../../words/cpu.ts';
import { isValid, tableOf, type Table } from '../../words/entry.ts';
import { isFolded } from '../../words/geometry.ts';
import { mmCells, type Mm, type Slot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook, spinlock } from '../hook.ts';

/**
 * Links a table of level pud below a P4D entry; nothing where that level is folded.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param p4dp the entry
 * @param table the table of the level below
 * @function
 */
export const p4d_populate = hook<(cpu: Cpu, mm: Mm, p4dp: Slot<'p4d'>, table: Table) => Op>({
  hookName: 'p4d_populate',
  group: 'pmd update',
  does: 'Makes a P4D entry point to a table that is complete.',
  calledBy: ['__pud_alloc'],
  locks: { page_table_lock: (mm) => spinlock(mmCells.page_table_lock(mm.id)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {
      'the hardware cannot use the entry': ({ facts, args: [, p4dp] }) =>
        isFolded(facts.geometry, 'pud') || !isValid(facts.entry(p4dp)),
    },
    post: {
      'the entry points to the table': ({ facts, args: [, p4dp, table] }) =>
        isFolded(facts.geometry, 'pud') || tableOf(facts.entry(p4dp)) === table,
    },
  },
  may: {},
  doubts: [],
  source: linux('v6.1', 'arch/x86/include/asm/pgalloc.h', 'p4d_populate'),
});
