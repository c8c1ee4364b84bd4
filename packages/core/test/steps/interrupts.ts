/**
 * Interrupts, calls to other CPUs and RCU: kernel/smp.c (smp_call_function_many_cond, csd_lock), kernel/rcu/tree.c, arch/powerpc/kernel/irq_64.c
 * (soft masking) of Linux 6.1.
 */
import { steps } from '../../src/machine/steps/index.ts';
import { ipiHandler, rcuCallback } from '../../src/words/cpu.ts';
import { ghosts } from '../../src/words/ghosts.ts';
import { hw } from '../../src/machine/hardware.ts';
import type { Op } from '@shootdown/explorer';
import { CPUS, type Cells, type Known } from './known.ts';

const kick = ipiHandler('kick');
const flush = ipiHandler('flush', function* (): Op {});
const free = rcuCallback('free', function* (): Op {});
const call = (handler: typeof kick) => ({ name: handler.handlerName, handler, info: {} });
const callback = { name: 'free', callback: free, info: {} };
/** Bits of cpu0, cpu1, cpu2. */
const [C0, C1, C2] = [1, 2, 4];
/** Everybody waits for cpu0: two callbacks, and synchronize_rcu on cpu1. */
const waited: Cells = [
  [hw.rcuQueue(0), callback],
  [hw.rcuWaits(0), C0 | C2],
  [hw.rcuQueue(3), callback],
  [hw.rcuWaits(3), C0],
  [hw.rcuSync(1), C0 | C2],
];
const nobodyWaits: Cells = [
  [hw.rcuWaits(0), C2],
  [hw.rcuWaits(3), 0],
  [hw.rcuSync(1), C2],
];
const walking = { ghosts: [ghosts.walking] };
const atUnmask = { spec: { softMask: 'acknowledges at unmask' as const } };
const atDelivery = { spec: { softMask: 'acknowledges at delivery' as const } };

