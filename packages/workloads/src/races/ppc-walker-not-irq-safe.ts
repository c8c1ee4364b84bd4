/** The interrupt of an updater is no wait for a walker that leaves interrupts on. */
import type { RaceCase } from '@shootdown/core';
import { wrongTypeWalk } from '../claims.ts';
import { archCode, split, store } from '../threads.ts';

export const ppcWalkerNotIrqSafe: RaceCase = {
  id: 'ppc-walker-not-irq-safe',
  title: 'A typed walker with interrupts on',
  year: 2015,
  commits: ['691e95fd7396'],
  scenario: {
    name: 'ppc-walker-not-irq-safe',
    title: 'A lookup holds a PMD slot as a leaf while it is split by somebody who waits for walkers.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'always' }],
    setup: [{ cpu: 0, does: store(0, 1) }],
    threads: [
      { name: 'W', cpu: 0, runs: 0, does: archCode('read_user_stack', 0) },
      { name: 'S', cpu: 1, runs: 0, does: split(0) },
    ],
    asks: [wrongTypeWalk],
    needs: { config: ['TRANSPARENT_HUGEPAGE'], operations: ['read_user_stack'] },
  },
  before: {
    release: 'v4.1',
    with: ['ppc_walker_leaves_interrupts_on'],
    says: 'Linux 4.1 with a walker that uses its pointer with interrupts on, as some did before 691e95fd7396',
  },
  after: { release: 'v4.1', says: 'Linux 4.1: walkers mask interrupts until they are done with the pointer' },
};
