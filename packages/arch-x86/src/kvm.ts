/**
 * A KVM guest with the flush of the hypervisor: virtual CPUs that the host has put aside are not interrupted. They get a note,
 * and flush before they run on.
 */
import {
  cpuBit,
  from,
  Generic,
  linux,
  operand,
  operation,
  perCpu,
  stepKind,
  TLB_FLUSH_ALL,
  zero,
  type Cpu,
  type CpuMask,
  type Layer,
  type MmuGather,
  type Op,
  type Table,
} from '@shootdown/core/plugin';
import { x86_64_paravirt } from './mmu.ts';
import type { X86Machine } from './pv_ops.ts';
import type { FlushTlbInfo } from './flush_tlb_info.ts';
import { native_flush_tlb_multi } from './tlb.ts';

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
  const cells = { preempted: preempted(cpu.id), aside: put_aside(cpu.id), turn: had_its_turn(THE_ONE) };
  yield* cpu.special(vcpu_put, cells);
  const note = yield* cpu.special(record_steal_time, cells);
  if ((note & KVM_VCPU_FLUSH_TLB) !== 0)
    yield* cpu.flush_local({ asid: -1, start: 0, end: TLB_FLUSH_ALL, leaves: ['pte', 'pmd'], walkCache: 'all' });
  yield* cpu.special(vcpu_enter, cells);
}

/** Steps of the host are about these cells. What another CPU could see in between would only be slowness. */
const CELLS = { preempted: operand.cell, aside: operand.cell, turn: operand.cell };

/** Puts the virtual CPU aside. Source: Linux, arch/x86/kvm/x86.c, `kvm_arch_vcpu_put`, `kvm_steal_time_set_preempted`. */
const vcpu_put = stepKind('kvm.vcpu_put', CELLS, () => ({
  needs: ({ turn }) => zero(turn),
  apply({ preempted: note, aside, turn }, store) {
    store.set(note, KVM_VCPU_PREEMPTED);
    store.set(aside, 1);
    store.set(turn, 1);
    return 0;
  },
  tell: ({ cpu }) => `the host puts virtual cpu${cpu} aside`,
}));

/** Takes the note of the virtual CPU, and observes it. Source: Linux, arch/x86/kvm/x86.c, `record_steal_time`. */
const record_steal_time = stepKind('kvm.record_steal_time', CELLS, () => ({
  apply({ preempted: at, aside, turn }, store) {
    const note = store.get(at);
    store.set(at, (note & KVM_VCPU_FLUSH_TLB) !== 0 ? HOST_FLUSHES : 0);
    store.set(aside, 1);
    store.set(turn, 1);
    return note;
  },
  tell: ({ cpu }, note) =>
    `the host takes virtual cpu${cpu} up again${(note & KVM_VCPU_FLUSH_TLB) !== 0 ? ', and has to flush first' : ''}`,
}));

/** The virtual CPU runs on. Source: Linux, arch/x86/kvm/x86.c, `vcpu_enter_guest`. */
const vcpu_enter = stepKind('kvm.vcpu_enter', CELLS, () => ({
  apply({ preempted: note, aside, turn }, store) {
    store.set(note, 0);
    store.set(aside, 0);
    store.set(turn, 1);
    return 0;
  },
  tell: ({ cpu }) => `virtual cpu${cpu} runs on`,
}));

export const x86_64_pv_flush: X86Machine = {
  ...x86_64_paravirt,
  shootdown: 'hypercall',
  cells: [...x86_64_paravirt.cells, preempted, put_aside, had_its_turn],
  stopped: put_aside,
  owesFlush: { at: preempted, bits: KVM_VCPU_FLUSH_TLB | HOST_FLUSHES },
  surroundings: [{ name: 'host', code: host }],
  steps: [vcpu_put, record_steal_time, vcpu_enter],
  pv_ops: { flush_tlb_multi: kvm_flush_tlb_multi },
};
