/** Contract of pud_populate. */
import type { Cpu } from '../../words/cpu.ts';
import { isValid, tableOf, type Table } from '../../words/entry.ts';
import { isFolded } from '../../words/geometry.ts';
import { mmCells, type Mm, type Slot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook, spinlock } from '../hook.ts';

/**
 * Links a table of level pmd below a PUD entry; nothing where that level is folded.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param pudp the entry
 * @param table the table of the level below
 * @function
 */
export const pud_populate = hook<(cpu: Cpu, mm: Mm, pudp: Slot<'pud'>, table: Table) => Op>({
  hookName: 'pud_populate',
  group: 'pmd update',
  does: 'Makes a PUD entry point to a table that is complete.',
  calledBy: ['__pmd_alloc', 'move_normal_pud'],
  locks: { page_table_lock: (mm) => spinlock(mmCells.page_table_lock(mm.id)) },
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {
      'the hardware cannot use the entry': ({ facts, args: [, pudp] }) =>
        isFolded(facts.geometry, 'pmd') || !isValid(facts.entry(pudp)),
    },
    post: {
      'the entry points to the table': ({ facts, args: [, pudp, table] }) =>
        isFolded(facts.geometry, 'pmd') || tableOf(facts.entry(pudp)) === table,
    },
  },
  may: {},
  doubts: [
    'huge_pmd_share of hugetlbfs calls it under the split lock of the table it shares, not under page_table_lock.',
    'x86 PAE cannot change an entry of its top level without loading the root register again, so it flushes the whole address space here.',
  ],
  source: linux('v6.1', 'arch/x86/include/asm/pgalloc.h', 'pud_populate'),
});
