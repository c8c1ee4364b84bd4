/** Known answers of x86: arch/x86/mm/tlb.c and its neighbours, step by step. */
import { describeAnswers, type Answer } from '@shootdown/conformance';
import { expect, test } from '@jest/globals';
import {
  entryRef,
  F,
  flush_tlb_fix_spurious_fault,
  flush_tlb_mm,
  flush_tlb_page,
  flush_tlb_range,
  enter_lazy_tlb,
  huge_pmd_needs_flush,
  mkLeaf,
  mmCells,
  pmdp_establish,
  pmdp_huge_get_and_clear,
  pmdp_invalidate_ad,
  pmdp_set_access_flags,
  pmdp_set_wrprotect,
  pte_accessible,
  pte_needs_flush,
  ptep_get_and_clear,
  ptep_get_and_clear_full,
  ptep_set_access_flags,
  ptep_set_wrprotect,
  reload_tlb_mm,
  switch_mm,
  tlb_flush,
  TLB_FLUSH_ALL,
  tlb_remove_table,
  type Cpu,
  type Mm,
  type MmuGather,
  type Op,
  type PmdSlot,
  type PteSlot,
} from '@shootdown/core/plugin';
import { instructions } from '../src/instructions.ts';
import { x86, x86Invlpgb, x86Paravirt, x86PvFlush } from '../src/index.ts';
import { flush_tlb_mm_range } from '../src/tlb.ts';
import { cpu_tlb_gen, is_lazy, LOADED_MM_SWITCHING, loaded_mm, tlb_gen } from '../src/tlbstate.ts';

const PAGE = 4096;
const HUGE = 2 * PAGE;
const MM: Mm = { id: 0 };
const OTHER: Mm = { id: 1 };
/** In loaded_mm: mm 0, mm 1. */
const [LOADED, LOADED_OTHER] = [1, 2];
const ptep: PteSlot = { level: 'pte', table: 2, index: 1 };
const pmdp: PmdSlot = { level: 'pmd', table: 1, index: 0 };
const USED = F.PRESENT | F.USER | F.WRITE | F.ACCESSED | F.DIRTY;
const page5 = mkLeaf(5, USED);
const clean5 = mkLeaf(5, F.PRESENT | F.USER | F.ACCESSED);

/** These CPUs run the mm and have done every flush of it: tlb_gen begins at 1. */
const running = (...cpus: readonly number[]): NonNullable<Answer['given']> => [
  ...cpus.flatMap((id) => [[loaded_mm(id), LOADED] as const, [cpu_tlb_gen(id, 0), 1] as const]),
  [mmCells.cpumask(0), cpus.reduce((mask, id) => mask | (1 << id), 0)],
];
const range =
  (start: number, end: number, stride = PAGE, freed_tables = false) =>
  (cpu: Cpu): Op =>
    flush_tlb_mm_range(cpu, MM, start, end, stride, freed_tables);
const onePage = range(PAGE, 2 * PAGE);
const tables = range(PAGE, 2 * PAGE, PAGE, true);
const gathered = (more: Partial<MmuGather>): MmuGather => ({
  mm: MM,
  fullmm: false,
  start: PAGE,
  end: 3 * PAGE,
  freed_tables: false,
  need_flush_all: false,
  cleared_ptes: false,
  cleared_pmds: false,
  cleared_puds: false,
  page_size: 0,
  pages: [],
  pageTables: [],
  tables: [],
  ...more,
});

