/**
 * arch/x86/mm/tlb.c: the shootdown by interrupt.
 *
 * Every flush takes the next number of the mm's tlb_gen. A CPU that is interrupted compares three numbers: what it has done,
 * what it is asked for, what the mm is at. One behind and nothing newer: it flushes the range. Else it flushes everything and
 * has caught up. A CPU that is lazy, or has the mm not loaded, is not interrupted: it compares when it comes back.
 */
import {
  cpuBit,
  ipiHandler,
  linux,
  mmCells,
  operation,
  TLB_FLUSH_ALL,
  without,
  type Cpu,
  type CpuId,
  type CpuMask,
  type Mm,
  type Op,
  type Va,
  replaceable,
} from '@shootdown/core/plugin';
import type { FlushTlbInfo } from './flush_tlb_info.ts';
import { broadcast_tlb_flush, mm_global_asid } from './invlpgb.ts';
import { native_flush_tlb_local, native_flush_tlb_one_user } from './invlpg.ts';
import { pv_ops } from './pv_ops.ts';
import { switch_mm_irqs_off } from './switch.ts';
import { cpu_tlb_gen, INIT_MM, is_lazy, LOADED_MM_SWITCHING, loaded_mm, loadedAs, tlb_gen } from './tlbstate.ts';

const TLB_C = 'arch/x86/mm/tlb.c';

/** Flushes a range of an address space everywhere it may be remembered, and waits for that. */
export const flush_tlb_mm_range = operation(
  linux('v6.1', TLB_C, 'flush_tlb_mm_range'),
  function* (cpu: Cpu, mm: Mm, start: Va, end: Va, stride: number, freed_tables: boolean): Op {
    const whole = end === TLB_FLUSH_ALL || cpu.exceeds('tlb_single_page_flush_ceiling', (end - start) / stride);
    // A locked update, and so the barrier between our stores to the tables and our look at mm_cpumask.
    const new_tlb_gen = yield* cpu.add_return(tlb_gen(mm.id), 1);
    const info: FlushTlbInfo = {
      mm: mm.id,
      start: whole ? 0 : start,
      end: whole ? TLB_FLUSH_ALL : end,
      stride,
      freed_tables,
      new_tlb_gen,
      initiating_cpu: cpu.id,
    };
    if (mm_global_asid(cpu)) {
      yield* broadcast_tlb_flush(cpu, info);
      return;
    }
    const mask = yield* cpu.load(mmCells.cpumask(mm.id));
    if (without(mask, cpu.id) !== 0) {
      const now = yield* cpu.load(mmCells.cpumask(mm.id));
      yield* flush_tlb_multi(cpu, now, info);
      return;
    }
    const loaded = yield* cpu.load(loaded_mm(cpu.id));
    if (loaded === loadedAs(mm)) yield* flushHere(cpu, info);
  },
);

/** What a guest's kernel may replace. */
export const flush_tlb_multi = replaceable(
  linux('v6.1', TLB_C, 'flush_tlb_multi'),
  function* (cpu: Cpu, mask: CpuMask, info: FlushTlbInfo): Op {
    yield* (pv_ops(cpu).flush_tlb_multi ?? native_flush_tlb_multi)(cpu, mask, info);
  },
);

/** Interrupts the CPUs of the mask and flushes here meanwhile. */
export const native_flush_tlb_multi = operation(
  linux('v6.1', TLB_C, 'native_flush_tlb_multi'),
  function* (cpu: Cpu, mask: CpuMask, info: FlushTlbInfo): Op {
    // A lazy CPU does not use its translations, but its walker may still run ahead through tables that are to be freed.
    const everybody = info.freed_tables && !cpu.has('x86_lazy_cpus_are_always_spared');
    const chosen = everybody ? mask : yield* cpusToFlush(cpu, mask, info);
    yield* cpu.smp_send(chosen, flush_tlb_func, info);
    if ((chosen & cpuBit(cpu.id)) !== 0) yield* flushHere(cpu, info);
    yield* cpu.smp_wait(chosen, 'every CPU that was interrupted has flushed');
  },
);

