/**
 * A KVM guest with the flush of the hypervisor: virtual CPUs that the host has put aside are not interrupted. They get a note,
 * and flush before they run on.
 */
import {
  cpuBit,
  from,
  Generic,
  linux,
  operation,
  perCpu,
  TLB_FLUSH_ALL,
  waitsFor,
  zero,
  type Cpu,
  type CpuMask,
  type Footprint,
  type Layer,
  type Meaning,
  type MmuGather,
  type Op,
  type Step,
  type Store,
  type Table,
} from '@shootdown/core/plugin';
import { x86_64_paravirt } from './mmu.ts';
import type { X86Machine } from './pv_ops.ts';
import { native_flush_tlb_multi, type FlushTlbInfo } from './tlb.ts';

const KVM_VCPU_PREEMPTED = 1;
const KVM_VCPU_FLUSH_TLB = 2;

/** Of the model only: the host has taken the note, and flushes. The guest reads it as not preempted. */
const HOST_FLUSHES = 4;

/** steal_time.preempted: how guest and host talk about a virtual CPU. */
const preempted = perCpu('steal_time.preempted');
/** The host runs something else in place of this CPU. */
const put_aside = perCpu('vcpu put aside', 'flag');
/** The host has put some CPU aside once already; kept with CPU 0. */
const had_its_turn = perCpu('vcpu was put aside', 'flag');
const THE_ONE = 0;

/** pv_ops.mmu.flush_tlb_multi of a KVM guest. */
export const kvm_flush_tlb_multi = operation(
  linux('v6.1', 'arch/x86/kernel/kvm.c', 'kvm_flush_tlb_multi'),
  function* (cpu: Cpu, mask: CpuMask, info: FlushTlbInfo): Op {
    let flushmask = mask;
    for (let id = 0; mask >>> id !== 0; id++) {
      if ((mask & cpuBit(id)) === 0) continue;
      const state = yield* cpu.load(preempted(id));
      if ((state & KVM_VCPU_PREEMPTED) === 0) continue;
      // It may run again meanwhile: then the exchange fails, and it is interrupted like the others.
      const seen = yield* cpu.cmpxchg(preempted(id), state, state | KVM_VCPU_FLUSH_TLB);
      if (seen === state) flushmask &= ~cpuBit(id);
    }
    yield* native_flush_tlb_multi(cpu, flushmask, info);
  },
);

const generic = new Generic();

export class KvmFlush implements Layer {
  // A CPU that was put aside inside a walk with interrupts off is not waited for by the flush: tables go by RCU.
  @from('v6.1', 'arch/x86/kernel/kvm.c', 'kvm_guest_init')
  *tlb_remove_table(cpu: Cpu, tlb: MmuGather, table: Table): Op {
    yield* generic.tlb_remove_table(cpu, tlb, table);
  }
}

/**
 * The host, beside each CPU. A bound: it puts one virtual CPU aside, once in an execution, at any point between two
 * instructions, and lets it run on at any later point.
 */
function* host(cpu: Cpu): Op {
  const cells = [preempted(cpu.id), put_aside(cpu.id), had_its_turn(THE_ONE)];
  yield* cpu.special('kvm.vcpu_put', cells, []);
  const note = yield* cpu.special('kvm.record_steal_time', cells, []);
  if ((note & KVM_VCPU_FLUSH_TLB) !== 0)
    yield* cpu.flush_local({ asid: -1, start: 0, end: TLB_FLUSH_ALL, leaves: ['pte', 'pmd'], walkCache: 'all' });
  yield* cpu.special('kvm.vcpu_enter', cells, []);
}

/** Steps of the host. cells: preempted, put aside, had its turn. What another CPU could see in between would only be slowness. */
const hostSteps: Readonly<Record<string, Meaning>> = {
  'kvm.vcpu_put': {
    ...waitsFor((step) => zero(step.cells[2]!)),
    apply: (step, store) => setAll(step, store, [KVM_VCPU_PREEMPTED, 1, 1]),
    footprint,
    tell: (step) => `the host puts virtual cpu${step.cpu} aside`,
  },
  'kvm.record_steal_time': {
    apply(step, store) {
      const note = store.get(step.cells[0]!);
      setAll(step, store, [(note & KVM_VCPU_FLUSH_TLB) !== 0 ? HOST_FLUSHES : 0, 1, 1]);
      return note;
    },
    footprint,
    tell: (step, note) =>
      `the host takes virtual cpu${step.cpu} up again${(note & KVM_VCPU_FLUSH_TLB) !== 0 ? ', and has to flush first' : ''}`,
  },
  'kvm.vcpu_enter': {
    apply: (step, store) => setAll(step, store, [0, 0, 1]),
    footprint,
    tell: (step) => `virtual cpu${step.cpu} runs on`,
  },
};

function setAll(step: Step, store: Store, values: readonly number[]): number {
  values.forEach((value, i) => store.set(step.cells[i]!, value));
  return 0;
}
function footprint(step: Step): Footprint {
  return { reads: step.cells, writes: step.cells, adds: [] };
}

export const x86_64_pv_flush: X86Machine = {
  ...x86_64_paravirt,
  shootdown: 'hypercall',
  cells: [...x86_64_paravirt.cells, preempted, put_aside, had_its_turn],
  stopped: put_aside,
  owesFlush: { at: preempted, bits: KVM_VCPU_FLUSH_TLB | HOST_FLUSHES },
  surroundings: [{ name: 'host', code: host }],
  steps: () => hostSteps,
  pv_ops: { flush_tlb_multi: kvm_flush_tlb_multi },
};