describeAnswers(x86, [
  // pte_accessible
  {
    says: 'a present entry may be cached, whatever is pending',
    code: (cpu) => pte_accessible(cpu, MM, mkLeaf(5, F.PRESENT)),
    does: ``,
    gives: true,
  },
  {
    says: 'an entry that allows no access may be, while somebody who made it so has not flushed',
    given: [[mmCells.tlb_flush_pending(0), 1]],
    code: (cpu) => pte_accessible(cpu, MM, mkLeaf(5, F.PROTNONE)),
    does: `
      load tlb_flush_pending[0] -> 1
    `,
    gives: true,
  },
  {
    says: 'and is not when nobody has to',
    code: (cpu) => pte_accessible(cpu, MM, mkLeaf(5, F.PROTNONE)),
    does: `
      load tlb_flush_pending[0] -> 0
    `,
    gives: false,
  },
  {
    says: 'before 20841405940e it never was',
    kernel: { release: 'v3.10' },
    given: [[mmCells.tlb_flush_pending(0), 1]],
    code: (cpu) => pte_accessible(cpu, MM, mkLeaf(5, F.PROTNONE)),
    does: ``,
    gives: false,
  },
  {
    says: 'no entry is not cached',
    code: (cpu) => pte_accessible(cpu, MM, 0),
    does: ``,
    gives: false,
  },
  // flush_tlb_mm_range: raise tlb_gen, look who has it, interrupt, flush here, wait.
  {
    says: 'a flush of one page interrupts who runs the mm, and each that has missed nothing drops that page alone',
    given: running(0, 1),
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 0
      ipi.send to {1} flush_tlb_func {mm:0 start:4096 end:8192 stride:4096 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 0
      cpu1: load cpu_tlb_gen[1][0] -> 1
      cpu1: load tlb_gen[0] -> 2
      cpu1: tlb.local asid 0 page 1 pte+pmd ways:all
      cpu1: store cpu_tlb_gen[1][0] 2
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
    left: { 'CPU0 cpu_tlb_gen': 2, 'CPU1 cpu_tlb_gen': 2, 'mm0.tlb_gen': 2 },
  },
  {
    says: 'where nobody else runs the mm nobody is interrupted',
    given: running(0),
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0}
      load loaded_mm[0] -> 1
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
    `,
  },
  {
    says: 'where nobody runs it at all the flush is a number',
    given: [[loaded_mm(0), LOADED_OTHER]],
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {}
      load loaded_mm[0] -> 2
    `,
  },
  {
    says: 'who has another mm loaded asks the others, and flushes nothing itself',
    given: [...running(1), [loaded_mm(0), LOADED_OTHER]],
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {1}
      load mm_cpumask[0] -> {1}
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 0
      ipi.send to {1} flush_tlb_func {mm:0 start:4096 end:8192 stride:4096 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 0
      cpu1: load cpu_tlb_gen[1][0] -> 1
      cpu1: load tlb_gen[0] -> 2
      cpu1: tlb.local asid 0 page 1 pte+pmd ways:all
      cpu1: store cpu_tlb_gen[1][0] 2
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'as many strides as the ceiling are flushed one by one',
    given: running(0),
    numbers: { tlb_single_page_flush_ceiling: 3 },
    code: range(PAGE, 4 * PAGE),
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0}
      load loaded_mm[0] -> 1
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      tlb.local asid 0 page 2 pte+pmd ways:all
      tlb.local asid 0 page 3 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
    `,
  },
  {
    says: 'one stride more is a flush of everything',
    given: running(0),
    numbers: { tlb_single_page_flush_ceiling: 2 },
    code: range(PAGE, 4 * PAGE),
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0}
      load loaded_mm[0] -> 1
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
    `,
  },
  {
    says: 'strides of huge pages',
    given: running(0),
    numbers: { tlb_single_page_flush_ceiling: 2 },
    code: range(0, 2 * HUGE, HUGE),
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0}
      load loaded_mm[0] -> 1
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 0 pte+pmd ways:all
      tlb.local asid 0 page 2 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
    `,
  },
  {
    says: 'everything is flushed in one go, here and there',
    given: running(0, 1),
    code: range(0, TLB_FLUSH_ALL),
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 0
      ipi.send to {1} flush_tlb_func {mm:0 start:0 end:9007199254740991 stride:4096 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 0
      cpu1: load cpu_tlb_gen[1][0] -> 1
      cpu1: load tlb_gen[0] -> 2
      cpu1: tlb.local asid 0 pages 0..all pte+pmd ways:all
      cpu1: store cpu_tlb_gen[1][0] 2
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  // should_flush_tlb
  {
    says: 'a lazy CPU is spared where no tables go',
    given: [...running(0, 1), [is_lazy(1), 1]],
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 1
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
    `,
  },
  {
    says: 'where tables go a lazy CPU is interrupted too, and leaves the mm',
    given: [...running(0, 1), [is_lazy(1), 1], [mmCells.pgd(0), 3]],
    code: tables,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      ipi.send to {1} flush_tlb_func {mm:0 start:4096 end:8192 stride:4096 freed_tables:true new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 1
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 1
      cpu1: store is_lazy[1] 0
      cpu1: store loaded_mm[1] -1
      cpu1: andnot mm_cpumask[0] {1}
      cpu1: mmu.root 0 0
      cpu1: store loaded_mm[1] 0
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
    left: { 'CPU0 cpu_tlb_gen': 2, 'CPU1 loaded_mm': 0, 'mm0.mm_cpumask': 1, 'CPU1 is_lazy': 0, 'mm0.tlb_gen': 2 },
  },
  {
    says: 'a CPU that is switching is interrupted, and does nothing: the switch compares generations',
    given: [...running(0, 1), [loaded_mm(1), LOADED_MM_SWITCHING]],
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> -1
      fence (smp_rmb)
      load is_lazy[1] -> 0
      ipi.send to {1} flush_tlb_func {mm:0 start:4096 end:8192 stride:4096 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> -1
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'a CPU of the mask that has another mm loaded is spared',
    given: [...running(0, 1), [loaded_mm(1), LOADED_OTHER]],
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 2
      fence (smp_rmb)
      load is_lazy[1] -> 0
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
    `,
  },
  {
    says: 'of a mask with a gap only its CPUs are asked',
    given: running(0, 2),
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 2}
      load mm_cpumask[0] -> {0 2}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[2] -> 1
      fence (smp_rmb)
      load is_lazy[2] -> 0
      ipi.send to {2} flush_tlb_func {mm:0 start:4096 end:8192 stride:4096 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu2: irq.enter -> 3
      cpu2: load loaded_mm[2] -> 1
      cpu2: load is_lazy[2] -> 0
      cpu2: load cpu_tlb_gen[2][0] -> 1
      cpu2: load tlb_gen[0] -> 2
      cpu2: tlb.local asid 0 page 1 pte+pmd ways:all
      cpu2: store cpu_tlb_gen[2][0] 2
      cpu2: irq.exit 0
      ipi.wait for {2} (every CPU that was interrupted has flushed)
    `,
  },
  // flush_tlb_func
  {
    says: 'a CPU with nothing loaded that is interrupted does nothing',
    given: [...running(0, 1), [loaded_mm(1), 0]],
    code: tables,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      ipi.send to {1} flush_tlb_func {mm:0 start:4096 end:8192 stride:4096 freed_tables:true new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 0
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'a CPU that has missed a flush drops everything, and has caught up',
    given: [...running(0, 1), [tlb_gen(0), 3], [cpu_tlb_gen(0, 0), 3], [cpu_tlb_gen(1, 0), 2]],
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 4
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 0
      ipi.send to {1} flush_tlb_func {mm:0 start:4096 end:8192 stride:4096 freed_tables:false new_tlb_gen:4 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 3
      load tlb_gen[0] -> 4
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 4
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 0
      cpu1: load cpu_tlb_gen[1][0] -> 2
      cpu1: load tlb_gen[0] -> 4
      cpu1: tlb.local asid 0 pages 0..all pte+pmd ways:all
      cpu1: store cpu_tlb_gen[1][0] 4
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
    left: { 'CPU0 cpu_tlb_gen': 4, 'CPU1 cpu_tlb_gen': 4, 'mm0.tlb_gen': 4 },
  },
  {
    says: 'an interrupt whose flush was done with a later one does nothing',
    given: [...running(0, 1), [cpu_tlb_gen(1, 0), 2]],
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 0
      ipi.send to {1} flush_tlb_func {mm:0 start:4096 end:8192 stride:4096 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 0
      cpu1: load cpu_tlb_gen[1][0] -> 2
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'a flush of the next generation, when the mm is at a later one already, drops everything',
    given: running(0),
    *code(cpu) {
      const flush = onePage(cpu);
      // Another CPU asks for the next flush before this one has begun.
      for (let turn = flush.next(); !turn.done; turn = flush.next(yield turn.value))
        if (turn.value.kind === 'local_irq_save') yield* cpu.add(tlb_gen(0), 1);
    },
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0}
      load loaded_mm[0] -> 1
      add tlb_gen[0] 1
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 3
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      store cpu_tlb_gen[0][0] 3
      local_irq_restore
    `,
  },
  // Variants
  {
    says: 'lazy CPUs are interrupted where they may not be spared',
    kernel: { with: ['x86_lazy_cpus_are_interrupted'] },
    given: [...running(0, 1), [is_lazy(1), 1]],
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 1
      ipi.send to {1} flush_tlb_func {mm:0 start:4096 end:8192 stride:4096 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 1
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 1
      cpu1: store is_lazy[1] 0
      cpu1: store loaded_mm[1] -1
      cpu1: andnot mm_cpumask[0] {1}
      cpu1: mmu.root 0 0
      cpu1: store loaded_mm[1] 0
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'a lazy CPU that stays flushes',
    kernel: { with: ['x86_lazy_cpus_stay'] },
    given: [...running(0, 1), [is_lazy(1), 1]],
    code: tables,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      ipi.send to {1} flush_tlb_func {mm:0 start:4096 end:8192 stride:4096 freed_tables:true new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 1
      cpu1: load cpu_tlb_gen[1][0] -> 1
      cpu1: load tlb_gen[0] -> 2
      cpu1: tlb.local asid 0 page 1 pte+pmd ways:all
      cpu1: store cpu_tlb_gen[1][0] 2
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'lazy CPUs are spared even where tables go',
    kernel: { with: ['x86_lazy_cpus_are_always_spared'] },
    given: [...running(0, 1), [is_lazy(1), 1]],
    code: tables,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 1
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
    `,
  },
  {
    says: 'who compares no generations does what it is asked for',
    kernel: { with: ['x86_flushes_by_request_only'] },
    given: [...running(0, 1), [cpu_tlb_gen(1, 0), 7]],
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 0
      ipi.send to {1} flush_tlb_func {mm:0 start:4096 end:8192 stride:4096 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      tlb.local asid 0 page 1 pte+pmd ways:all
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 0
      cpu1: load cpu_tlb_gen[1][0] -> 7
      cpu1: tlb.local asid 0 page 1 pte+pmd ways:all
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'and everything where that is asked for',
    kernel: { with: ['x86_flushes_by_request_only'] },
    given: running(0),
    code: range(0, TLB_FLUSH_ALL),
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0}
      load loaded_mm[0] -> 1
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      local_irq_restore
    `,
  },

  // The hooks that flush
  {
    says: 'flush_tlb_page is one page, and no tables',
    given: running(0),
    code: (cpu, { vmas: [vma] }) => flush_tlb_page(cpu, vma!, 3 * PAGE),
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0}
      load loaded_mm[0] -> 1
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 3 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
    `,
  },
  {
    says: 'flush_tlb_page interrupts with the bounds of one page',
    given: running(0, 1),
    code: (cpu, { vmas: [vma] }) => flush_tlb_page(cpu, vma!, 3 * PAGE),
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 0
      ipi.send to {1} flush_tlb_func {mm:0 start:12288 end:16384 stride:4096 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 3 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 0
      cpu1: load cpu_tlb_gen[1][0] -> 1
      cpu1: load tlb_gen[0] -> 2
      cpu1: tlb.local asid 0 page 3 pte+pmd ways:all
      cpu1: store cpu_tlb_gen[1][0] 2
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'flush_tlb_range says that tables go',
    given: [...running(0, 1), [is_lazy(1), 1]],
    code: (cpu, { vmas: [vma] }) => flush_tlb_range(cpu, vma!, 2 * PAGE, 3 * PAGE),
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      ipi.send to {1} flush_tlb_func {mm:0 start:8192 end:12288 stride:4096 freed_tables:true new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 2 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 1
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 1
      cpu1: store is_lazy[1] 0
      cpu1: store loaded_mm[1] -1
      cpu1: andnot mm_cpumask[0] {1}
      cpu1: mmu.root 0 0
      cpu1: store loaded_mm[1] 0
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'before January 2025 it said that none do',
    kernel: { with: ['x86_flush_range_spares_lazy_cpus'] },
    given: [...running(0, 1), [is_lazy(1), 1]],
    code: (cpu, { vmas: [vma] }) => flush_tlb_range(cpu, vma!, 2 * PAGE, 3 * PAGE),
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 1
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 2 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
    `,
  },
  {
    says: 'flush_tlb_mm is everything, tables too',
    given: [...running(0, 1)],
    code: (cpu) => flush_tlb_mm(cpu, MM),
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      ipi.send to {1} flush_tlb_func {mm:0 start:0 end:9007199254740991 stride:4096 freed_tables:true new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 0
      cpu1: load cpu_tlb_gen[1][0] -> 1
      cpu1: load tlb_gen[0] -> 2
      cpu1: tlb.local asid 0 pages 0..all pte+pmd ways:all
      cpu1: store cpu_tlb_gen[1][0] 2
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'a gather that cleared base pages flushes by base pages',
    given: running(0, 1),
    code: (cpu) => tlb_flush(cpu, gathered({ cleared_ptes: true, cleared_pmds: true })),
    numbers: { tlb_single_page_flush_ceiling: 9 },
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 0
      ipi.send to {1} flush_tlb_func {mm:0 start:4096 end:12288 stride:4096 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      tlb.local asid 0 page 2 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 0
      cpu1: load cpu_tlb_gen[1][0] -> 1
      cpu1: load tlb_gen[0] -> 2
      cpu1: tlb.local asid 0 page 1 pte+pmd ways:all
      cpu1: tlb.local asid 0 page 2 pte+pmd ways:all
      cpu1: store cpu_tlb_gen[1][0] 2
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'a gather that cleared huge pages only flushes by huge pages',
    given: running(0, 1),
    code: (cpu) => tlb_flush(cpu, gathered({ start: 0, end: 2 * HUGE, cleared_pmds: true, cleared_puds: true })),
    numbers: { tlb_single_page_flush_ceiling: 9 },
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 0
      ipi.send to {1} flush_tlb_func {mm:0 start:0 end:16384 stride:8192 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 0 pte+pmd ways:all
      tlb.local asid 0 page 2 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 0
      cpu1: load cpu_tlb_gen[1][0] -> 1
      cpu1: load tlb_gen[0] -> 2
      cpu1: tlb.local asid 0 page 0 pte+pmd ways:all
      cpu1: tlb.local asid 0 page 2 pte+pmd ways:all
      cpu1: store cpu_tlb_gen[1][0] 2
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'a gather that cleared entries of the level above flushes by what they map',
    given: running(0, 1),
    geometry: { pud: 1 },
    code: (cpu) => tlb_flush(cpu, gathered({ start: 0, end: 2 * HUGE, cleared_puds: true })),
    numbers: { tlb_single_page_flush_ceiling: 9 },
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 0
      ipi.send to {1} flush_tlb_func {mm:0 start:0 end:16384 stride:16384 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 0 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 0
      cpu1: load cpu_tlb_gen[1][0] -> 1
      cpu1: load tlb_gen[0] -> 2
      cpu1: tlb.local asid 0 page 0 pte+pmd ways:all
      cpu1: store cpu_tlb_gen[1][0] 2
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'a gather that freed tables only flushes by base pages, and says that tables go',
    given: [...running(0, 1), [is_lazy(1), 1]],
    code: (cpu) => tlb_flush(cpu, gathered({ freed_tables: true })),
    numbers: { tlb_single_page_flush_ceiling: 9 },
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      ipi.send to {1} flush_tlb_func {mm:0 start:4096 end:12288 stride:4096 freed_tables:true new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      tlb.local asid 0 page 2 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 1
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 1
      cpu1: store is_lazy[1] 0
      cpu1: store loaded_mm[1] -1
      cpu1: andnot mm_cpumask[0] {1}
      cpu1: mmu.root 0 0
      cpu1: store loaded_mm[1] 0
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'a gather of a whole mm flushes everything',
    given: running(0, 1),
    code: (cpu) => tlb_flush(cpu, gathered({ fullmm: true, cleared_ptes: true })),
    numbers: { tlb_single_page_flush_ceiling: 9 },
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 0
      ipi.send to {1} flush_tlb_func {mm:0 start:0 end:9007199254740991 stride:4096 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 0
      cpu1: load cpu_tlb_gen[1][0] -> 1
      cpu1: load tlb_gen[0] -> 2
      cpu1: tlb.local asid 0 pages 0..all pte+pmd ways:all
      cpu1: store cpu_tlb_gen[1][0] 2
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'a gather that must flush all flushes everything',
    given: running(0, 1),
    code: (cpu) => tlb_flush(cpu, gathered({ need_flush_all: true, cleared_ptes: true })),
    numbers: { tlb_single_page_flush_ceiling: 9 },
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 0
      ipi.send to {1} flush_tlb_func {mm:0 start:0 end:9007199254740991 stride:4096 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 0
      cpu1: load cpu_tlb_gen[1][0] -> 1
      cpu1: load tlb_gen[0] -> 2
      cpu1: tlb.local asid 0 pages 0..all pte+pmd ways:all
      cpu1: store cpu_tlb_gen[1][0] 2
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },

  // reload_tlb_mm, as it was posted in 2008: one interrupt, a load of CR3 on each; it counts as a flush
  {
    says: 'a new root is loaded by all that run the mm, and flushes what they remember of it',
    given: [...running(0, 1), [mmCells.pgd(0), 3]],
    code: (cpu) => reload_tlb_mm(cpu, MM),
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      ipi.send to {1} local_reload_tlb_mm {mm:0 new_tlb_gen:2}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      store cpu_tlb_gen[0][0] 2
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      load mm.pgd[0] -> 3
      mmu.root 3 0
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 0
      cpu1: store cpu_tlb_gen[1][0] 2
      cpu1: tlb.local asid 0 pages 0..all pte+pmd ways:all
      cpu1: load mm.pgd[0] -> 3
      cpu1: mmu.root 3 0
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has loaded CR3)
    `,
  },

  // switch_mm_irqs_off
  {
    says: 'from one mm to another that was never here: everything of it is flushed with the load of CR3',
    given: [...running(0), [mmCells.pgd(1), 3], [tlb_gen(1), 4]],
    code: (cpu) => switch_mm(cpu, MM, OTHER),
    does: `
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      store loaded_mm[0] -1
      andnot mm_cpumask[0] {0}
      or mm_cpumask[1] {0}
      load tlb_gen[1] -> 4
      load cpu_tlb_gen[0][1] -> 0
      store cpu_tlb_gen[0][1] 4
      tlb.local asid 1 pages 0..all pte+pmd ways:all
      load mm.pgd[1] -> 3
      mmu.root 3 1
      store loaded_mm[0] 2
      local_irq_restore
    `,
    left: {
      'CPU0 loaded_mm': 2,
      'mm0.mm_cpumask': 0,
      'mm1.mm_cpumask': 1,
      'CPU0 cpu_tlb_gen': 4,
      'CPU0 root': 3,
      'CPU0 asid': 1,
    },
  },
  {
    says: 'to an mm that nobody has flushed since: nothing is',
    given: [
      [loaded_mm(0), LOADED_OTHER],
      [mmCells.cpumask(1), 1],
      [mmCells.pgd(0), 3],
      [tlb_gen(0), 4],
      [cpu_tlb_gen(0, 0), 4],
    ],
    code: (cpu) => switch_mm(cpu, OTHER, MM),
    does: `
      local_irq_save
      load loaded_mm[0] -> 2
      load is_lazy[0] -> 0
      store loaded_mm[0] -1
      andnot mm_cpumask[1] {0}
      or mm_cpumask[0] {0}
      load tlb_gen[0] -> 4
      load cpu_tlb_gen[0][0] -> 4
      load mm.pgd[0] -> 3
      mmu.root 3 0
      store loaded_mm[0] 1
      local_irq_restore
    `,
  },
  {
    says: 'from nothing to an mm: no mask is left',
    given: [[mmCells.pgd(0), 3]],
    code: (cpu) => switch_mm(cpu, undefined, MM),
    does: `
      local_irq_save
      load loaded_mm[0] -> 0
      load is_lazy[0] -> 0
      store loaded_mm[0] -1
      or mm_cpumask[0] {0}
      load tlb_gen[0] -> 1
      load cpu_tlb_gen[0][0] -> 0
      store cpu_tlb_gen[0][0] 1
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      load mm.pgd[0] -> 3
      mmu.root 3 0
      store loaded_mm[0] 1
      local_irq_restore
    `,
  },
  {
    says: 'to nothing: the mask is left, and no root is loaded',
    given: running(0, 1),
    code: (cpu) => switch_mm(cpu, MM, undefined),
    does: `
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      store loaded_mm[0] -1
      andnot mm_cpumask[0] {0}
      mmu.root 0 0
      store loaded_mm[0] 0
      local_irq_restore
    `,
    left: { 'CPU0 loaded_mm': 0, 'mm0.mm_cpumask': 2 },
  },
  {
    says: 'to the same mm, not lazy: nothing',
    given: running(0),
    code: (cpu) => switch_mm(cpu, MM, MM),
    does: `
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      local_irq_restore
    `,
  },
  {
    says: 'to nothing from nothing, lazy or not: nothing',
    given: [[is_lazy(0), 1]],
    code: (cpu) => switch_mm(cpu, undefined, undefined),
    does: `
      local_irq_save
      load loaded_mm[0] -> 0
      load is_lazy[0] -> 1
      store is_lazy[0] 0
      local_irq_restore
    `,
  },
  {
    says: 'back from lazy mode where nobody has flushed: a barrier and a look',
    given: [...running(0), [is_lazy(0), 1]],
    code: (cpu) => switch_mm(cpu, MM, MM),
    does: `
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 1
      store is_lazy[0] 0
      fence (smp_mb)
      load tlb_gen[0] -> 1
      load cpu_tlb_gen[0][0] -> 1
      local_irq_restore
    `,
    left: { 'CPU0 is_lazy': 0 },
  },
  {
    says: 'back from lazy mode where somebody has flushed: everything goes with a load of CR3',
    given: [...running(0), [is_lazy(0), 1], [tlb_gen(0), 2], [mmCells.pgd(0), 3]],
    code: (cpu) => switch_mm(cpu, MM, MM),
    does: `
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 1
      store is_lazy[0] 0
      fence (smp_mb)
      load tlb_gen[0] -> 2
      load cpu_tlb_gen[0][0] -> 1
      store cpu_tlb_gen[0][0] 2
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      load mm.pgd[0] -> 3
      mmu.root 3 0
      local_irq_restore
    `,
    left: { 'CPU0 cpu_tlb_gen': 2, 'CPU0 is_lazy': 0, 'CPU0 root': 3 },
  },
  {
    says: 'from lazy mode to another mm: lazy no more',
    given: [...running(0), [is_lazy(0), 1], [mmCells.pgd(1), 3]],
    code: (cpu) => switch_mm(cpu, MM, OTHER),
    does: `
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 1
      store is_lazy[0] 0
      store loaded_mm[0] -1
      andnot mm_cpumask[0] {0}
      or mm_cpumask[1] {0}
      load tlb_gen[1] -> 1
      load cpu_tlb_gen[0][1] -> 0
      store cpu_tlb_gen[0][1] 1
      tlb.local asid 1 pages 0..all pte+pmd ways:all
      load mm.pgd[1] -> 3
      mmu.root 3 1
      store loaded_mm[0] 2
      local_irq_restore
    `,
  },
  {
    says: 'a kernel thread that borrows an mm makes its CPU lazy',
    given: running(0),
    code: (cpu) => enter_lazy_tlb(cpu, MM),
    does: `
      load loaded_mm[0] -> 1
      store is_lazy[0] 1
    `,
  },
  {
    says: 'with nothing loaded there is nothing to be lazy with',
    code: (cpu) => enter_lazy_tlb(cpu, MM),
    does: `
      load loaded_mm[0] -> 0
    `,
  },

  // Entries
  {
    says: 'ptep_get_and_clear is one exchange',
    given: [[entryRef(ptep), page5]],
    code: (cpu) => ptep_get_and_clear(cpu, MM, 0, ptep),
    does: `
      xchg entry[2][1] none -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: page5,
  },
  {
    says: 'in a dying mm it is a load and a store',
    given: [[entryRef(ptep), page5]],
    code: (cpu) => ptep_get_and_clear_full(cpu, MM, 0, ptep, true),
    does: `
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      store entry[2][1] none
    `,
    gives: page5,
  },
  {
    says: 'in one that lives on it is the exchange',
    given: [[entryRef(ptep), page5]],
    code: (cpu) => ptep_get_and_clear_full(cpu, MM, 0, ptep, false),
    does: `
      xchg entry[2][1] none -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: page5,
  },
  {
    says: 'ptep_set_wrprotect clears one bit, locked',
    given: [[entryRef(ptep), page5]],
    code: (cpu) => ptep_set_wrprotect(cpu, MM, 0, ptep),
    does: `
      andnot entry[2][1] WRITE
    `,
  },
  {
    says: 'ptep_set_access_flags stores after a write fault',
    given: [[entryRef(ptep), clean5]],
    code: (cpu, { vmas: [vma] }) => ptep_set_access_flags(cpu, vma!, 0, ptep, page5, true),
    does: `
      load entry[2][1] -> P5|PRESENT|USER|ACCESSED|LEAF
      store entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: true,
  },
  {
    says: 'after a read fault it says that something changed, and stores nothing',
    given: [[entryRef(ptep), clean5]],
    code: (cpu, { vmas: [vma] }) => ptep_set_access_flags(cpu, vma!, 0, ptep, page5, false),
    does: `
      load entry[2][1] -> P5|PRESENT|USER|ACCESSED|LEAF
    `,
    gives: true,
  },
  {
    says: 'where the entry is that already it does nothing',
    given: [[entryRef(ptep), page5]],
    code: (cpu, { vmas: [vma] }) => ptep_set_access_flags(cpu, vma!, 0, ptep, page5, true),
    does: `
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: false,
  },
  {
    says: 'a spurious fault needs no flush',
    code: (cpu, { vmas: [vma] }) => flush_tlb_fix_spurious_fault(cpu, vma!, 0),
    does: ``,
  },
  {
    says: 'pmdp_huge_get_and_clear is one exchange',
    given: [[entryRef(pmdp), page5]],
    code: (cpu) => pmdp_huge_get_and_clear(cpu, MM, 0, pmdp),
    does: `
      xchg entry[1][0] none -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: page5,
  },
  {
    says: 'pmdp_set_wrprotect clears one bit, locked',
    given: [[entryRef(pmdp), page5]],
    code: (cpu) => pmdp_set_wrprotect(cpu, MM, 0, pmdp),
    does: `
      andnot entry[1][0] WRITE
    `,
  },
  {
    says: 'pmdp_set_access_flags as for base pages',
    given: [[entryRef(pmdp), clean5]],
    code: (cpu, { vmas: [vma] }) => pmdp_set_access_flags(cpu, vma!, 0, pmdp, page5, true),
    does: `
      load entry[1][0] -> P5|PRESENT|USER|ACCESSED|LEAF
      store entry[1][0] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: true,
  },
  {
    says: 'pmdp_establish is one exchange',
    given: [[entryRef(pmdp), page5]],
    code: (cpu, { vmas: [vma] }) => pmdp_establish(cpu, vma!, 0, pmdp, clean5),
    does: `
      xchg entry[1][0] P5|PRESENT|USER|ACCESSED|LEAF -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: page5,
  },
  {
    says: 'pmdp_invalidate_ad exchanges for what is not present, and flushes nothing',
    given: [[entryRef(pmdp), page5], ...running(0, 1)],
    code: (cpu, { vmas: [vma] }) => pmdp_invalidate_ad(cpu, vma!, 0, pmdp),
    does: `
      load entry[1][0] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      xchg entry[1][0] P5|WRITE|USER|ACCESSED|DIRTY|LEAF|INVALID -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: page5,
  },
  {
    says: 'tables go with the pages',
    *code(cpu) {
      const tlb = gathered({});
      yield* tlb_remove_table(cpu, tlb, 2);
      return [tlb.pageTables, tlb.tables];
    },
    does: ``,
    gives: [[2], []],
  },
]);

describeAnswers(x86Paravirt, [
  {
    says: 'tables still go with the pages',
    *code(cpu) {
      const tlb = gathered({});
      yield* tlb_remove_table(cpu, tlb, 2);
      return [tlb.pageTables, tlb.tables];
    },
    does: ``,
    gives: [[2], []],
  },
  {
    says: 'until 4.19 they went by RCU',
    kernel: { with: ['x86_tables_always_go_by_rcu'] },
    *code(cpu) {
      const tlb = gathered({});
      yield* tlb_remove_table(cpu, tlb, 2);
      return [tlb.pageTables, tlb.tables];
    },
    gives: [[], [2]],
  },
]);

const [PREEMPTED, FLUSH_TLB, HOST_FLUSHES] = [1, 2, 4];
const kvm = x86PvFlush.machine;
const [preempted, aside] = kvm.cells.slice(-3).map((region) => region as (at: number) => ReturnType<typeof loaded_mm>);
const host = (cpu: Cpu): Op => kvm.surroundings![0]!.code(cpu);
describeAnswers(x86PvFlush, [
  {
    says: 'a virtual CPU that was put aside gets a note, and no interrupt',
    given: [...running(0, 1, 2), [preempted!(1), PREEMPTED], [aside!(1), 1]],
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1 2}
      load mm_cpumask[0] -> {0 1 2}
      load steal_time.preempted[0] -> 0
      load steal_time.preempted[1] -> 1
      cmpxchg steal_time.preempted[1] 1 3 -> 1
      load steal_time.preempted[2] -> 0
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[2] -> 1
      fence (smp_rmb)
      load is_lazy[2] -> 0
      ipi.send to {2} flush_tlb_func {mm:0 start:4096 end:8192 stride:4096 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu2: irq.enter -> 3
      cpu2: load loaded_mm[2] -> 1
      cpu2: load is_lazy[2] -> 0
      cpu2: load cpu_tlb_gen[2][0] -> 1
      cpu2: load tlb_gen[0] -> 2
      cpu2: tlb.local asid 0 page 1 pte+pmd ways:all
      cpu2: store cpu_tlb_gen[2][0] 2
      cpu2: irq.exit 0
      ipi.wait for {2} (every CPU that was interrupted has flushed)
    `,
    left: { 'CPU0 cpu_tlb_gen': 2, 'CPU2 cpu_tlb_gen': 2, 'CPU1 steal_time.preempted': 3, 'mm0.tlb_gen': 2 },
  },
  {
    says: 'one that runs again before it gets the note is interrupted',
    given: [...running(0, 1), [preempted!(1), PREEMPTED]],
    *code(cpu) {
      const flush = onePage(cpu);
      for (let turn = flush.next(); !turn.done; turn = flush.next(yield turn.value))
        if (turn.value.kind === 'cmpxchg') yield* cpu.store(preempted!(1), 0);
    },
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load steal_time.preempted[0] -> 0
      load steal_time.preempted[1] -> 1
      store steal_time.preempted[1] 0
      cmpxchg steal_time.preempted[1] 1 3 -> 0
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 0
      ipi.send to {1} flush_tlb_func {mm:0 start:4096 end:8192 stride:4096 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 0
      cpu1: load cpu_tlb_gen[1][0] -> 1
      cpu1: load tlb_gen[0] -> 2
      cpu1: tlb.local asid 0 page 1 pte+pmd ways:all
      cpu1: store cpu_tlb_gen[1][0] 2
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'one that has a note already gets another, and what it says besides stays',
    given: [...running(0, 1), [preempted!(1), PREEMPTED | FLUSH_TLB]],
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load steal_time.preempted[0] -> 0
      load steal_time.preempted[1] -> 3
      cmpxchg steal_time.preempted[1] 3 3 -> 3
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
    `,
  },
  {
    says: 'of one that is not put aside the note is read only',
    given: [...running(0, 1), [preempted!(1), HOST_FLUSHES]],
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load steal_time.preempted[0] -> 0
      load steal_time.preempted[1] -> 4
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[1] -> 1
      fence (smp_rmb)
      load is_lazy[1] -> 0
      ipi.send to {1} flush_tlb_func {mm:0 start:4096 end:8192 stride:4096 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu1: irq.enter -> 3
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 0
      cpu1: load cpu_tlb_gen[1][0] -> 1
      cpu1: load tlb_gen[0] -> 2
      cpu1: tlb.local asid 0 page 1 pte+pmd ways:all
      cpu1: store cpu_tlb_gen[1][0] 2
      cpu1: irq.exit 0
      ipi.wait for {1} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'of one that does not run the mm nothing is read',
    given: [...running(0, 2), [preempted!(1), PREEMPTED]],
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 2}
      load mm_cpumask[0] -> {0 2}
      load steal_time.preempted[0] -> 0
      load steal_time.preempted[2] -> 0
      load loaded_mm[0] -> 1
      fence (smp_rmb)
      load is_lazy[0] -> 0
      load loaded_mm[2] -> 1
      fence (smp_rmb)
      load is_lazy[2] -> 0
      ipi.send to {2} flush_tlb_func {mm:0 start:4096 end:8192 stride:4096 freed_tables:false new_tlb_gen:2 initiating_cpu:0}
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      tlb.local asid 0 page 1 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      cpu2: irq.enter -> 3
      cpu2: load loaded_mm[2] -> 1
      cpu2: load is_lazy[2] -> 0
      cpu2: load cpu_tlb_gen[2][0] -> 1
      cpu2: load tlb_gen[0] -> 2
      cpu2: tlb.local asid 0 page 1 pte+pmd ways:all
      cpu2: store cpu_tlb_gen[2][0] 2
      cpu2: irq.exit 0
      ipi.wait for {2} (every CPU that was interrupted has flushed)
    `,
  },
  {
    says: 'tables go by RCU',
    *code(cpu) {
      const tlb = gathered({});
      yield* tlb_remove_table(cpu, tlb, 2);
      return [tlb.pageTables, tlb.tables];
    },
    gives: [[], [2]],
  },
  {
    says: 'the host puts a CPU aside and lets it run on',
    on: 1,
    beside: true,
    code: host,
    does: `
      kvm.vcpu_put steal_time.preempted[1] vcpu put aside[1] vcpu was put aside[0]
      kvm.record_steal_time steal_time.preempted[1] vcpu put aside[1] vcpu was put aside[0] -> 1
      kvm.vcpu_enter steal_time.preempted[1] vcpu put aside[1] vcpu was put aside[0]
    `,
    left: { 'CPU0 vcpu was put aside': 1 },
  },
  {
    says: 'with a note it flushes first',
    on: 1,
    beside: true,
    *code(cpu) {
      const runs = host(cpu);
      for (let turn = runs.next(); !turn.done; turn = runs.next(yield turn.value))
        if (turn.value.kind === 'kvm.record_steal_time') yield* cpu.or(preempted!(1), FLUSH_TLB);
    },
    does: `
      kvm.vcpu_put steal_time.preempted[1] vcpu put aside[1] vcpu was put aside[0]
      or steal_time.preempted[1] 2
      kvm.record_steal_time steal_time.preempted[1] vcpu put aside[1] vcpu was put aside[0] -> 3
      tlb.local asid -1 pages 0..all pte+pmd ways:all
      kvm.vcpu_enter steal_time.preempted[1] vcpu put aside[1] vcpu was put aside[0]
    `,
    left: { 'CPU0 vcpu was put aside': 1 },
  },
  {
    says: 'the host puts a CPU aside: the guest reads that it is preempted',
    on: 1,
    beside: true,
    *code(cpu) {
      yield host(cpu).next().value as never;
    },
    left: { 'CPU1 steal_time.preempted': 1, 'CPU1 vcpu put aside': 1, 'CPU0 vcpu was put aside': 1 },
  },
  {
    says: 'without a note nothing is left of it when the host takes the CPU up again',
    on: 1,
    beside: true,
    given: [[preempted!(1), PREEMPTED]],
    *code(cpu) {
      const runs = host(cpu);
      const put = runs.next();
      if (!put.done) yield runs.next(0).value as never;
    },
    left: { 'CPU1 steal_time.preempted': 0, 'CPU1 vcpu put aside': 1, 'CPU0 vcpu was put aside': 1 },
  },
  {
    says: 'while the host flushes for it the guest reads that it is not preempted',
    on: 1,
    beside: true,
    given: [[preempted!(1), PREEMPTED | FLUSH_TLB]],
    *code(cpu) {
      const runs = host(cpu);
      const put = runs.next();
      if (!put.done) yield runs.next(0).value as never;
    },
    does: `
      kvm.record_steal_time steal_time.preempted[1] vcpu put aside[1] vcpu was put aside[0] -> 3
    `,
    left: { 'CPU1 steal_time.preempted': 4, 'CPU1 vcpu put aside': 1, 'CPU0 vcpu was put aside': 1 },
  },
]);

describeAnswers(x86Invlpgb, [
  {
    says: 'a page is dropped on every CPU, by address, with the ways to it; and that is waited for',
    given: running(0, 1),
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 2
      tlb.broadcast asid 0 pages 1..2 pte+pmd ways:range to {0 1 2}
      tlb.sync (tlbsync)
    `,
  },
  {
    says: 'each page of a range',
    given: running(0),
    numbers: { tlb_single_page_flush_ceiling: 3 },
    code: range(PAGE, 3 * PAGE),
    does: `
      add_return tlb_gen[0] 1 -> 2
      tlb.broadcast asid 0 pages 1..2 pte+pmd ways:range to {0 1 2}
      tlb.broadcast asid 0 pages 2..3 pte+pmd ways:range to {0 1 2}
      tlb.sync (tlbsync)
    `,
  },
  {
    says: 'everything is one instruction',
    code: range(0, TLB_FLUSH_ALL),
    does: `
      add_return tlb_gen[0] 1 -> 2
      tlb.broadcast asid 0 pages 0..all pte+pmd ways:all to {0 1 2}
      tlb.sync (tlbsync)
    `,
  },
  {
    says: 'with the flag for final translations the ways stay',
    kernel: { with: ['invlpgb_final_only'] },
    code: onePage,
    does: `
      add_return tlb_gen[0] 1 -> 2
      tlb.broadcast asid 0 pages 1..2 pte+pmd ways:none to {0 1 2}
      tlb.sync (tlbsync)
    `,
  },
  {
    says: 'with the flag, where tables go, the ways go',
    kernel: { with: ['invlpgb_final_only'] },
    code: tables,
    does: `
      add_return tlb_gen[0] 1 -> 2
      tlb.broadcast asid 0 pages 1..2 pte+pmd ways:range to {0 1 2}
      tlb.sync (tlbsync)
    `,
  },
  {
    says: 'a switch has missed nothing: broadcasts have reached this CPU',
    given: [
      [mmCells.pgd(0), 3],
      [tlb_gen(0), 5],
    ],
    code: (cpu) => switch_mm(cpu, undefined, MM),
    does: `
      local_irq_save
      load loaded_mm[0] -> 0
      load is_lazy[0] -> 0
      store loaded_mm[0] -1
      or mm_cpumask[0] {0}
      load mm.pgd[0] -> 3
      mmu.root 3 0
      store loaded_mm[0] 1
      local_irq_restore
    `,
  },
  {
    says: 'back from lazy mode neither',
    given: [...running(0), [is_lazy(0), 1], [tlb_gen(0), 5]],
    code: (cpu) => switch_mm(cpu, MM, MM),
    does: `
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 1
      store is_lazy[0] 0
      local_irq_restore
    `,
  },
]);

// pte_flags_need_flush: arch/x86/include/asm/tlbflush.h.
const PAGE5 = F.PRESENT | F.USER | F.LEAF;
const of5 = (flags: number): number => mkLeaf(5, PAGE5 | flags);
const changes: readonly (readonly [string, number, number, boolean, boolean])[] = [
  ['an empty entry becomes a page', 0, of5(0), false, false],
  ['an entry that is not present becomes a page', mkLeaf(5, F.PROTNONE), of5(0), false, false],
  ['nothing changes', of5(F.WRITE), of5(F.WRITE), false, false],
  ['another frame', of5(0), mkLeaf(6, PAGE5), true, true],
  ['dirty goes', of5(F.DIRTY), of5(0), true, true],
  ['dirty comes', of5(0), of5(F.DIRTY), false, false],
  ['accessed goes', of5(F.ACCESSED), of5(0), false, true],
  ['accessed comes', of5(0), of5(F.ACCESSED), false, false],
  ['present goes', of5(0), of5(0) - F.PRESENT, true, true],
  ['write goes', of5(F.WRITE), of5(0), true, true],
  ['write comes', of5(0), of5(F.WRITE), true, true],
  ['user goes', of5(0), of5(0) - F.USER, true, true],
  ['user comes', of5(0) - F.USER, of5(0), true, true],
  ['protnone comes', of5(0), of5(F.PROTNONE), true, true],
  ['the size changes', of5(0), of5(0) - F.LEAF, true, true],
  ['soft-dirty goes', of5(F.SOFT_DIRTY), of5(0), false, false],
];
describeAnswers(
  x86,
  changes.flatMap(([says, before, after, pte, pmd]): Answer[] => [
    { says: `${says}: base page`, code: (cpu) => pte_needs_flush(cpu, before, after), does: '', gives: pte },
    { says: `${says}: huge page`, code: (cpu) => huge_pmd_needs_flush(cpu, before, after), does: '', gives: pmd },
  ]),
);

test('what each flush is as an instruction', () => {
  const what = { asid: 0, start: 0, end: PAGE, leaves: [], walkCache: 'none' } as const;
  expect(instructions({ does: 'root' } as never)).toEqual({ mov_cr3: 1 });
  expect(instructions({ does: 'local', what } as never)).toEqual({ invlpg: 1 });
  expect(instructions({ does: 'local', what: { ...what, end: TLB_FLUSH_ALL } } as never)).toEqual({ mov_cr3: 1 });
  expect(instructions({ does: 'broadcast', what } as never)).toEqual({});
});

test('what the machine is: Intel SDM vol. 3A, 4.5, 4.8, 4.10', () => {
  expect(x86.machine).toMatchObject({
    geometry: { pageShift: 12, bits: { pgd: 9, p4d: 0, pud: 9, pmd: 9, pte: 9 } },
    memory: 'tso',
    shootdown: 'ipi',
    walkCache: true,
    hardwareAccessed: 'always',
    hardwareDirty: 'always',
    insufficientRights: { does: 'may fault', faultForgets: true },
    config: {
      MMU_GATHER_RCU_TABLE_FREE: false,
      MMU_GATHER_MERGE_VMAS: true,
      TRANSPARENT_HUGEPAGE: true,
      HAVE_FAST_GUP: true,
      HAVE_ARCH_SOFT_DIRTY: true,
    },
    numbers: { tlb_single_page_flush_ceiling: 33 },
    exploring: { tlb_single_page_flush_ceiling: 1 },
  });
  expect(x86Paravirt.machine.config).toEqual({ ...x86.machine.config, MMU_GATHER_RCU_TABLE_FREE: true });
  expect(x86Invlpgb.machine).toMatchObject({ shootdown: 'broadcast', config: { MMU_GATHER_RCU_TABLE_FREE: true } });
  expect(kvm).toMatchObject({ shootdown: 'hypercall', owesFlush: { bits: FLUSH_TLB | HOST_FLUSHES } });
});

test('what is counted of it, and compared', () => {
  expect(x86.machine.counted).toMatchObject({
    flushes: ['flush_tlb_mm_range'],
    ipis: { flush_tlb_func: 'tlbIpis' },
    compared: [
      'flush_tlb_mm_range',
      'native_flush_tlb_multi',
      'native_flush_tlb_one_user',
      'native_flush_tlb_local',
      'flush_tlb_func@other',
      'should_flush_tlb',
      'insn:invlpg@cpu0',
      'insn:invlpg@other',
      'insn:mov_cr3@cpu0',
      'insn:mov_cr3@other',
    ],
  });
});

test('what each rule switches off', () => {
  expect(Object.fromEntries(x86.rules.map(({ name, off }) => [name, off]))).toEqual({
    skip_lazy: { with: ['x86_lazy_cpus_are_interrupted'] },
    freed_tables: { with: ['x86_lazy_cpus_are_always_spared'] },
    range_flush_says_tables: { with: ['x86_flush_range_spares_lazy_cpus'] },
    leave_lazily_loaded: { with: ['x86_lazy_cpus_stay'] },
    tlb_gen: { with: ['x86_flushes_by_request_only'] },
    single_page_flush_ceiling: { numbers: { tlb_single_page_flush_ceiling: 2 ** 40 } },
    gather_goes_on: { config: { MMU_GATHER_MERGE_VMAS: false } },
  });
});
