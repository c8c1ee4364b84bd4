/** What a machine does by itself: takes interrupts, carries out broadcast invalidations, runs RCU callbacks. */
import { cpusOf, type CpuId } from '../words/address.ts';
import type { Cell } from '../words/cells.ts';
import type { Info, RcuCallback } from '../words/cpu.ts';
import type { Op, Process } from '@shootdown/explorer';
import type { SimCpu } from './cpu.ts';
import { hw } from './hardware.ts';
import type { Parts } from './parts.ts';
import { steps } from './steps/index.ts';
import type { Call } from './steps/interrupts/calls.ts';

/** What holds up everything on a CPU: the surroundings have stopped it. */
const stopGates = (p: Parts, id: CpuId): Cell[] => (p.spec.stopped ? [p.layout.cell(p.spec.stopped(id))] : []);

/** What holds up a thread: an interrupt handler on its CPU, and all that holds up the CPU. */
export const threadGates = (p: Parts, id: CpuId): Cell[] => [p.layout.cell(hw.inIrq(id)), ...stopGates(p, id)];

/** Takes one call of another CPU, runs its handler, acknowledges. */
function* takeInterrupt(p: Parts, cpu: SimCpu): Op {
  const taken = yield* cpu.special(steps.irq_enter, {});
  if (taken === 0) return;
  const { handler, info } = p.records.get(Math.floor(taken / p.cpus)) as Call;
  const body = handler.body;
  if (body) yield* cpu.within(handler.handlerName, () => body(cpu, info));
  yield* cpu.special(steps.irq_exit, { from: taken % p.cpus });
}

/** Runs one callback whose grace period is over. */
function* invokeCallback(p: Parts, cpu: SimCpu): Op {
  const record = yield* cpu.special(steps.rcu_invoke, {});
  const { callback, info } = p.records.get(record) as { callback: RcuCallback; info: Info };
  yield* cpu.within(callback.callbackName, () => callback.body(cpu, info));
}

function* maskedInterrupt(cpu: SimCpu): Op {
  yield* cpu.special(steps.irq_masked, {});
}

function* receiveBroadcast(cpu: SimCpu): Op {
  yield* cpu.special(steps.tlb_receive, {});
}

/**
 * The daemons of a machine.
 * @param makeCpu a CPU of that number for a process of its own, without a user address space
 */
export function daemons(p: Parts, makeCpu: (id: CpuId) => SimCpu): Process[] {
  return [
    ...cpusOf(p.online).map((id) =>
      daemon(makeCpu(id), `cpu${id} irq`, stopGates(p, id), (cpu) => takeInterrupt(p, cpu)),
    ),
    ...(p.spec.softMask
      ? cpusOf(p.online).map((id) => daemon(makeCpu(id), `cpu${id} masked irq`, stopGates(p, id), maskedInterrupt))
      : []),
    ...cpusOf(p.online).map((id) => daemon(makeCpu(id), `cpu${id} tlb`, stopGates(p, id), receiveBroadcast)),
    daemon(makeCpu(p.cpus), 'rcu', [], (cpu) => invokeCallback(p, cpu)),
  ];
}

/** What runs beside each CPU and is no part of it. It acts between two instructions: a walk of the hardware is over, or not begun. */
export const surroundings = (p: Parts, makeCpu: (id: CpuId) => SimCpu): Process[] =>
  (p.spec.surroundings ?? []).flatMap(({ name, code }) =>
    cpusOf(p.online).map((id) => daemon(makeCpu(id), `cpu${id} ${name}`, [p.layout.cell(hw.inInsn(id))], code)),
  );

const daemon = (cpu: SimCpu, name: string, gates: readonly Cell[], code: (cpu: SimCpu) => Op): Process => ({
  name,
  cpu: cpu.id,
  role: 'daemon',
  does: name.replace(`cpu${cpu.id} `, ''),
  gates,
  body: () => {
    cpu.restart();
    return code(cpu);
  },
});
