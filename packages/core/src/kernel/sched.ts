/** What the scheduler does to the address space of a CPU, and who keeps the top table alive. kernel/sched/core.c, kernel/fork.c. */
import {
  arch_end_context_switch,
  arch_start_context_switch,
  enter_lazy_tlb,
  pgd_free,
  switch_mm,
} from '../contract/hooks/index.ts';
import { without } from '../words/address.ts';
import { ipiHandler, type Cpu } from '../words/cpu.ts';
import { asMm, currentCells, mmCells, mmFrom, type Mm } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';

/**
 * Stops running what runs, and runs a thread of `next`, or a kernel thread: then the address space stays loaded, lazily, and
 * the kernel thread holds a reference.
 */
export const context_switch = operation(
  linux('v6.1', 'kernel/sched/core.c', 'context_switch'),
  function* (cpu: Cpu, next: Mm | undefined): Op {
    const current = { mm: currentCells.mm(cpu.id), active_mm: currentCells.active_mm(cpu.id) };
    yield* cpu.local_irq_save(); // the runqueue lock
    const prev = mmFrom(yield* cpu.load(current.mm));
    const loaded = mmFrom(yield* cpu.load(current.active_mm));
    yield* arch_start_context_switch(cpu);
    if (next) {
      yield* switch_mm(cpu, loaded, next); // switch_mm_irqs_off
      yield* cpu.store(current.active_mm, asMm(next));
    } else if (loaded) {
      yield* enter_lazy_tlb(cpu, loaded);
      if (prev) yield* mmgrab_lazy_tlb(cpu, prev); // from one kernel thread to another the reference is handed over
    }
    yield* arch_end_context_switch(cpu); // __switch_to
    yield* cpu.store(current.mm, asMm(next));
    yield* cpu.local_irq_restore();
    // finish_task_switch: the kernel thread gives back what it borrowed, now that the CPU is off it.
    if (next && !prev && loaded) yield* mmdrop_lazy_tlb(cpu, loaded);
  },
);

export function* mmgrab(cpu: Cpu, mm: Mm): Op {
  yield* cpu.add(mmCells.mm_count(mm.id), 1);
}

export const mmdrop = operation(linux('v6.1', 'include/linux/sched/mm.h', 'mmdrop'), function* (cpu: Cpu, mm: Mm): Op {
  const last = yield* cpu.dec_and_test(mmCells.mm_count(mm.id));
  if (last) yield* __mmdrop(cpu, mm);
});

// What a kernel thread borrows. Where lazies may be shot it holds no reference: the end of the address space looks for it.
const lazies_may_be_shot = (cpu: Cpu): boolean => cpu.config('MMU_LAZY_TLB_SHOOTDOWN') && cpu.has('lazies_may_be_shot');
export function* mmgrab_lazy_tlb(cpu: Cpu, mm: Mm): Op {
  if (!lazies_may_be_shot(cpu)) yield* mmgrab(cpu, mm);
}
export function* mmdrop_lazy_tlb(cpu: Cpu, mm: Mm): Op {
  if (!lazies_may_be_shot(cpu)) yield* mmdrop(cpu, mm);
  else yield* cpu.fence('smp_mb'); // what mmdrop would have been
}

export const do_shoot_lazy_tlb = ipiHandler('do_shoot_lazy_tlb', (cpu, info) =>
  shoot_lazy_tlb(cpu, { id: info['mm'] as number }),
);

/** A CPU that has borrowed the address space gives it up. */
function* shoot_lazy_tlb(cpu: Cpu, mm: Mm): Op {
  const active = yield* cpu.load(currentCells.active_mm(cpu.id));
  if (active !== asMm(mm)) return;
  yield* cpu.store(currentCells.active_mm(cpu.id), 0);
  yield* switch_mm(cpu, mm, undefined);
}

/** Interrupts every CPU that has ever run the address space and may have borrowed it. */
export const cleanup_lazy_tlbs = operation(
  linux('v6.12', 'kernel/fork.c', 'cleanup_lazy_tlbs'),
  function* (cpu: Cpu, mm: Mm): Op {
    const mask = yield* cpu.load(mmCells.cpumask(mm.id));
    yield* cpu.smp_call_function_many(without(mask, cpu.id), do_shoot_lazy_tlb, { mm: mm.id });
    yield* shoot_lazy_tlb(cpu, mm); // on_each_cpu_mask: here, too
  },
);

/** No CPU has it loaded any more: the top table goes, at once. */
export const __mmdrop = operation(linux('v6.1', 'kernel/fork.c', '__mmdrop'), function* (cpu: Cpu, mm: Mm): Op {
  if (lazies_may_be_shot(cpu)) yield* cleanup_lazy_tlbs(cpu, mm);
  const pgd = yield* cpu.load(mmCells.pgd(mm.id));
  yield* pgd_free(cpu, mm, pgd); // mm_free_pgd
  const tables = yield* cpu.load(mmCells.pgtables_bytes(mm.id));
  yield* cpu.bug_on(tables !== 0, 'check_mm: page tables are left when the address space is freed');
});
