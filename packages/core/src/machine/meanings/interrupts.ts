/** Interrupts, calls to other CPUs, and RCU. */
import { cpuBit, cpusOf, without, type CpuId } from '../../words/address.ts';
import type { Cell, Ref } from '../../words/cells.ts';
import {
  type Condition,
  Mistake,
  type Step,
  type Store,
  allOf,
  nonzero,
  someOf,
  waitsFor,
  zero,
} from '@shootdown/explorer';
import { ghosts } from '../../words/ghosts.ts';
import { LEVELS } from '../../words/geometry.ts';
import type { IpiHandler, Info } from '../../words/cpu.ts';
import { hw, RCU_QUEUE } from '../hardware.ts';
import {
  argAt,
  graceCells,
  isReader,
  ofCpu,
  reader,
  readerCells,
  touches,
  type Meanings,
  type Parts,
} from '../parts.ts';

/** A call on its way to another CPU. */
export interface Call {
  readonly name: string;
  readonly handler: IpiHandler;
  readonly info: Info;
}

export function interruptMeanings(p: Parts): Meanings {
  const { get, set } = reader(p);
  const all = cpusOf(p.online);
  const queue = Array.from({ length: RCU_QUEUE }, (_, k) => k);
  const cells = (refs: readonly Parameters<typeof p.layout.cell>[0][]) => refs.map((r) => p.layout.cell(r));
  const ghostCells = (cpu: CpuId) =>
    p.layout.keeps(ghosts.walking) ? LEVELS.map((_, l) => p.layout.cell(ghosts.walking(cpu, l))) : [];

  const waits = cells([...queue.map((k) => hw.rcuWaits(k)), ...all.map((c) => hw.rcuSync(c))]);

  /** The CPU may have left its read-side section: grace periods stop waiting for it, and it is no walker any more. */
  const quiesce = (store: Store, cpu: CpuId): void => {
    if (isReader(p, store, cpu)) return;
    for (const cell of waits) {
      const mask = store.get(cell);
      if (mask & cpuBit(cpu)) store.set(cell, without(mask, cpu));
    }
    if (p.layout.keeps(ghosts.walking))
      LEVELS.forEach((_, l) => {
        if (get(store, ghosts.walking(cpu, l))) set(store, ghosts.walking(cpu, l), 0);
      });
  };
  const readers = (store: Store): number =>
    all.reduce((mask, c) => (isReader(p, store, c) ? mask | cpuBit(c) : mask), 0);
  const section = (verb: string, change: (store: Store, cpu: CpuId) => void, ...own: (typeof hw.irqOff)[]) => ({
    apply(step: { cpu: CpuId }, store: Store) {
      change(store, step.cpu);
      quiesce(store, step.cpu);
      return 0;
    },
    footprint: (step: { cpu: CpuId }) =>
      touches(
        [...readerCells(p, step.cpu), ...graceCells(p)],
        [...own.map((at) => p.layout.cell(at(step.cpu))), ...graceCells(p), ...ghostCells(step.cpu)],
      ),
    tell: () => verb,
  });
  /** Every hook that `from` is inside of is told that `to` took its interrupt. */
  const noteInterrupted = (store: Store, from: CpuId, to: CpuId): void => {
    for (let depth = 0; depth < get(store, ghosts.inside(from)); depth++)
      set(store, ghosts.interrupted(from, depth), get(store, ghosts.interrupted(from, depth)) | cpuBit(to));
  };
  const senders = (store: Store, to: CpuId): CpuId[] => all.filter((from) => get(store, hw.csd(from, to)) !== 0);
  const at = (ref: Ref): Cell => p.layout.cell(ref);
  const isCalled = (cpu: CpuId): Condition => someOf(...all.map((from) => nonzero(at(hw.csd(from, cpu)))));
  const pending = ofCpu((cpu) => allOf(zero(at(hw.irqOff(cpu))), zero(at(hw.inInsn(cpu))), isCalled(cpu)));
  const masked = ofCpu((cpu) =>
    allOf(nonzero(at(hw.irqOff(cpu))), zero(at(hw.hardIrqOff(cpu))), zero(at(hw.irqHappened(cpu))), isCalled(cpu)),
  );
  const acknowledged = (step: Step): Condition =>
    allOf(...cpusOf(argAt(step, 0)).map((to) => zero(at(hw.csd(step.cpu, to)))));
  const over = someOf(...queue.map((k) => allOf(nonzero(at(hw.rcuQueue(k))), zero(at(hw.rcuWaits(k))))));

  return {
    /** Interrupts off in the CPU itself, where local_irq_save may be a flag in memory. */
    hard_irq_disable: section(
      'hard_irq_disable',
      (store, cpu) => {
        set(store, hw.irqOff(cpu), get(store, hw.irqOff(cpu)) + 1);
        set(store, hw.hardIrqOff(cpu), get(store, hw.hardIrqOff(cpu)) + 1);
      },
      hw.irqOff,
      hw.hardIrqOff,
    ),
    hard_irq_enable: section(
      'hard_irq_enable',
      (store, cpu) => {
        set(store, hw.irqOff(cpu), get(store, hw.irqOff(cpu)) - 1);
        set(store, hw.hardIrqOff(cpu), get(store, hw.hardIrqOff(cpu)) - 1);
      },
      hw.irqOff,
      hw.hardIrqOff,
    ),
    /**
     * An interrupt comes while only software masks it: it is noted, and MSR_EE goes off until it is unmasked. Its sender waits on,
     * unless it was acknowledged with that.
     */
    'irq.masked': {
      ...waitsFor(({ cpu }) => masked(cpu)),
      apply(step, store) {
        set(store, hw.irqHappened(step.cpu), 1);
        if (p.spec.softMask === 'acknowledges at delivery')
          for (const from of senders(store, step.cpu)) set(store, hw.csd(from, step.cpu), 0);
        return 0;
      },
      footprint: (step) => {
        const csd = all.map((from) => hw.csd(from, step.cpu));
        return touches(
          cells([hw.irqOff(step.cpu), hw.hardIrqOff(step.cpu), hw.irqHappened(step.cpu), ...csd]),
          cells([hw.irqHappened(step.cpu), ...csd]),
        );
      },
      tell: () =>
        p.spec.softMask === 'acknowledges at delivery'
          ? 'masked interrupt: noted, and acknowledged'
          : 'masked interrupt: noted',
    },
    local_irq_save: section(
      'local_irq_save',
      (store, cpu) => set(store, hw.irqOff(cpu), get(store, hw.irqOff(cpu)) + 1),
      hw.irqOff,
    ),
    local_irq_restore: section(
      'local_irq_restore',
      (store, cpu) => {
        set(store, hw.irqOff(cpu), get(store, hw.irqOff(cpu)) - 1);
        if (p.spec.softMask && get(store, hw.irqOff(cpu)) === 0) set(store, hw.irqHappened(cpu), 0); // it is taken now
      },
      hw.irqOff,
      ...(p.spec.softMask ? [hw.irqHappened] : []),
    ),
    rcu_read_lock: section(
      'rcu_read_lock',
      (store, cpu) => set(store, hw.rcuNest(cpu), get(store, hw.rcuNest(cpu)) + 1),
      hw.rcuNest,
    ),
    rcu_read_unlock: section(
      'rcu_read_unlock',
      (store, cpu) => set(store, hw.rcuNest(cpu), get(store, hw.rcuNest(cpu)) - 1),
      hw.rcuNest,
    ),

    /** args: mask, call record. One step on a CPU set. */
    'ipi.send': {
      ...waitsFor(acknowledged),
      apply(step, store) {
        for (const to of cpusOf(argAt(step, 0))) set(store, hw.csd(step.cpu, to), argAt(step, 1));
        return 0;
      },
      footprint: (step) => {
        const c = cells(cpusOf(argAt(step, 0)).map((to) => hw.csd(step.cpu, to)));
        return touches(c, c);
      },
      tell: (step) =>
        `send IPI ${(p.records.get(argAt(step, 1)) as Call).name} to ${cpusOf(argAt(step, 0))
          .map((c) => `cpu${c}`)
          .join(' ')}`,
    },
    /** args: mask */
    'ipi.wait': {
      ...waitsFor(acknowledged),
      apply: () => 0,
      footprint: (step) => touches(cells(cpusOf(argAt(step, 0)).map((to) => hw.csd(step.cpu, to)))),
      tell: (step) =>
        `${cpusOf(argAt(step, 0))
          .map((c) => `cpu${c}`)
          .join(' ')} acknowledged`,
    },
    /** Takes one pending call. Observes `sender + cpus * record`, or 0 when taking it was all there was to do. */
    'irq.enter': {
      ...waitsFor(({ cpu }) => pending(cpu)),
      choices: (step, store) => Math.max(1, senders(store, step.cpu).length),
      apply(step, store, choice) {
        const from = senders(store, step.cpu)[choice] ?? 0;
        const record = get(store, hw.csd(from, step.cpu));
        if (p.layout.keeps(ghosts.interrupted)) noteInterrupted(store, from, step.cpu);
        if (!(p.records.get(record) as Call).handler.body) {
          set(store, hw.csd(from, step.cpu), 0);
          return 0;
        }
        set(store, hw.inIrq(step.cpu), 1);
        return from + p.cpus * record;
      },
      footprint: (step) => {
        const csd = all.map((from) => hw.csd(from, step.cpu));
        const ghost = p.layout.keeps(ghosts.interrupted)
          ? all.flatMap((from) => [
              ghosts.inside(from),
              ...Array.from({ length: p.layout.sizes.nesting }, (_, depth) => ghosts.interrupted(from, depth)),
            ])
          : [];
        return touches(
          cells([hw.irqOff(step.cpu), hw.inInsn(step.cpu), ...csd, ...ghost]),
          cells([hw.inIrq(step.cpu), ...csd, ...ghost]),
        );
      },
      observedImage: (_step, observed, renamed) =>
        observed === 0 ? 0 : renamed.bit(observed % p.cpus) + observed - (observed % p.cpus),
      tell: (_step, observed) =>
        observed ? `takes the interrupt of cpu${observed % p.cpus}` : 'takes the interrupt, and acknowledges',
    },
    /** args: sender. The handler is done: acknowledge and resume what was interrupted. */
    'irq.exit': {
      apply(step, store) {
        set(store, hw.csd(argAt(step, 0), step.cpu), 0);
        set(store, hw.inIrq(step.cpu), 0);
        quiesce(store, step.cpu);
        return 0;
      },
      footprint: (step) =>
        touches(
          [...readerCells(p, step.cpu), ...graceCells(p)],
          [...cells([hw.csd(argAt(step, 0), step.cpu), hw.inIrq(step.cpu)]), ...graceCells(p), ...ghostCells(step.cpu)],
        ),
      tell: (step) => `acknowledges to cpu${argAt(step, 0)}`,
    },

    /** args: callback record. Waits for the readers that exist now. */
    call_rcu: {
      apply(step, store) {
        const slot = queue.find((k) => get(store, hw.rcuQueue(k)) === 0);
        if (slot === undefined)
          throw new Mistake(
            'SD_POOL_EXHAUSTED',
            `more than ${RCU_QUEUE} RCU callbacks are pending.`,
            'Use a smaller scenario: the queue of an exploration is bounded.',
          );
        set(store, hw.rcuQueue(slot), argAt(step, 0));
        set(store, hw.rcuWaits(slot), readers(store));
        return 0;
      },
      footprint: () =>
        touches(
          [...all.flatMap((c) => readerCells(p, c)), ...cells(queue.map((k) => hw.rcuQueue(k)))],
          cells(queue.flatMap((k) => [hw.rcuQueue(k), hw.rcuWaits(k)])),
        ),
      tell: (step) => `call_rcu ${p.records.show(argAt(step, 0))}`,
    },
    /** A grace period has passed for one of the callbacks: observes its record. */
    'rcu.invoke': {
      ...waitsFor(() => over),
      choices: (_step, store) =>
        Math.max(1, queue.filter((k) => get(store, hw.rcuQueue(k)) !== 0 && get(store, hw.rcuWaits(k)) === 0).length),
      apply(_step, store, choice) {
        const slot =
          queue.filter((k) => get(store, hw.rcuQueue(k)) !== 0 && get(store, hw.rcuWaits(k)) === 0)[choice] ?? 0;
        const record = get(store, hw.rcuQueue(slot));
        set(store, hw.rcuQueue(slot), 0);
        return record;
      },
      footprint: () =>
        touches(cells(queue.flatMap((k) => [hw.rcuQueue(k), hw.rcuWaits(k)])), cells(queue.map((k) => hw.rcuQueue(k)))),
      tell: (_step, observed) => `grace period over: ${p.records.show(observed)}`,
    },
    'rcu.sync': {
      apply(step, store) {
        set(store, hw.rcuSync(step.cpu), without(readers(store), step.cpu));
        return 0;
      },
      footprint: (step) =>
        touches(
          all.flatMap((c) => readerCells(p, c)),
          cells([hw.rcuSync(step.cpu)]),
        ),
      tell: () => 'synchronize_rcu begins',
    },
    'rcu.wait': {
      ...waitsFor(({ cpu }) => zero(at(hw.rcuSync(cpu)))),
      apply: () => 0,
      footprint: (step) => touches(cells([hw.rcuSync(step.cpu)])),
      tell: () => 'grace period over',
    },
  };
}