function* cpusToFlush(cpu: Cpu, mask: CpuMask, info: FlushTlbInfo): Op<CpuMask> {
  let chosen = 0;
  for (let id = 0; mask >>> id !== 0; id++) {
    if ((mask & cpuBit(id)) === 0) continue;
    const flush = yield* should_flush_tlb(cpu, id, info);
    if (flush) chosen |= cpuBit(id);
  }
  return chosen;
}

/** Must CPU `id` be interrupted, or will it notice by itself when it next uses the address space? */
export const should_flush_tlb = operation(
  linux('v6.1', TLB_C, 'should_flush_tlb'),
  function* (cpu: Cpu, id: CpuId, info: FlushTlbInfo): Op<boolean> {
    const loaded = yield* cpu.load(loaded_mm(id));
    yield* cpu.fence('smp_rmb');
    const lazy = yield* cpu.load(is_lazy(id));
    if (lazy && !cpu.has('x86_lazy_cpus_are_interrupted')) return false;
    return loaded === LOADED_MM_SWITCHING || loaded === info.mm + 1;
  },
);

function* flushHere(cpu: Cpu, info: FlushTlbInfo): Op {
  yield* cpu.local_irq_save();
  yield* cpu.within('flush_tlb_func', () => catchUp(cpu, info));
  yield* cpu.local_irq_restore();
}

/** The interrupt of a shootdown. */
export const flush_tlb_func = ipiHandler('flush_tlb_func', (cpu, info) => catchUp(cpu, info as FlushTlbInfo));

/** flush_tlb_func, with interrupts off: on a target of the interrupt, and on the CPU that sent it. */
export const catchUp = replaceable(linux('v6.1', TLB_C, 'flush_tlb_func'), function* (cpu: Cpu, f: FlushTlbInfo): Op {
  const loaded = yield* cpu.load(loaded_mm(cpu.id));
  // Another mm by now, or on the way to one: the switch compares generations itself.
  if (loaded !== f.mm + 1 || loaded === INIT_MM) return;
  const lazy = yield* cpu.load(is_lazy(cpu.id));
  if (lazy && !cpu.has('x86_lazy_cpus_stay')) {
    // Rather than flush for a CPU that does not need the address space, leave it: no further interrupt will come.
    yield* switch_mm_irqs_off(cpu, undefined);
    return;
  }
  const local_tlb_gen = yield* cpu.load(cpu_tlb_gen(cpu.id, f.mm));
  if (cpu.has('x86_flushes_by_request_only')) {
    yield* flushRange(cpu, f);
    return;
  }
  if (f.new_tlb_gen <= local_tlb_gen) return; // an earlier interrupt did it together with its own
  const mm_tlb_gen = yield* cpu.load(tlb_gen(f.mm));
  if (local_tlb_gen === mm_tlb_gen) return;
  if (f.end !== TLB_FLUSH_ALL && f.new_tlb_gen === local_tlb_gen + 1 && f.new_tlb_gen === mm_tlb_gen) {
    yield* flushRange(cpu, f);
  } else {
    yield* flush_tlb_local(cpu, f.mm);
  }
  yield* cpu.store(cpu_tlb_gen(cpu.id, f.mm), mm_tlb_gen);
});

function* flushRange(cpu: Cpu, f: FlushTlbInfo): Op {
  if (f.end === TLB_FLUSH_ALL) yield* flush_tlb_local(cpu, f.mm);
  else for (let addr = f.start; addr < f.end; addr += f.stride) yield* flush_tlb_one_user(cpu, f.mm, addr);
}

// What a guest's kernel may replace too.
export const flush_tlb_local = replaceable(
  linux('v6.1', TLB_C, 'flush_tlb_local'),
  function* (cpu: Cpu, mm: number): Op {
    yield* (pv_ops(cpu).flush_tlb_user ?? native_flush_tlb_local)(cpu, mm);
  },
);
export const flush_tlb_one_user = replaceable(
  linux('v6.1', TLB_C, 'flush_tlb_one_user'),
  function* (cpu: Cpu, mm: number, addr: Va): Op {
    yield* (pv_ops(cpu).flush_tlb_one_user ?? native_flush_tlb_one_user)(cpu, mm, addr);
  },
);
