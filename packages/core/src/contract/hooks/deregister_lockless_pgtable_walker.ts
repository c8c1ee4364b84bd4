/** Contract of deregister_lockless_pgtable_walker. */
import type { Cpu } from '../../words/cpu.ts';
import type { Mm } from '../../words/objects.ts';
import { linux } from '../../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { hook } from '../hook.ts';

/**
 * A walk without locks is over: what it found is not used any more.
 *
 * @param cpu the CPU that walked
 * @param mm the address space that was walked
 * @function
 */
export const deregister_lockless_pgtable_walker = hook<(cpu: Cpu, mm: Mm) => Op>({
  hookName: 'deregister_lockless_pgtable_walker',
  group: 'lockless walk',
  does: 'Takes back what register_lockless_pgtable_walker said; does nothing in any release.',
  calledBy: ['lockless_pages_from_mm', '__find_linux_pte'],
  locks: {},
  waits: 'for nobody',
  sleeps: 'never',
  returns: 'nothing',
  must: { pre: {}, post: {} },
  may: {},
  doubts: ['It has to come after the last use of what the walk found, not after the walk.'],
  source: linux('v5.4', 'mm/gup.c', 'deregister_lockless_pgtable_walker'),
});