const sections: readonly Known[] = [
  {
    says: 'local_irq_save turns interrupts off here, and nowhere else',
    code: (cpu) => cpu.local_irq_save(),
    then: { changes: [[hw.irqOff(0), 1]] },
  },
  {
    says: 'local_irq_save nests',
    given: [[hw.irqOff(0), 1]],
    code: (cpu) => cpu.local_irq_save(),
    then: { changes: [[hw.irqOff(0), 2]] },
  },
  {
    says: 'the inner local_irq_restore leaves them off, and nobody stops waiting',
    given: [[hw.irqOff(0), 1], ...waited],
    code: function* (cpu) {
      yield* cpu.local_irq_save();
      yield* cpu.local_irq_restore();
    },
    skip: 1,
    then: { changes: [[hw.irqOff(0), 1]] },
  },
  {
    says: 'the outer local_irq_restore ends the section: grace periods stop waiting for this CPU',
    given: waited,
    code: function* (cpu) {
      yield* cpu.local_irq_save();
      yield* cpu.local_irq_restore();
    },
    skip: 1,
    then: { changes: [[hw.irqOff(0), 0], ...nobodyWaits] },
  },
  {
    says: 'within rcu_read_lock local_irq_restore ends no read-side section',
    given: [[hw.rcuNest(0), 1], ...waited],
    code: function* (cpu) {
      yield* cpu.local_irq_save();
      yield* cpu.local_irq_restore();
    },
    skip: 1,
    then: { changes: [[hw.irqOff(0), 0]] },
  },
  {
    says: 'within an interrupt handler local_irq_restore ends no read-side section',
    given: [[hw.inIrq(0), 1], ...waited],
    code: function* (cpu) {
      yield* cpu.local_irq_save();
      yield* cpu.local_irq_restore();
    },
    skip: 1,
    then: { changes: [[hw.irqOff(0), 0]] },
  },
  {
    says: 'who leaves its section is no walker any more',
    given: [
      [ghosts.walking(0, 1), 2],
      [ghosts.walking(0, 4), 1],
      [ghosts.walking(1, 1), 2],
    ],
    code: function* (cpu) {
      yield* cpu.local_irq_save();
      yield* cpu.local_irq_restore();
    },
    skip: 1,
    machine: walking,
    then: {
      changes: [
        [hw.irqOff(0), 0],
        [ghosts.walking(0, 1), 0],
        [ghosts.walking(0, 4), 0],
      ],
    },
  },
  {
    says: 'hard_irq_disable turns them off in the CPU itself',
    code: (cpu) => cpu.hard_irq_disable(),
    then: {
      changes: [
        [hw.irqOff(0), 1],
        [hw.hardIrqOff(0), 1],
      ],
    },
  },
  {
    says: 'hard_irq_disable within local_irq_save',
    given: [[hw.irqOff(0), 1]],
    code: (cpu) => cpu.hard_irq_disable(),
    then: {
      changes: [
        [hw.irqOff(0), 2],
        [hw.hardIrqOff(0), 1],
      ],
    },
  },
  {
    says: 'hard_irq_enable undoes it',
    given: [[hw.irqOff(0), 1]],
    code: function* (cpu) {
      yield* cpu.hard_irq_disable();
      yield* cpu.hard_irq_enable();
    },
    skip: 1,
    then: {
      changes: [
        [hw.irqOff(0), 1],
        [hw.hardIrqOff(0), 0],
      ],
    },
  },
  {
    says: 'hard_irq_enable ends the outermost section',
    given: waited,
    code: function* (cpu) {
      yield* cpu.hard_irq_disable();
      yield* cpu.hard_irq_enable();
    },
    skip: 1,
    then: { changes: [[hw.irqOff(0), 0], [hw.hardIrqOff(0), 0], ...nobodyWaits] },
  },
  {
    says: 'rcu_read_lock begins a section',
    code: (cpu) => cpu.rcu_read_lock(),
    then: { changes: [[hw.rcuNest(0), 1]] },
  },
  {
    says: 'rcu_read_lock nests',
    given: [[hw.rcuNest(0), 1]],
    code: (cpu) => cpu.rcu_read_lock(),
    then: { changes: [[hw.rcuNest(0), 2]] },
  },
  {
    says: 'the inner rcu_read_unlock ends nothing',
    given: [[hw.rcuNest(0), 1], ...waited],
    code: function* (cpu) {
      yield* cpu.rcu_read_lock();
      yield* cpu.rcu_read_unlock();
    },
    skip: 1,
    then: { changes: [[hw.rcuNest(0), 1]] },
  },
  {
    says: 'the outer rcu_read_unlock ends the section',
    given: waited,
    code: function* (cpu) {
      yield* cpu.rcu_read_lock();
      yield* cpu.rcu_read_unlock();
    },
    skip: 1,
    then: { changes: [[hw.rcuNest(0), 0], ...nobodyWaits] },
  },
  {
    says: 'with interrupts off rcu_read_unlock ends no section',
    given: [[hw.irqOff(0), 1], ...waited],
    code: function* (cpu) {
      yield* cpu.rcu_read_lock();
      yield* cpu.rcu_read_unlock();
    },
    skip: 1,
    then: { changes: [[hw.rcuNest(0), 0]] },
  },
  {
    says: 'after rcu_read_unlock the CPU is no walker',
    given: [
      [ghosts.walking(0, 0), 2],
      [ghosts.walking(2, 0), 2],
    ],
    code: function* (cpu) {
      yield* cpu.rcu_read_lock();
      yield* cpu.rcu_read_unlock();
    },
    skip: 1,
    machine: walking,
    then: {
      changes: [
        [hw.rcuNest(0), 0],
        [ghosts.walking(0, 0), 0],
      ],
    },
  },
];

