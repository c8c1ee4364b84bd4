/** Contract of pgd_populate. */
import type { Cpu } from '../../words/cpu.ts';
import { isValid, tableOf, type Table } from '../../words/entry.ts';
import { isFolded } from '../../words/geometry.ts';
import { mmCells, type Mm, type Slot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook, spinlock } from '../hook.ts';

/**
 * Links a table of level p4d below a PGD entry; nothing where that level is folded.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param pgdp the entry
 * @param table the table of the level below
 * @function
 */
export const pgd_populate = hook<(cpu: Cpu, mm: Mm, pgdp: Slot<'pgd'>, table: Table) => Op>({
  hookName: 'pgd_populate',
  group: 'pmd update',
  does: 'Makes a PGD entry point to a table that is complete.',
  calledBy: ['__p4d_alloc'],
  locks: { page_table_lock: (mm) => spinlock(mmCells.page_table_lock(mm.id)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {
      'the hardware cannot use the entry': ({ facts, args: [, pgdp] }) =>
        isFolded(facts.geometry, 'p4d') || !isValid(facts.entry(pgdp)),
    },
    post: {
      'the entry points to the table': ({ facts, args: [, pgdp, table] }) =>
        isFolded(facts.geometry, 'p4d') || tableOf(facts.entry(pgdp)) === table,
    },
  },
  may: {},
  doubts: [],
  source: linux('v6.1', 'arch/x86/include/asm/pgalloc.h', 'pgd_populate'),
});
