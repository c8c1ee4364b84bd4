/** How a CPU comes to an address space and leaves it: mm_cpumask, and what was missed while it was away. */
import {
  cpuBit,
  ipiHandler,
  linux,
  mmCells,
  operation,
  PAGE_SIZE,
  TLB_FLUSH_ALL,
  type Cpu,
  type Mm,
  type Op,
  replaceable,
} from '@shootdown/core/plugin';
import { broadcast_tlb_flush, mm_global_asid } from './invlpgb.ts';
import { cpu_tlb_gen, INIT_MM, is_lazy, LOADED_MM_SWITCHING, loaded_mm, loadedAs, tlb_gen } from './tlbstate.ts';

/** Loads `next`; undefined is init_mm. With interrupts off, so that no shootdown sees a half-made switch. */
export const switch_mm_irqs_off = operation(
  linux('v6.1', 'arch/x86/mm/tlb.c', 'switch_mm_irqs_off'),
  function* (cpu: Cpu, next: Mm | undefined): Op {
    const real_prev = yield* cpu.load(loaded_mm(cpu.id));
    const was_lazy = yield* cpu.load(is_lazy(cpu.id));
    if (was_lazy) yield* cpu.store(is_lazy(cpu.id), 0);
    if (real_prev === loadedAs(next)) {
      if (was_lazy && next) yield* leaveLazyMode(cpu, next);
      return;
    }
    // From here to the end a flush of either side counts this CPU in.
    yield* cpu.store(loaded_mm(cpu.id), LOADED_MM_SWITCHING);
    if (real_prev !== INIT_MM) yield* cpu.andnot(mmCells.cpumask(real_prev - 1), cpuBit(cpu.id));
    if (next) yield* loadUserMm(cpu, next);
    else yield* cpu.write_root(0, 0);
    yield* cpu.store(loaded_mm(cpu.id), loadedAs(next));
  },
);

/** The same address space again: flushes that skipped the lazy CPU are made up for. */
function* leaveLazyMode(cpu: Cpu, mm: Mm): Op {
  if (mm_global_asid(cpu)) return; // broadcasts have reached this CPU
  // is_lazy before tlb_gen: a flusher that still saw us lazy has raised tlb_gen before it looked.
  yield* cpu.fence('smp_mb');
  const next_tlb_gen = yield* cpu.load(tlb_gen(mm.id));
  const done = yield* cpu.load(cpu_tlb_gen(cpu.id, mm.id));
  if (done !== next_tlb_gen) yield* load_new_mm_cr3(cpu, mm, next_tlb_gen);
}

function* loadUserMm(cpu: Cpu, mm: Mm): Op {
  // Locked, and so the barrier between our bit and our look at tlb_gen; it pairs with the one in flush_tlb_mm_range.
  yield* cpu.or(mmCells.cpumask(mm.id), cpuBit(cpu.id));
  if (mm_global_asid(cpu)) {
    yield* load_new_mm_cr3(cpu, mm, 0);
    return;
  }
  const next_tlb_gen = yield* cpu.load(tlb_gen(mm.id));
  const done = yield* cpu.load(cpu_tlb_gen(cpu.id, mm.id)); // choose_new_asid
  yield* load_new_mm_cr3(cpu, mm, done < next_tlb_gen ? next_tlb_gen : 0);
}

/** Loads CR3. With a generation: the address space is flushed by the same load, and has caught up with it. */
export const load_new_mm_cr3 = replaceable(
  linux('v6.1', 'arch/x86/mm/tlb.c', 'load_new_mm_cr3'),
  function* (cpu: Cpu, mm: Mm, caughtUpWith: number): Op {
    if (caughtUpWith !== 0) {
      yield* cpu.store(cpu_tlb_gen(cpu.id, mm.id), caughtUpWith);
      yield* cpu.flush_local({ asid: mm.id, start: 0, end: TLB_FLUSH_ALL, leaves: ['pte', 'pmd'], walkCache: 'all' });
    }
    const pgd = yield* cpu.load(mmCells.pgd(mm.id));
    yield* cpu.write_root(pgd, mm.id);
  },
);

/** Every CPU of mm_cpumask loads CR3 anew. It is a flush, too, with a number of its own: whoever is not interrupted makes up for it. */
export function* reload_tlb_others(cpu: Cpu, mm: Mm): Op {
  const new_tlb_gen = yield* cpu.add_return(tlb_gen(mm.id), 1);
  const mask = yield* cpu.load(mmCells.cpumask(mm.id));
  yield* cpu.smp_send(mask, local_reload_tlb_mm, { mm: mm.id, new_tlb_gen });
  yield* cpu.local_irq_save();
  yield* reloadHere(cpu, mm, new_tlb_gen);
  yield* cpu.local_irq_restore();
  yield* cpu.smp_wait(mask, 'every CPU that was interrupted has loaded CR3');
  // Where translations bear a tag that is the same everywhere, a load of CR3 keeps them.
  if (mm_global_asid(cpu))
    yield* broadcast_tlb_flush(cpu, {
      mm: mm.id,
      start: 0,
      end: TLB_FLUSH_ALL,
      stride: PAGE_SIZE(cpu.geometry),
      freed_tables: true,
      new_tlb_gen,
      initiating_cpu: cpu.id,
    });
}

export const local_reload_tlb_mm = ipiHandler('local_reload_tlb_mm', (cpu, info) =>
  reloadHere(cpu, { id: info['mm'] as number }, info['new_tlb_gen'] as number),
);

/** With interrupts off. A lazy CPU leaves the address space instead. */
function* reloadHere(cpu: Cpu, mm: Mm, new_tlb_gen: number): Op {
  const loaded = yield* cpu.load(loaded_mm(cpu.id));
  if (loaded !== loadedAs(mm)) return;
  const lazy = yield* cpu.load(is_lazy(cpu.id));
  if (lazy) yield* switch_mm_irqs_off(cpu, undefined);
  else yield* load_new_mm_cr3(cpu, mm, mm_global_asid(cpu) ? 0 : new_tlb_gen);
}
