/** What Xen guests did otherwise in older releases. */
import type { Change } from '@shootdown/core/plugin';

export const history: readonly Change[] = [
  {
    name: 'xen_drops_by_mm_cpumask',
    // Gone in 2.6.24, which is older than every release of the table.
    commit: 'removed by 9f79991d4186',
    says: 'Before a tree is unpinned only the CPUs of mm_cpumask are asked to leave it, not those that are still to do so.',
    until: 'v2.6.38',
  },
];
