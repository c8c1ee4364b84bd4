/** A walker in real mode has masked nothing: the CPU itself takes no interrupts. Whoever waits for it waits all the same. */
import type { Configuration, RaceCase, ThreadSpec } from '@shootdown/core';
import { wrongTypeWalk } from '../claims.ts';
import { archCode, split, store } from '../threads.ts';

const serializing: Configuration = {
  release: 'v5.4',
  says: 'Linux 5.4, a control: a split invalidates the huge PMD and waits for walkers',
};
const realMode: ThreadSpec = { name: 'W', cpu: 0, runs: 0, does: archCode('kvmppc_do_h_enter', 0) };
const softMasked: ThreadSpec = { name: 'W', cpu: 0, runs: 0, does: archCode('read_user_stack', 0) };
const splitter: ThreadSpec = { name: 'S', cpu: 1, runs: 0, does: split(0) };

export const walkRealmodeEeOff: RaceCase = {
  id: 'walk-realmode-ee-off',
  title: 'A typed walker in real mode, with MSR_EE off',
  year: 2019,
  commits: ['d9101bfa6adc'],
  scenario: {
    name: 'walk-realmode-ee-off',
    title: 'A hypercall of a guest looks up a huge PMD in real mode while it is split into a table.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'always' }],
    setup: [{ cpu: 0, does: store(0, 1) }],
    threads: [realMode, splitter],
    asks: [wrongTypeWalk],
    needs: { config: ['TRANSPARENT_HUGEPAGE'], operations: ['kvmppc_do_h_enter', 'read_user_stack'] },
  },
  before: serializing,
  after: { release: 'v6.1', says: 'Linux 6.1: walkers test a copy of what they read, and nobody waits for them' },
};

const masks: Configuration = {
  release: 'v5.4',
  with: ['ppc_soft_masked_interrupts'],
  says: 'Linux 5.4 whose masked interrupts are noted by software',
};
const acknowledges: Configuration = {
  release: 'v5.4',
  with: ['ppc_masked_interrupts_are_acknowledged'],
  says: 'Linux 5.4 that acknowledges a masked interrupt when it comes',
};

const told = (
  word: string,
  title: string,
  walker: ThreadSpec,
  before: Configuration,
  after = serializing,
): RaceCase => ({
  ...walkRealmodeEeOff,
  id: `walk-realmode-ee-off.${word}`,
  of: 'walk-realmode-ee-off',
  title,
  before,
  after,
  scenario: {
    ...walkRealmodeEeOff.scenario,
    name: `walk-realmode-ee-off.${word}`,
    title: `${title}.`,
    threads: [walker, splitter],
  },
});

export const walkRealmodeTold: readonly RaceCase[] = [
  told('soft-masked', 'A walker whose interrupts software masks', softMasked, masks),
  told('ee-off-beside-soft-mask', 'A walker in real mode on a machine that masks by software', realMode, masks),
  told('ack-at-delivery', 'A masked interrupt is acknowledged when it is noted', softMasked, acknowledges, masks),
  told('ack-at-delivery-ee-off', 'The same, and a walker in real mode', realMode, acknowledges, masks),
  told('no-interrupt', 'A split that waits for nobody', realMode, {
    release: 'v5.4',
    without: ['ppc_invalidate_kicks_walkers'],
    says: 'Linux 5.4 whose split waits for no walker',
  }),
];
