/**
 * Mistakes that the kernel itself would notice: BUG_ON, an oops at an address where nothing is, a hypervisor that says no, freeing twice, giving back what is not held, waiting
 * for interrupts with one's own off.
 */
import type { Watch } from '../words/watch.ts';

export const noBug: Watch = {
  claim: 'no BUG_ON fires',
  breach: 'bug',
  ghosts: [],
  kinds: ['bug'],
  holdsAfter: () => false,
  explain: (_facts, step) => step.why ?? 'BUG',
};

export const noWildPointer: Watch = {
  claim: 'no pointer that leads nowhere is used',
  breach: 'wild-pointer',
  ghosts: [],
  kinds: ['wild'],
  holdsAfter: () => false,
  explain: (_facts, step) => step.why ?? 'a pointer that leads nowhere',
};

export const notRefused: Watch = {
  claim: 'the hypervisor refuses nothing',
  breach: 'hyp-fault',
  ghosts: [],
  kinds: ['refused'],
  holdsAfter: () => false,
  explain: (_facts, step) => `the hypervisor refuses: ${step.why ?? ''}`,
};

export const freedOnce: Watch = {
  claim: 'nothing is freed twice',
  breach: 'double-free',
  ghosts: [],
  kinds: ['page.free', 'table.free'],
  holdsAfter: (_facts, _step, observed) => observed !== 1,
  explain: (_facts, step) =>
    `CPU${step.cpu} freed ${step.kind === 'page.free' ? 'P' : 'T'}${step.args[0]}, which was free`,
};

export const balanced: Watch = {
  claim: 'nothing is given back that is not held',
  breach: 'unbalanced',
  ghosts: [],
  kinds: ['unbalanced'],
  holdsAfter: () => false,
  explain: (_facts, step) => `CPU${step.cpu} ${step.why ?? ''}`,
};

export const interruptible: Watch = {
  claim: 'nobody waits for an interrupt with its own interrupts off',
  breach: 'deadlock',
  ghosts: [],
  kinds: ['ipi.send'],
  holdsAfter: (facts, step) => !facts.interruptsOff(step.cpu),
  explain: (_facts, step) =>
    `CPU${step.cpu} sends an interrupt and will wait for it with its own off: two that do so wait for each other`,
};