const softMask: readonly Known[] = [
  {
    says: 'a masked interrupt is noted; its sender waits on',
    given: [
      [hw.irqOff(0), 1],
      [hw.csd(1, 0), call(kick)],
    ],
    code: (cpu) => cpu.special(steps.irq_masked, {}),
    machine: atUnmask,
    then: { changes: [[hw.irqHappened(0), 1]] },
  },
  {
    says: 'where delivery acknowledges, all senders to this CPU are let go',
    given: [
      [hw.irqOff(0), 1],
      [hw.csd(1, 0), call(kick)],
      [hw.csd(2, 0), call(kick)],
      [hw.csd(1, 2), call(kick)],
    ],
    code: (cpu) => cpu.special(steps.irq_masked, {}),
    machine: atDelivery,
    then: {
      changes: [
        [hw.irqHappened(0), 1],
        [hw.csd(1, 0), 0],
        [hw.csd(2, 0), 0],
      ],
    },
  },
  {
    says: 'no interrupt is masked where they are on',
    given: [[hw.csd(1, 0), call(kick)]],
    code: (cpu) => cpu.special(steps.irq_masked, {}),
    machine: atUnmask,
    then: 'waits',
  },
  {
    says: 'where they are off in the CPU itself nothing is delivered',
    given: [
      [hw.irqOff(0), 1],
      [hw.hardIrqOff(0), 1],
      [hw.csd(1, 0), call(kick)],
    ],
    code: (cpu) => cpu.special(steps.irq_masked, {}),
    machine: atUnmask,
    then: 'waits',
  },
  {
    says: 'after one was noted no other is delivered',
    given: [
      [hw.irqOff(0), 1],
      [hw.irqHappened(0), 1],
      [hw.csd(1, 0), call(kick)],
    ],
    code: (cpu) => cpu.special(steps.irq_masked, {}),
    machine: atUnmask,
    then: 'waits',
  },
  {
    says: 'without a call nothing is delivered',
    given: [
      [hw.irqOff(0), 1],
      [hw.csd(0, 1), call(kick)],
    ],
    code: (cpu) => cpu.special(steps.irq_masked, {}),
    machine: atUnmask,
    then: 'waits',
  },
  {
    says: 'local_irq_restore takes what was noted',
    given: [
      [hw.irqHappened(0), 1],
      [hw.irqHappened(1), 1],
    ],
    code: function* (cpu) {
      yield* cpu.local_irq_save();
      yield* cpu.local_irq_restore();
    },
    skip: 1,
    machine: atUnmask,
    then: {
      changes: [
        [hw.irqOff(0), 0],
        [hw.irqHappened(0), 0],
      ],
    },
  },
  {
    says: 'the inner local_irq_restore takes nothing',
    given: [
      [hw.irqOff(0), 1],
      [hw.irqHappened(0), 1],
    ],
    code: function* (cpu) {
      yield* cpu.local_irq_save();
      yield* cpu.local_irq_restore();
    },
    skip: 1,
    machine: atUnmask,
    then: { changes: [[hw.irqOff(0), 1]] },
  },
];

