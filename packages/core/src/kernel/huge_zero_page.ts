/** The huge page of zeroes: who holds it, and when it may be freed. mm/huge_memory.c. */
import type { Cpu } from '../words/cpu.ts';
import { pmd_pfn, pmd_present, type Pfn, type Pmd } from '../words/entry.ts';
import { hugeZeroCells, mmCells, type Mm } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';
import { alloc_hugepage, put_page } from './page.ts';

const HUGE_MEMORY = 'mm/huge_memory.c';
const page = hugeZeroCells.page();
const refcount = hugeZeroCells.refcount();
const lock = hugeZeroCells.lock();

// Since 4.10 an address space takes one reference and keeps it for life. Before, each entry that mapped the page had one.

export const get_huge_zero_page = operation(linux('v6.1', HUGE_MEMORY, 'get_huge_zero_page'), function* (cpu: Cpu): Op {
  const got = yield* cpu.inc_not_zero(refcount);
  if (got) return;
  const fresh = yield* alloc_hugepage(cpu);
  yield* cpu.spin_lock(lock);
  const installed = yield* cpu.load(page);
  if (installed !== 0) {
    yield* cpu.add(refcount, 1);
    yield* cpu.spin_unlock(lock);
    yield* put_page(cpu, fresh);
    return;
  }
  yield* cpu.store(page, fresh);
  yield* cpu.store(refcount, 2); // the caller, and the shrinker
  yield* cpu.spin_unlock(lock);
});

export const put_huge_zero_page = operation(linux('v6.1', HUGE_MEMORY, 'put_huge_zero_page'), function* (cpu: Cpu): Op {
  const last = yield* cpu.dec_and_test(refcount);
  yield* cpu.bug_on(last, 'only the shrinker drops the last reference to the huge zero page');
});

/** The page, with a reference. */
export const mm_get_huge_zero_page = operation(
  linux('v6.1', HUGE_MEMORY, 'mm_get_huge_zero_page'),
  function* (cpu: Cpu, mm: Mm): Op<Pfn> {
    if (!cpu.has('huge_zero_page_per_mm')) {
      yield* get_huge_zero_page(cpu);
      return yield* cpu.load(page);
    }
    const has = yield* cpu.load(mmCells.huge_zero_page(mm.id));
    if (has) return yield* cpu.load(page);
    yield* get_huge_zero_page(cpu);
    const had = yield* cpu.xchg(mmCells.huge_zero_page(mm.id), 1);
    if (had) yield* put_huge_zero_page(cpu);
    return yield* cpu.load(page);
  },
);

/** The address space is gone, and flushed. */
export const mm_put_huge_zero_page = operation(
  linux('v6.1', HUGE_MEMORY, 'mm_put_huge_zero_page'),
  function* (cpu: Cpu, mm: Mm): Op {
    const has = yield* cpu.load(mmCells.huge_zero_page(mm.id));
    if (has) yield* put_huge_zero_page(cpu);
  },
);

/** An entry does not map the page any more, or was not made after all. Older kernels only. */
export function* unuse_huge_zero_page(cpu: Cpu): Op {
  if (!cpu.has('huge_zero_page_per_mm')) yield* put_huge_zero_page(cpu);
}

/** Memory is short: frees the page unless somebody uses it. @returns whether it was freed */
export const shrink_huge_zero_page_scan = operation(
  linux('v6.1', HUGE_MEMORY, 'shrink_huge_zero_page_scan'),
  function* (cpu: Cpu): Op<boolean> {
    yield* cpu.spin_lock(lock);
    const users = yield* cpu.cmpxchg(refcount, 1, 0);
    if (users !== 1) {
      yield* cpu.spin_unlock(lock);
      return false;
    }
    const zero = yield* cpu.load(page);
    yield* cpu.store(page, 0);
    yield* cpu.spin_unlock(lock);
    yield* put_page(cpu, zero); // __free_pages
    return true;
  },
);

export function* is_huge_zero_page(cpu: Cpu, pfn: Pfn): Op<boolean> {
  const zero = yield* cpu.load(page);
  return pfn === zero;
}
export function* is_huge_zero_pmd(cpu: Cpu, pmd: Pmd): Op<boolean> {
  return pmd_present(pmd) && (yield* is_huge_zero_page(cpu, pmd_pfn(pmd)));
}
