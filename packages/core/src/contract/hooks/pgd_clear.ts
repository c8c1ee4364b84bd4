/** Contract of pgd_clear. */
import type { Cpu } from '../../words/cpu.ts';
import { isNone } from '../../words/entry.ts';
import { isFolded } from '../../words/geometry.ts';
import type { Slot } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Empties a PGD entry; nothing where the level below is folded. Says nothing about TLBs: callers flush.
 *
 * @param cpu the CPU that runs it
 * @param pgdp the entry
 * @function
 */
export const pgd_clear = hook<(cpu: Cpu, pgdp: Slot<'pgd'>) => Op>({
  hookName: 'pgd_clear',
  group: 'pmd update',
  does: 'Makes a PGD entry none.',
  calledBy: ['free_p4d_range', 'pgd_clear_bad'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: {
    pre: {},
    post: {
      'the entry is none': ({ facts, args: [pgdp] }) => isFolded(facts.geometry, 'p4d') || isNone(facts.entry(pgdp)),
    },
  },
  may: {},
  doubts: [],
  source: linux('v6.1', 'arch/x86/include/asm/pgtable.h', 'pgd_clear'),
});
