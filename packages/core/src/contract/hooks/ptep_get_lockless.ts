/** Contract of ptep_get_lockless. */
import type { Cpu } from '../../words/cpu.ts';
import type { Pte } from '../../words/entry.ts';
import type { PteSlot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Reads a PTE without its lock, with interrupts off.
 *
 * @param cpu the CPU that runs it
 * @param ptep the entry
 * @returns a snapshot: the caller compares again after it has taken a reference
 * @function
 */
export const ptep_get_lockless = hook<(cpu: Cpu, ptep: PteSlot) => Op<Pte>>({
  hookName: 'ptep_get_lockless',
  group: 'pte update',
  does: 'Gives a value that the PTE really held at one moment, or one that is not present.',
  calledBy: ['gup_pte_range'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'entry',
  must: {
    pre: { 'interrupts are off': ({ facts, cpu }) => facts.interruptsOff(cpu) },
    post: {},
  },
  may: {},
  doubts: [
    'Where a PTE is two words, a loop of reads is not enough: a present PTE must also not become another present PTE without a flush that the reader holds up with interrupts off.',
  ],
  source: linux('v6.1', 'include/linux/pgtable.h', 'ptep_get_lockless'),
});
