/**
 * arch/powerpc/mm/book3s64/radix_tlb.c. A flush asks whom it has to reach: nobody, this CPU (tlbiel), or all (tlbie). It
 * interrupts others only to send idle CPUs away from a process with one thread, so that its next flushes are local.
 */
import {
  HPAGE_PMD_SIZE,
  linux,
  operation,
  PAGE_SIZE,
  roundDown,
  TLB_FLUSH_ALL,
  type Cpu,
  type Mm,
  type Op,
  type Va,
} from '@shootdown/core/plugin';
import { flush_type_needed, type FlushType } from './context.ts';
import { begin, end as complete, tlbiePid, tlbieVa, type PageSize, type Ric, type Scope } from './tlbie.ts';

const RADIX_TLB = 'arch/powerpc/mm/book3s64/radix_tlb.c';

export const sizeOfPage = (cpu: Cpu, psize: PageSize): number =>
  psize === 'pte' ? PAGE_SIZE(cpu.geometry) : HPAGE_PMD_SIZE(cpu.geometry);
const isAboveCeiling = (cpu: Cpu, scope: Scope, pages: number): boolean =>
  cpu.exceeds(scope === 'global' ? 'tlb_single_page_flush_ceiling' : 'tlb_local_single_page_flush_ceiling', pages);

/** flush_type_needed, after the barrier between our change of an entry and our look at mm_cpumask. */
function* scopeOf(cpu: Cpu, mm: Mm, fullmm: boolean): Op<FlushType> {
  yield* cpu.fence('smp_mb');
  return yield* flush_type_needed(cpu, mm, fullmm);
}

function* pid(cpu: Cpu, scope: Scope, mm: Mm, ric: Ric): Op {
  yield* begin(cpu);
  yield* tlbiePid(cpu, scope, mm, ric);
  yield* complete(cpu, scope);
}

function* pages(cpu: Cpu, scope: Scope, mm: Mm, start: Va, end: Va, psize: PageSize): Op {
  for (let va = start; va < end; va += sizeOfPage(cpu, psize)) yield* tlbieVa(cpu, scope, mm, va, psize);
}

/** Translations of an address space; what walks remember of upper levels stays. */
export const radix__flush_tlb_mm = operation(
  linux('v6.1', RADIX_TLB, 'radix__flush_tlb_mm'),
  function* (cpu: Cpu, mm: Mm): Op {
    const type = yield* scopeOf(cpu, mm, false);
    if (type !== 'none') yield* pid(cpu, type, mm, 'tlb');
  },
);

/** Everything of an address space. */
export const radix__flush_all_mm = operation(
  linux('v6.1', RADIX_TLB, '__flush_all_mm'),
  function* (cpu: Cpu, mm: Mm, fullmm: boolean): Op {
    const type = yield* scopeOf(cpu, mm, fullmm);
    if (type !== 'none') yield* pid(cpu, type, mm, 'all');
  },
);

/** One page of one size. */
export const radix__flush_tlb_page_psize = operation(
  linux('v6.1', RADIX_TLB, 'radix__flush_tlb_page_psize'),
  function* (cpu: Cpu, mm: Mm, va: Va, psize: PageSize): Op {
    const type = yield* scopeOf(cpu, mm, false);
    if (type === 'none') return;
    yield* begin(cpu);
    yield* tlbieVa(cpu, type, mm, va, psize);
    yield* complete(cpu, type);
  },
);

/** A range of any size: base pages, the huge pages that lie in it, and upper levels if it is as long as a table. */
export const __radix__flush_tlb_range = operation(
  linux('v6.1', RADIX_TLB, '__radix__flush_tlb_range'),
  function* (cpu: Cpu, mm: Mm, start: Va, end: Va): Op {
    const fullmm = end === TLB_FLUSH_ALL;
    const type = yield* scopeOf(cpu, mm, fullmm);
    if (type === 'none') return;
    if (fullmm || isAboveCeiling(cpu, type, (end - start) / PAGE_SIZE(cpu.geometry))) {
      yield* pid(cpu, type, mm, 'all');
      return;
    }
    const huge = HPAGE_PMD_SIZE(cpu.geometry);
    yield* begin(cpu);
    if (end - start >= huge) yield* tlbiePid(cpu, type, mm, 'pwc'); // moving a whole table depends on it
    yield* pages(cpu, type, mm, start, end, 'pte');
    yield* pages(cpu, type, mm, roundDown(start + huge - 1, huge), roundDown(end, huge), 'pmd');
    yield* complete(cpu, type);
  },
);

/** A range of one page size; upper levels if asked for. */
export const __radix__flush_tlb_range_psize = operation(
  linux('v6.1', RADIX_TLB, '__radix__flush_tlb_range_psize'),
  function* (cpu: Cpu, mm: Mm, start: Va, end: Va, psize: PageSize, upper: 'stays' | 'also_pwc'): Op {
    const fullmm = end === TLB_FLUSH_ALL;
    const type = yield* scopeOf(cpu, mm, fullmm);
    if (type === 'none') return;
    if (fullmm || isAboveCeiling(cpu, type, (end - start) / sizeOfPage(cpu, psize))) {
      yield* pid(cpu, type, mm, upper === 'also_pwc' ? 'all' : 'tlb');
      return;
    }
    yield* begin(cpu);
    if (upper === 'also_pwc') yield* tlbiePid(cpu, type, mm, 'pwc');
    yield* pages(cpu, type, mm, start, end, psize);
    yield* complete(cpu, type);
  },
);

/** A table was taken out: upper levels first, then its pages one by one, however many. */
export const radix__flush_tlb_collapsed_pmd = operation(
  linux('v6.1', RADIX_TLB, 'radix__flush_tlb_collapsed_pmd'),
  function* (cpu: Cpu, mm: Mm, addr: Va): Op {
    const type = yield* scopeOf(cpu, mm, false);
    if (type === 'none') return;
    yield* begin(cpu);
    yield* tlbiePid(cpu, type, mm, 'pwc');
    yield* pages(cpu, type, mm, addr, addr + HPAGE_PMD_SIZE(cpu.geometry), 'pte');
    yield* complete(cpu, type);
  },
);
