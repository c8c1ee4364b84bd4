/** Contract of huge_pmd_needs_flush. */
import type { Cpu } from '../../words/cpu.ts';
import { F, frameOf, has, isValid, type Pmd } from '../../words/entry.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * Is there a CPU that may go on with the old huge PMD where the new one forbids it? Asked by changes of protection, which
 * gather their flushes.
 *
 * @param cpu the CPU that runs it
 * @param oldpmd what the entry held
 * @param newpmd what it holds now
 * @returns false when nothing that may be cached is worse than the new entry
 * @function
 */
export const huge_pmd_needs_flush = hook<(cpu: Cpu, oldpmd: Pmd, newpmd: Pmd) => Op<boolean>>({
  hookName: 'huge_pmd_needs_flush',
  group: 'TLB',
  does: 'Says whether a change of a huge PMD has to be followed by a flush.',
  calledBy: ['change_huge_pmd'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'boolean',
  must: {
    pre: {},
    post: {
      'says yes when a valid entry loses its frame, its validity or the write permission': ({
        args: [before, after],
        result,
      }) =>
        result ||
        !isValid(before) ||
        (isValid(after) && frameOf(before) === frameOf(after) && has(after, before & F.WRITE)),
    },
  },
  may: { 'says yes': ({ result }) => result },
  doubts: [],
  source: linux('v6.1', 'include/asm-generic/tlb.h', 'huge_pmd_needs_flush'),
});
