/** Contract of pud_clear. */
import type { Cpu } from '../../words/cpu.ts';
import { isNone } from '../../words/entry.ts';
import { isFolded } from '../../words/geometry.ts';
import type { Slot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Empties a PUD entry; nothing where the level below is folded. Says nothing about TLBs: callers flush.
 *
 * @param cpu the CPU that runs it
 * @param pudp the entry
 * @function
 */
export const pud_clear = hook<(cpu: Cpu, pudp: Slot<'pud'>) => Op>({
  hookName: 'pud_clear',
  group: 'pmd update',
  does: 'Makes a PUD entry none.',
  calledBy: ['free_pmd_range', 'move_normal_pud', 'pud_clear_bad'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {},
    post: {
      'the entry is none': ({ facts, args: [pudp] }) => isFolded(facts.geometry, 'pmd') || isNone(facts.entry(pudp)),
    },
  },
  may: {},
  doubts: [],
  source: linux('v6.1', 'arch/x86/include/asm/pgtable.h', 'pud_clear'),
});
