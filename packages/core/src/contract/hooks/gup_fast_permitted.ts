/** Contract of gup_fast_permitted. */
import type { Va } from '../../words/address.ts';
import type { Cpu } from '../../words/cpu.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * May this range be walked without locks?
 *
 * @param cpu the CPU that runs it
 * @param start first byte
 * @param end first byte after the range
 * @returns false: only the walk with locks is right
 * @function
 */
export const gup_fast_permitted = hook<(cpu: Cpu, start: Va, end: Va) => Op<boolean>>({
  hookName: 'gup_fast_permitted',
  group: 'lockless walk',
  does: 'Says whether the lockless walk of GUP-fast may be tried for a range.',
  calledBy: ['lockless_pages_from_mm'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'boolean',
  must: {
    pre: {},
    post: {},
  },
  may: {},
  doubts: ['s390 answers by the height of the tree at that moment; the tree may grow right after.'],
  source: linux('v6.1', 'mm/gup.c', 'gup_fast_permitted'),
});
