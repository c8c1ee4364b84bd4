/**
 * A KVM guest with the flush of the hypervisor: virtual CPUs that the host has put aside are not interrupted. They get a note,
 * and flush before they run on.
 */
import {
  cpuBit, from, Generic, linux, operation, perCpu, region, TLB_FLUSH_ALL,
  type Cpu, type CpuMask, type Footprint, type Layer, type Meaning, type MmuGather, type Op, type StepTools, type Table,
} from '@shootdown/core/plugin';
import { x86_64_paravirt } from './mmu.ts';
import type { X86Machine } from './pv_ops.ts';
import { native_flush_tlb_multi, type FlushTlbInfo } from './tlb.ts';

const KVM_VCPU_PREEMPTED = 1;
const KVM_VCPU_FLUSH_TLB = 2;

/** steal_time.preempted: how guest and host talk about a virtual CPU. */
const preempted = perCpu('steal_time.preempted');
/** The host runs something else in place of this CPU. */
const put_aside = perCpu('vcpu put aside', 'flag');
/** The host has put this CPU aside once already. */
const had_its_turn = region('vcpu was put aside', ['cpu'], { shape: 'flag' });

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
 * The host, beside each CPU. A bound: it puts each virtual CPU aside at most once in an exploration, at any point between two
 * instructions, and lets it run on at any later point.
 */
function* host(cpu: Cpu): Op {
  const at = [preempted(cpu.id), put_aside(cpu.id), had_its_turn(cpu.id)];
  yield* cpu.special('kvm.vcpu_put', at, []);
  const state = yield* cpu.xchg(preempted(cpu.id), 0); // record_steal_time
  if ((state & KVM_VCPU_FLUSH_TLB) !== 0) {
    yield* cpu.flush_local({ asid: -1, start: 0, end: TLB_FLUSH_ALL, leaves: ['pte', 'pmd'], walkCache: 'all' });
  }
  yield* cpu.store(put_aside(cpu.id), 0);
}

/** cells: steal_time.preempted, put aside, was put aside. The CPU stops, and says so: in between it could only be slow. */
const vcpu_put: Meaning = {
  enabled: (step, store) => store.get(step.cells[2]!) === 0,
  apply(step, store) {
    store.set(step.cells[0]!, KVM_VCPU_PREEMPTED);
    store.set(step.cells[1]!, 1);
    store.set(step.cells[2]!, 1);
    return 0;
  },
  footprint: (step): Footprint => ({ reads: [step.cells[2]!], writes: step.cells, adds: [] }),
  tell: (step) => `the host puts virtual cpu${step.cpu} aside`,
};

export const x86_64_pv_flush: X86Machine = {
  ...x86_64_paravirt,
  shootdown: 'hypercall',
  cells: [...x86_64_paravirt.cells, preempted, put_aside, had_its_turn],
  stopped: put_aside,
  surroundings: [{ name: 'host', code: host }],
  steps: (_tools: StepTools) => ({ 'kvm.vcpu_put': vcpu_put }),
  pv_ops: { flush_tlb_multi: kvm_flush_tlb_multi },
};
