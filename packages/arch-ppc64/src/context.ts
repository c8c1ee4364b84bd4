/** Which CPUs have run an address space. They stay in mm_cpumask when they leave; a radix flush may trim the idle ones. */
import {
  asMm,
  cpuBit,
  currentCells,
  ipiHandler,
  linux,
  mmCells,
  mmdrop_lazy_tlb,
  operation,
  type Cpu,
  type CpuMask,
  type Mm,
  type Op,
  without,
  replaceable,
} from '@shootdown/core/plugin';
import { active_cpus } from './cells.ts';
import { _tlbiel_pid } from './tlbie.ts';

const isMember = (mask: CpuMask, cpu: Cpu): boolean => (mask & cpuBit(cpu.id)) !== 0;

export const switch_mm_irqs_off = operation(
  linux('v6.1', 'arch/powerpc/mm/mmu_context.c', 'switch_mm_irqs_off'),
  function* (cpu: Cpu, prev: Mm | undefined, next: Mm | undefined): Op {
    if (!next) {
      yield* cpu.write_root(0, 0); // init_mm
      return;
    }
    const mask = yield* cpu.load(mmCells.cpumask(next.id));
    if (!isMember(mask, cpu)) {
      yield* cpu.or(mmCells.cpumask(next.id), cpuBit(cpu.id));
      yield* cpu.add(active_cpus(next.id), 1);
      // Our bit before the first translation we load: pairs with the one in a flush, between its change of an entry and its
      // look at the mask.
      yield* cpu.fence('smp_mb');
    }
    if (prev?.id === next.id) return;
    if (prev && cpu.has('ppc_cpus_leave_the_mask')) yield* leave(cpu, prev);
    const pgd = yield* cpu.load(mmCells.pgd(next.id));
    yield* cpu.write_root(pgd, next.id);
  },
);

/** Which no release does. */
function* leave(cpu: Cpu, prev: Mm): Op {
  yield* cpu.andnot(mmCells.cpumask(prev.id), cpuBit(cpu.id));
  yield* cpu.add(active_cpus(prev.id), -1);
}

/** On the CPU that an interrupt asked to let go of an idle address space. */
export const exit_lazy_flush_tlb = operation(
  linux('v6.1', 'arch/powerpc/mm/book3s64/radix_tlb.c', 'exit_lazy_flush_tlb'),
  function* (cpu: Cpu, mm: Mm, always_flush: boolean): Op {
    let flush = always_flush;
    const current = yield* cpu.load(currentCells.mm(cpu.id));
    if (current !== asMm(mm)) {
      const active = yield* cpu.load(currentCells.active_mm(cpu.id));
      if (active === asMm(mm)) {
        yield* cpu.store(currentCells.active_mm(cpu.id), 0);
        yield* switch_mm_irqs_off(cpu, mm, undefined);
        yield* mmdrop_lazy_tlb(cpu, mm); // what the kernel thread had borrowed
      }
      // Two interrupts may come for one bit: only the one that finds it counts.
      const mask = yield* cpu.load(mmCells.cpumask(mm.id));
      if (isMember(mask, cpu)) {
        yield* cpu.add(active_cpus(mm.id), -1);
        yield* cpu.andnot(mmCells.cpumask(mm.id), cpuBit(cpu.id));
        flush = true;
      }
    }
    if (flush) yield* _tlbiel_pid(cpu, mm, 'all');
  },
);

export const do_exit_flush_lazy_tlb = ipiHandler('do_exit_flush_lazy_tlb', (cpu, info) =>
  exit_lazy_flush_tlb(cpu, { id: info['mm'] as number }, true),
);

export const exit_flush_lazy_tlbs = operation(
  linux('v6.1', 'arch/powerpc/mm/book3s64/radix_tlb.c', 'exit_flush_lazy_tlbs'),
  function* (cpu: Cpu, mm: Mm): Op {
    const mask = yield* cpu.load(mmCells.cpumask(mm.id));
    yield* cpu.smp_call_function_many(mask, do_exit_flush_lazy_tlb, { mm: mm.id });
  },
);

/** Whom a flush has to reach. */
export type FlushType = 'none' | 'local' | 'global';

/** Simplified: no coprocessors, and not every 1073rd flush trims mm_cpumask. */
export const flush_type_needed = operation(
  linux('v6.1', 'arch/powerpc/mm/book3s64/radix_tlb.c', 'flush_type_needed'),
  function* (cpu: Cpu, mm: Mm, fullmm: boolean): Op<FlushType> {
    const active = yield* cpu.load(active_cpus(mm.id));
    if (active === 0) return 'none';
    if (cpu.has('radix_flushes_are_global')) return 'global';
    if (active === 1) {
      const mask = yield* cpu.load(mmCells.cpumask(mm.id));
      if (isMember(mask, cpu)) return 'local';
    }
    if (fullmm) return 'global'; // it dies anyway: a tlbie is faster than an interrupt
    const users = yield* cpu.load(mmCells.mm_users(mm.id));
    if (users <= 1 && cpu.mm?.id === mm.id && !cpu.has('radix_leaves_idle_cpus')) {
      // Whoever else is in the mask is idle there: send it away, and it flushes on its way.
      yield* exit_flush_lazy_tlbs(cpu, mm);
      return 'local';
    }
    return 'global';
  },
);

/** mm_is_thread_local: has only this CPU run it? */
export const mm_is_thread_local = replaceable(
  linux('v6.1', 'arch/powerpc/include/asm/tlb.h', 'mm_is_thread_local'),
  function* (cpu: Cpu, mm: Mm): Op<boolean> {
    const active = yield* cpu.load(active_cpus(mm.id));
    if (active > 1) return false;
    const mask = yield* cpu.load(mmCells.cpumask(mm.id));
    return isMember(mask, cpu);
  },
);

/** Every CPU that has an address space loaded loads its root anew. Returns when all have. */
export function* load_root_everywhere(cpu: Cpu, mm: Mm): Op {
  yield* cpu.smp_call_function_many(without(cpu.online, cpu.id), switch_mmu_context, { mm: mm.id });
  yield* cpu.local_irq_save();
  yield* loadRootHere(cpu, mm);
  yield* cpu.local_irq_restore();
}

export const switch_mmu_context = ipiHandler('switch_mmu_context', (cpu, info) =>
  loadRootHere(cpu, { id: info['mm'] as number }),
);

function* loadRootHere(cpu: Cpu, mm: Mm): Op {
  const active = yield* cpu.load(currentCells.active_mm(cpu.id));
  if (active !== asMm(mm)) return;
  const pgd = yield* cpu.load(mmCells.pgd(mm.id));
  yield* cpu.write_root(pgd, mm.id);
}
