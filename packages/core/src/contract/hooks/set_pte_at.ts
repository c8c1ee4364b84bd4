/** Contract of set_pte_at. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { isTable, type Pte } from '../../words/entry.ts';
import type { Mm, PteSlot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';
import { sameMapping } from '../questions.ts';

/**
 * Writes a PTE. Says nothing about TLBs: from not present to present nobody has to be told.
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param addr the address that the entry maps
 * @param ptep the entry
 * @param pte the new value
 * @function
 */
export const set_pte_at = hook<(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, pte: Pte) => Op>({
  hookName: 'set_pte_at',
  group: 'pte update',
  does: 'Stores a PTE; loses flags that hardware sets at the same moment.',
  calledBy: [
    'do_anonymous_page',
    'do_set_pte',
    'do_swap_page',
    'copy_present_pte',
    'move_ptes',
    'change_pte_range',
    '__split_huge_pmd_locked',
    'try_to_unmap_one',
    'remove_migration_pte',
  ],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: { 'the new PTE points to no table': ({ args: [, , , pte] }) => !isTable(pte) },
    post: {},
  },
  may: {
    'the new PTE is in memory on return': ({ facts, args: [, , ptep, pte] }) => sameMapping(facts.entry(ptep), pte),
  },
  doubts: [
    'Every caller holds the page-table lock except the split of a huge page, which fills a table that nobody can reach yet under pmd_lock.',
    'Whether a valid PTE may be overwritten at all is a rule of the architecture (break before make on arm64), not of this hook.',
  ],
  source: linux('v6.1', 'arch/x86/include/asm/pgtable.h', 'set_pte_at'),
});
