/** Contract of pte_accessible. */
import type { Cpu } from '../../words/cpu.ts';
import { isValid, type Pte } from '../../words/entry.ts';
import type { Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Could a TLB hold the translation of this PTE?
 *
 * @param cpu the CPU that runs it
 * @param mm the address space
 * @param pte what the PTE held
 * @returns whether taking it away needs a flush
 * @function
 */
export const pte_accessible = hook<(cpu: Cpu, mm: Mm, pte: Pte) => Op<boolean>>({
  hookName: 'pte_accessible',
  group: 'pte update',
  does: 'Says whether a CPU may have cached the PTE; a PROT_NONE one it may, while somebody who made it so has not flushed yet.',
  calledBy: ['ptep_clear_flush'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'boolean',
  must: {
    pre: {},
    post: {
      'what the hardware may use is said to be accessible': ({ args: [, pte], result }) => result || !isValid(pte),
    },
  },
  may: {},
  doubts: [],
  source: linux('v6.1', 'include/linux/pgtable.h', 'pte_accessible'),
});
