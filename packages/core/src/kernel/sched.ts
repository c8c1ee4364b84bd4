/** What the scheduler does to the address space of a CPU, and who keeps the top table alive. kernel/sched/core.c, kernel/fork.c. */
import { arch_end_context_switch, arch_start_context_switch, enter_lazy_tlb, pgd_free, switch_mm } from '../contract/hooks/index.ts';
import type { Cpu } from '../words/cpu.ts';
import { mmCells, type Mm } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '../words/step.ts';
import { operation } from './operation.ts';

/**
 * struct task_struct, as a context switch sees it. Kept by the code of a story: only the CPU that runs the task looks at it.
 * A kernel thread has no mm and borrows the one that is loaded.
 */
export interface Task {
  readonly mm: Mm | undefined;
  readonly active_mm: Mm | undefined;
}

/** A thread of a process, while it runs. */
export const userTask = (mm: Mm): Task => ({ mm, active_mm: mm });
/** A kernel thread that does not run. */
export const kernelThread: Task = { mm: undefined, active_mm: undefined };

/**
 * Stops running `prev` and runs `next`: to a kernel thread the address space stays loaded, lazily, with a reference.
 * @returns `next`, as it runs
 */
export const context_switch = operation(linux('v6.1', 'kernel/sched/core.c', 'context_switch'), function* (cpu: Cpu, prev: Task, next: Task): Op<Task> {
  const borrowed = prev.mm ? undefined : prev.active_mm;
  yield* cpu.local_irq_save(); // the runqueue lock
  yield* arch_start_context_switch(cpu);
  if (next.mm) {
    yield* switch_mm(cpu, prev.active_mm, next.mm); // switch_mm_irqs_off
  } else if (prev.active_mm) {
    yield* enter_lazy_tlb(cpu, prev.active_mm);
    if (prev.mm) yield* mmgrab(cpu, prev.mm); // from one kernel thread to another the reference is handed over
  }
  yield* arch_end_context_switch(cpu); // __switch_to
  yield* cpu.local_irq_restore();
  // finish_task_switch: the kernel thread gives its loan back once the CPU is off it.
  if (next.mm && borrowed) yield* mmdrop(cpu, borrowed);
  return { mm: next.mm, active_mm: next.mm ?? prev.active_mm };
});

export function* mmgrab(cpu: Cpu, mm: Mm): Op {
  yield* cpu.add(mmCells.mm_count(mm.id), 1);
}

export const mmdrop = operation(linux('v6.1', 'include/linux/sched/mm.h', 'mmdrop'), function* (cpu: Cpu, mm: Mm): Op {
  const last = yield* cpu.dec_and_test(mmCells.mm_count(mm.id));
  if (last) yield* __mmdrop(cpu, mm);
});

/** No CPU has it loaded any more: the top table goes, at once. */
export const __mmdrop = operation(linux('v6.1', 'kernel/fork.c', '__mmdrop'), function* (cpu: Cpu, mm: Mm): Op {
  const pgd = yield* cpu.load(mmCells.pgd(mm.id));
  yield* pgd_free(cpu, mm, pgd); // mm_free_pgd
  const tables = yield* cpu.load(mmCells.pgtables_bytes(mm.id));
  yield* cpu.bug_on(tables !== 0, 'check_mm: page tables are left when the address space is freed');
});
