/** Xen as the guest sees it: requests, made at once or in batches. Holds nothing: its state is cells. */
import {
  cpuBit,
  tableCells,
  TLB_FLUSH_ALL,
  type Cpu,
  type CpuMask,
  type Given,
  type Invalidation,
  type Level,
  type Op,
  type Operands,
  type Ref,
  type Slot,
  type StepKind,
  type Table,
  type Va,
} from '@shootdown/core/plugin';
import { guest } from './cells.ts';
import { sentenceOf } from './rules.ts';
import { mmu_update as mmu_update_step, new_baseptr, pin, unpin, update_va_mapping } from './steps.ts';

/** One request. Plain data, so that it can wait in a batch. */
export type Call =
  | {
      readonly op: 'mmu_update';
      readonly slot: Slot;
      readonly value: number;
      readonly keep: 'nothing' | 'accessed and dirty';
    }
  | { readonly op: 'read-only' | 'writable' | 'unpin'; readonly table: Table }
  | { readonly op: 'pin'; readonly table: Table; readonly level: Level }
  | { readonly op: 'new_baseptr'; readonly table: Table; readonly asid: number }
  | { readonly op: 'flush_local'; readonly what: Invalidation }
  | { readonly op: 'flush_multi'; readonly what: Invalidation; readonly vcpus: CpuMask };

/** PARAVIRT_LAZY_NONE and its brothers: in which sections requests of which kind may wait. */
export const LAZY = { NONE: 0, MMU: 1, CPU: 2 } as const;

export const mmu_update = (slot: Slot, value: number): Call => ({ op: 'mmu_update', slot, value, keep: 'nothing' });

// A guest has no PCIDs: a CPU holds translations of one address space only, and an invalidation reaches whichever it is.
export const everything: Invalidation = {
  asid: -1,
  start: 0,
  end: TLB_FLUSH_ALL,
  leaves: ['pte', 'pmd'],
  walkCache: 'all',
};
export const onePage = (va: Va): Invalidation => ({ ...everything, start: va, end: va + 1 });

export class Hypervisor {
  /** A request of the kind that may wait in `mode` sections (xen_mc_issue). Outside of them whatever waits goes first. */
  *issue(cpu: Cpu, call: Call, mode: number = LAZY.MMU): Op {
    const now = yield* cpu.load(guest.lazy_mode(cpu.id));
    if (now === mode) {
      yield* cpu.queue_add(guest.mc_buffer(cpu.id), call);
      return;
    }
    if (now !== LAZY.NONE) yield* this.xen_mc_flush(cpu);
    yield* this.perform(cpu, call);
  }

  /**
   * Makes the requests that wait on this CPU, one after another: other CPUs go on in between. Interrupts are off: whoever
   * interrupts to have the batch made (drop_mm_ref_this_cpu) must not find it taken out and not made yet.
   * Simplified: a batch never fills up (32 requests in Linux), and what the guest does after each is done right after it.
   */
  *xen_mc_flush(cpu: Cpu): Op {
    yield* cpu.local_irq_save();
    let next = yield* cpu.queue_take(guest.mc_buffer(cpu.id));
    while (next) {
      yield* this.perform(cpu, next as unknown as Call);
      next = yield* cpu.queue_take(guest.mc_buffer(cpu.id));
    }
    yield* cpu.local_irq_restore();
  }

  /** One request, made now. */
  *perform(cpu: Cpu, call: Call): Op {
    switch (call.op) {
      case 'mmu_update':
        yield* this.#ask(cpu, mmu_update_step, {
          at: tableCells.entry(call.slot.table, call.slot.index),
          table: call.slot.table,
          index: call.slot.index,
          value: call.value,
          level: call.slot.level,
          keepsAccessedAndDirty: call.keep !== 'nothing',
        });
        return;
      case 'read-only':
        yield* this.#ask(cpu, update_va_mapping, { ...named(call.table), writable: false });
        return;
      case 'writable':
        // The page changes its type, and some vCPU might still translate through what it was.
        yield* this.#flush(cpu, everything, cpu.online);
        yield* this.#ask(cpu, update_va_mapping, { ...named(call.table), writable: true });
        return;
      case 'pin':
        yield* this.#ask(cpu, pin, { ...named(call.table), level: call.level });
        return;
      case 'unpin':
        yield* this.#ask(cpu, unpin, named(call.table));
        return;
      case 'new_baseptr':
        yield* this.#ask(cpu, new_baseptr, call.table === 0 ? { at: undefined, table: 0 } : named(call.table));
        yield* cpu.load_root(call.table, call.asid);
        yield* cpu.flush_local(everything);
        yield* cpu.store(guest.xen_current_cr3(cpu.id), call.table); // set_current_cr3, the callback
        return;
      case 'flush_local':
        yield* cpu.flush_local(call.what);
        return;
      case 'flush_multi':
        yield* this.#flush(cpu, call.what, call.vcpus);
        return;
    }
  }

  /** Xen interrupts the processors on its own: no guest can hold that up, and a vCPU that does not run is served all the same. */
  *#flush(cpu: Cpu, what: Invalidation, vcpus: CpuMask): Op {
    if (vcpus === cpuBit(cpu.id)) {
      yield* cpu.flush_local(what);
      return;
    }
    yield* cpu.tlbi_broadcast(what, vcpus);
    yield* cpu.tlbi_sync('the hypervisor has flushed');
  }

  *#ask<O extends Operands>(cpu: Cpu, kind: StepKind<O>, operands: Given<O>): Op {
    const broken = yield* cpu.special(kind, operands);
    yield* cpu.refuse_if(broken !== 0, sentenceOf(broken));
  }
}

/** A table, and its first entry. */
const named = (table: Table): { at: Ref; table: Table } => ({ at: tableCells.entry(table, 0), table });
