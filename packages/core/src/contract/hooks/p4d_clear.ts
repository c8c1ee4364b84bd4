/** Contract of p4d_clear. */
import type { Cpu } from '../../words/cpu.ts';
import { isNone } from '../../words/entry.ts';
import { isFolded } from '../../words/geometry.ts';
import type { Slot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Empties a P4D entry; nothing where the level below is folded. Says nothing about TLBs: callers flush.
 *
 * @param cpu the CPU that runs it
 * @param p4dp the entry
 * @function
 */
export const p4d_clear = hook<(cpu: Cpu, p4dp: Slot<'p4d'>) => Op>({
  hookName: 'p4d_clear',
  group: 'pmd update',
  does: 'Makes a P4D entry none.',
  calledBy: ['free_pud_range', 'p4d_clear_bad'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {},
    post: {
      'the entry is none': ({ facts, args: [p4dp] }) => isFolded(facts.geometry, 'pud') || isNone(facts.entry(p4dp)),
    },
  },
  may: {},
  doubts: [],
  source: linux('v6.1', 'arch/x86/include/asm/pgtable.h', 'p4d_clear'),
});