const calls: readonly Known[] = [
  {
    says: 'smp_send gives each CPU of the mask a call',
    code: (cpu) => cpu.smp_send(C1 | C2, kick, {}),
    then: {
      changes: [
        [hw.csd(0, 1), call(kick)],
        [hw.csd(0, 2), call(kick)],
      ],
    },
  },
  {
    says: 'smp_send reaches neither itself nor CPUs that are not online',
    code: (cpu) => cpu.smp_send(C0 | C2 | 8, kick, {}),
    then: { changes: [[hw.csd(0, 2), call(kick)]] },
  },
  {
    says: 'smp_send waits until its last call to one of them was taken',
    given: [[hw.csd(0, 2), call(kick)]],
    code: (cpu) => cpu.smp_send(C1 | C2, kick, {}),
    then: 'waits',
  },
  {
    says: 'smp_send does not wait for calls of others, or to others',
    given: [
      [hw.csd(2, 1), call(kick)],
      [hw.csd(0, 2), call(kick)],
    ],
    code: (cpu) => cpu.smp_send(C1, flush, {}),
    then: { changes: [[hw.csd(0, 1), call(flush)]] },
  },
  {
    says: 'smp_send goes on with interrupts off',
    given: [[hw.irqOff(0), 1]],
    code: (cpu) => cpu.smp_send(C1, kick, {}),
    then: { changes: [[hw.csd(0, 1), call(kick)]] },
  },
  {
    says: 'smp_wait waits for one of two',
    given: [[hw.csd(0, 2), call(kick)]],
    code: (cpu) => cpu.smp_wait(C1 | C2, 'w'),
    then: 'waits',
  },
  {
    says: 'smp_wait is over when all have taken it',
    given: [
      [hw.csd(1, 2), call(kick)],
      [hw.csd(0, 2), call(kick)],
    ],
    code: (cpu) => cpu.smp_wait(C1, 'w'),
    then: { changes: [] },
  },
  {
    says: 'an interrupt without code is acknowledged by taking it',
    given: [
      [hw.csd(1, 0), call(kick)],
      [hw.csd(1, 2), call(kick)],
    ],
    code: (cpu) => cpu.special(steps.irq_enter, {}),
    then: { changes: [[hw.csd(1, 0), 0]], observes: 0 },
  },
  {
    says: 'an interrupt with code stops the code below it, and is acknowledged at its end',
    given: [[hw.csd(1, 0), call(flush)]],
    code: (cpu) => cpu.special(steps.irq_enter, {}),
    then: { changes: [[hw.inIrq(0), 1]], observes: 1 + CPUS },
  },
  {
    says: 'of two senders either comes first',
    given: [
      [hw.csd(1, 0), call(flush)],
      [hw.csd(2, 0), call(flush)],
    ],
    code: (cpu) => cpu.special(steps.irq_enter, {}),
    then: [
      { changes: [[hw.inIrq(0), 1]], observes: 1 + CPUS },
      { changes: [[hw.inIrq(0), 1]], observes: 2 + CPUS },
    ],
  },
  {
    says: 'no interrupt is taken while they are off',
    given: [
      [hw.irqOff(0), 1],
      [hw.csd(1, 0), call(kick)],
    ],
    code: (cpu) => cpu.special(steps.irq_enter, {}),
    then: 'waits',
  },
  {
    says: 'no interrupt is taken within a user instruction',
    given: [
      [hw.inInsn(0), 1],
      [hw.csd(1, 0), call(kick)],
    ],
    code: (cpu) => cpu.special(steps.irq_enter, {}),
    then: 'waits',
  },
  {
    says: 'a call to another CPU is not taken here',
    given: [
      [hw.csd(0, 1), call(kick)],
      [hw.csd(1, 2), call(kick)],
    ],
    code: (cpu) => cpu.special(steps.irq_enter, {}),
    then: 'waits',
  },
  {
    says: 'interrupts are taken where another CPU has them off',
    given: [
      [hw.irqOff(1), 1],
      [hw.csd(1, 0), call(kick)],
    ],
    code: (cpu) => cpu.special(steps.irq_enter, {}),
    then: { changes: [[hw.csd(1, 0), 0]] },
  },
  {
    says: 'the end of a handler acknowledges to its sender alone',
    given: [
      [hw.inIrq(0), 1],
      [hw.csd(1, 0), call(flush)],
      [hw.csd(2, 0), call(flush)],
    ],
    code: (cpu) => cpu.special(steps.irq_exit, { from: 1 }),
    then: {
      changes: [
        [hw.inIrq(0), 0],
        [hw.csd(1, 0), 0],
      ],
    },
  },
  {
    says: 'the end of a handler is the end of a read-side section',
    given: [[hw.inIrq(0), 1], [hw.csd(2, 0), call(flush)], ...waited],
    code: (cpu) => cpu.special(steps.irq_exit, { from: 2 }),
    then: { changes: [[hw.inIrq(0), 0], [hw.csd(2, 0), 0], ...nobodyWaits] },
  },
  {
    says: 'a handler that came into a read-side section ends none',
    given: [[hw.inIrq(0), 1], [hw.rcuNest(0), 1], [hw.csd(2, 0), call(flush)], ...waited],
    code: (cpu) => cpu.special(steps.irq_exit, { from: 2 }),
    then: {
      changes: [
        [hw.inIrq(0), 0],
        [hw.csd(2, 0), 0],
      ],
    },
  },
  {
    says: 'hooks that the sender is inside of are told who took the interrupt',
    given: [
      [hw.csd(1, 0), call(kick)],
      [ghosts.inside(1), 2],
      [ghosts.interrupted(1, 0), C2],
      [ghosts.inside(2), 1],
    ],
    code: (cpu) => cpu.special(steps.irq_enter, {}),
    machine: { ghosts: [ghosts.inside, ghosts.interrupted] },
    then: {
      changes: [
        [hw.csd(1, 0), 0],
        [ghosts.interrupted(1, 0), C0 | C2],
        [ghosts.interrupted(1, 1), C0],
      ],
    },
  },
];

