/** Contract of register_lockless_pgtable_walker. */
import type { Cpu } from '../../words/cpu.ts';
import type { Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * A walk without locks is about to begin.
 *
 * @param cpu the CPU that walks
 * @param mm the address space that is walked, which need not be the current one
 * @function
 */
export const register_lockless_pgtable_walker = hook<(cpu: Cpu, mm: Mm) => Op>({
  hookName: 'register_lockless_pgtable_walker',
  group: 'lockless walk',
  does: 'Tells updaters that a walk without locks goes on, where they ask; does nothing in any release.',
  calledBy: ['lockless_pages_from_mm', '__find_linux_pte'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: { pre: {}, post: {} },
  may: {},
  doubts: [
    'Proposed in 2019 and never merged. It needs a full barrier before the first entry is read, or an updater misses the walk.',
  ],
  source: linux('v5.4', 'mm/gup.c', 'register_lockless_pgtable_walker'),
});
