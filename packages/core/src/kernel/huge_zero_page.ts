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
const huge_zero_pfn = hugeZeroCells.pfn();

// Since 4.10 an address space takes one reference and keeps it for life. Before, each entry that mapped the page had one.

export const get_huge_zero_page = operation(linux('v6.1', HUGE_MEMORY, 'get_huge_zero_page'), function* (cpu: Cpu): Op {
  const got = yield* cpu.inc_not_zero(refcount);
  if (got) return;
  const fresh = yield* alloc_hugepage(cpu);
  if (!cpu.has('huge_zero_page_lock')) {
    yield* installWithoutLock(cpu, fresh);
    return;
  }
  yield* cpu.spin_lock(lock);
  const installed = yield* cpu.load(page);
  if (installed !== 0) {
    yield* cpu.add(refcount, 1);
    yield* cpu.spin_unlock(lock);
    yield* put_page(cpu, fresh);
    return;
  }
  yield* cpu.store(page, fresh);
  yield* set_huge_zero_pfn(cpu, fresh);
  yield* cpu.store(refcount, 2); // the caller, and the shrinker
  yield* cpu.spin_unlock(lock);
});

/**
 * Before there was a lock: who finds a page there begins again. It spins while the shrinker has taken the last reference and not yet the page.
 * Simplified: its own page is kept for the next try, where Linux gives it back and allocates another.
 */
function* installWithoutLock(cpu: Cpu, fresh: Pfn): Op {
  for (;;) {
    const installed = yield* cpu.cmpxchg(page, 0, fresh);
    if (installed === 0) {
      yield* set_huge_zero_pfn(cpu, fresh);
      yield* cpu.store(refcount, 2);
      return;
    }
    const got = yield* cpu.inc_not_zero(refcount);
    if (got) {
      yield* put_page(cpu, fresh);
      return;
    }
  }
}

function* set_huge_zero_pfn(cpu: Cpu, pfn: Pfn): Op {
  if (cpu.has('huge_zero_page_has_pfn')) yield* cpu.store(huge_zero_pfn, pfn);
}

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
    if (!cpu.has('huge_zero_page_lock')) return yield* shrinkWithoutLock(cpu);
    yield* cpu.spin_lock(lock);
    const users = yield* cpu.cmpxchg(refcount, 1, 0);
    if (users !== 1) {
      yield* cpu.spin_unlock(lock);
      return false;
    }
    const zero = yield* cpu.load(page);
    yield* cpu.store(page, 0);
    yield* set_huge_zero_pfn(cpu, 0);
    yield* cpu.spin_unlock(lock);
    yield* put_page(cpu, zero); // __free_pages
    return true;
  },
);

/** A fault may install another page between the two writes, whose frame number is lost then. */
function* shrinkWithoutLock(cpu: Cpu): Op<boolean> {
  const users = yield* cpu.cmpxchg(refcount, 1, 0);
  if (users !== 1) return false;
  const zero = yield* cpu.xchg(page, 0);
  yield* set_huge_zero_pfn(cpu, 0);
  yield* put_page(cpu, zero); // __free_pages
  return true;
}

export function* is_huge_zero_page(cpu: Cpu, pfn: Pfn): Op<boolean> {
  const zero = yield* cpu.load(page);
  return pfn === zero;
}
export function* is_huge_zero_pmd(cpu: Cpu, pmd: Pmd): Op<boolean> {
  if (!pmd_present(pmd)) return false;
  const zero = yield* cpu.load(cpu.has('huge_zero_page_has_pfn') ? huge_zero_pfn : page);
  return pmd_pfn(pmd) === zero;
}
