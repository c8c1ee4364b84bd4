/** What a machine does by itself: takes interrupts, carries out broadcast invalidations, runs RCU callbacks. */
import { cpusOf, type CpuId } from '../words/address.ts';
import type { Info, RcuCallback } from '../words/cpu.ts';
import type { Process } from '../words/system.ts';
import type { Op } from '../words/step.ts';
import type { SimCpu } from './cpu.ts';
import type { Call } from './meanings/interrupts.ts';
import type { Parts } from './parts.ts';

/** Takes one call of another CPU, runs its handler, acknowledges. */
function* takeInterrupt(p: Parts, cpu: SimCpu): Op {
  const taken = yield* cpu.raw('irq.enter');
  if (taken === 0) return;
  const { handler, info } = p.records.get(Math.floor(taken / p.cpus)) as Call;
  const body = handler.body;
  if (body) yield* cpu.within(handler.handlerName, () => body(cpu, info));
  yield* cpu.raw('irq.exit', [taken % p.cpus]);
}

/** Runs one callback whose grace period is over. */
function* invokeCallback(p: Parts, cpu: SimCpu): Op {
  const { callback, info } = p.records.get(yield* cpu.raw('rcu.invoke')) as { callback: RcuCallback; info: Info };
  yield* cpu.within(callback.callbackName, () => callback.body(cpu, info));
}

function* receiveBroadcast(cpu: SimCpu): Op {
  yield* cpu.raw('tlb.receive');
}

/**
 * The daemons of a machine.
 * @param makeCpu a CPU of that number for a process of its own, without a user address space
 */
export function daemons(p: Parts, makeCpu: (id: CpuId) => SimCpu): Process[] {
  const daemon = (name: string, id: CpuId, code: (cpu: SimCpu) => Op): Process => {
    const cpu = makeCpu(id);
    return { name, cpu: id, role: 'daemon', body: () => { cpu.restart(); return code(cpu); } };
  };
  return [
    ...cpusOf(p.online).map((id) => daemon(`cpu${id} irq`, id, (cpu) => takeInterrupt(p, cpu))),
    ...cpusOf(p.online).map((id) => daemon(`cpu${id} tlb`, id, receiveBroadcast)),
    ...(p.spec.surroundings ?? []).flatMap(({ name, code }) => cpusOf(p.online).map((id) => daemon(`cpu${id} ${name}`, id, code))),
    daemon('rcu', p.cpus, (cpu) => invokeCallback(p, cpu)),
  ];
}