const rcu: readonly Known[] = [
  {
    says: 'call_rcu waits for every reader there is: by RCU, interrupts off, or in a handler',
    given: [
      [hw.rcuNest(0), 1],
      [hw.irqOff(1), 1],
      [hw.inIrq(2), 1],
    ],
    code: (cpu) => cpu.call_rcu(free, {}),
    then: {
      changes: [
        [hw.rcuQueue(0), callback],
        [hw.rcuWaits(0), C0 | C1 | C2],
      ],
    },
  },
  {
    says: 'call_rcu waits for nobody where nobody reads',
    code: (cpu) => cpu.call_rcu(free, {}),
    then: { changes: [[hw.rcuQueue(0), callback]] },
  },
  {
    says: 'call_rcu takes the first free place',
    given: [
      [hw.rcuQueue(0), callback],
      [hw.rcuWaits(0), C2],
      [hw.irqOff(1), 2],
    ],
    code: (cpu) => cpu.call_rcu(free, {}),
    then: {
      changes: [
        [hw.rcuQueue(1), callback],
        [hw.rcuWaits(1), C1],
      ],
    },
  },
  {
    says: 'a callback whose readers have all left is invoked',
    given: [[hw.rcuQueue(2), callback]],
    code: (cpu) => cpu.special(steps.rcu_invoke, {}),
    then: { changes: [[hw.rcuQueue(2), 0]], observes: 1 },
  },
  {
    says: 'no callback is invoked while one reader is left',
    given: [
      [hw.rcuQueue(0), callback],
      [hw.rcuWaits(0), C1],
    ],
    code: (cpu) => cpu.special(steps.rcu_invoke, {}),
    then: 'waits',
  },
  { says: 'without a callback nothing is invoked', code: (cpu) => cpu.special(steps.rcu_invoke, {}), then: 'waits' },
  {
    says: 'of two callbacks either comes first; one that waits for readers does not',
    given: [
      [hw.rcuQueue(0), callback],
      [hw.rcuQueue(1), { name: 'other' }],
      [hw.rcuQueue(2), callback],
      [hw.rcuWaits(2), C0],
    ],
    code: (cpu) => cpu.special(steps.rcu_invoke, {}),
    then: [
      { changes: [[hw.rcuQueue(0), 0]], observes: 1 },
      { changes: [[hw.rcuQueue(1), 0]], observes: 2 },
    ],
  },
  {
    says: 'synchronize_rcu waits for the readers there are, and not for its own CPU',
    given: [
      [hw.rcuNest(0), 1],
      [hw.rcuNest(1), 1],
      [hw.inIrq(2), 1],
    ],
    code: (cpu) => cpu.synchronize_rcu(),
    then: { changes: [[hw.rcuSync(0), C1 | C2]] },
  },
  {
    says: 'synchronize_rcu on its way waits while a reader is left',
    given: [[hw.irqOff(1), 1]],
    code: (cpu) => cpu.synchronize_rcu(),
    skip: 1,
    then: 'waits',
  },
  {
    says: 'synchronize_rcu is over when it waits for nobody, whatever others wait for',
    given: [[hw.rcuSync(1), C0]],
    code: (cpu) => cpu.synchronize_rcu(),
    skip: 1,
    then: { changes: [] },
  },
];

export const INTERRUPTS: readonly Known[] = [...sections, ...softMask, ...calls, ...rcu];
