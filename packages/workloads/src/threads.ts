/** Threads that several stories share, in the words of the stories: each only calls the kernel's own operations. */
import {
  async_pf_execute,
  attach_vma,
  clear_refs_write,
  context_switch,
  follow_page,
  fork,
  host_pfn_mapping_level,
  move_pages,
  mremap_to,
  exit_mm,
  get_user_pages_fast_only,
  khugepaged_collapse,
  migrate_page_tables_mm,
  lock_page,
  madvise_dontneed,
  madvise_free,
  munmap,
  oom_reap_task_mm,
  put_page,
  remove_migration_ptes,
  shrink_huge_zero_page_scan,
  split_huge_pages_pid,
  split_huge_pmd_address,
  task_numa_work,
  try_to_migrate,
  unlock_page,
  user_load,
  user_store,
  type Cpu,
  type Op,
  type Story,
} from '@shootdown/core';

/** Pins page `n` for writing by fast GUP alone. */
export const gupFast = (n: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* get_user_pages_fast_only(cpu, s.page(n), 1, 'write');
  };

/** khugepaged rebuilds the n-th huge range of the first area's address space. */
export const khugepaged = (n = 0) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* khugepaged_collapse(cpu, s.mm, n * s.hugePageSize);
  };

/** madvise(MADV_DONTNEED) of pages `from` up to but not including `to`, of the address space that the thread runs in. */
export const dontneed = (from: number, to: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* madvise_dontneed(cpu, cpu.mm ?? s.mm, s.page(from), s.page(to));
  };

/** madvise(MADV_FREE) of pages `from` up to but not including `to`. */
export const madvFree = (from: number, to: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* madvise_free(cpu, s.mm, s.page(from), s.page(to));
  };

/** NUMA balancing makes pages `from` up to but not including `to` inaccessible for a while. */
export const numaScan = (from: number, to: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* task_numa_work(cpu, s.mm, s.page(from), s.page(to));
  };

/** The huge PMD of page `n` of the first area becomes a table. */
export const split = (n: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* split_huge_pmd_address(cpu, s.area(0), s.page(n));
  };

/**
 * The page that is mapped at page `n` is split, as somebody who writes to /sys/kernel/debug/split_huge_pages asks for. Where there are no
 * huge pages, the base page is unmapped and put back as a split would do it.
 */
export const splitPage = (n: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    if (cpu.config('TRANSPARENT_HUGEPAGE')) return yield* split_huge_pages_pid(cpu, s.mm, s.page(n));
    const page = yield* follow_page(cpu, s.area(0), s.page(n));
    if (page === undefined) return;
    yield* lock_page(cpu, page);
    yield* try_to_migrate(cpu, page, { sync: cpu.has('unmap_waits_for_zaps') });
    yield* cpu.note({ kind: 'ghost.unmapped', folio: page });
    yield* remove_migration_ptes(cpu, page, page, 'plain');
    yield* unlock_page(cpu, page);
    return yield* put_page(cpu, page);
  };

/** A walk without locks to page `n`: the architecture's own that keeps a typed pointer, where it has one; else fast GUP. */
export const locklessWalk = (n: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    if (s.hasArchOperation('read_user_stack')) return yield* s.archOperation('read_user_stack')(cpu, s.mm, s.page(n));
    return yield* get_user_pages_fast_only(cpu, s.page(n), 1, 'read');
  };

/** Code of an architecture that looks up a page without locks and keeps a typed pointer to its entry. */
export const TYPED_WALK = 'read_user_stack|host_pfn_mapping_level';

/** A walk to page `n` that ends in such a pointer: the architecture's own where it has one, else as KVM had it on x86. */
export const typedWalk = (n: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    if (s.hasArchOperation('read_user_stack')) return yield* s.archOperation('read_user_stack')(cpu, s.mm, s.page(n));
    return yield* host_pfn_mapping_level(cpu, s.mm, s.page(n));
  };

/** Code that only some architectures have, on page `n`. The story lists it under `needs`. */
export const archCode = (name: string, n: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* s.archOperation(name)(cpu, s.mm, s.page(n));
  };

/** move_pages: the page that is mapped at page `n` goes to another node. */
export const movePage = (n: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* move_pages(cpu, s.mm, s.page(n));
  };

/** mremap of pages `from` up to but not including `to`, to where the n-th area stands. */
export const moveTo = (from: number, to: number, n: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* mremap_to(cpu, s.mm, s.page(from), (to - from) * s.pageSize, s.area(n));
  };

/** mmap of the n-th area, which is not mapped. */
export const mapArea = (n: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* attach_vma(cpu, s.area(n));
  };

/** The process makes the n-th address space. */
export const forkTo = (n: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* fork(cpu, s.mmOf(n));
  };

/** munmap of pages `from` up to but not including `to`. */
export const unmap = (from: number, to: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* munmap(cpu, s.mm, s.page(from), s.page(to));
  };

/** Page tables that map pages `from` up to but not including `to` move to new memory. */
export const relocate = (from: number, to: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* migrate_page_tables_mm(cpu, s.mm, s.page(from), s.page(to));
  };

/** User code stores `token` to page `n`. */
export const store = (n: number, token: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* user_store(cpu, s.page(n), token);
  };

/** A worker brings in page `n` for writing: a fault, on a CPU that does not run the address space. */
export const faultIn = (n: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* async_pf_execute(cpu, s.mm, s.page(n));
  };

/** User code loads from page `n`. */
export const load = (n: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* user_load(cpu, s.page(n));
  };

/** The hardware translates page `n` although nobody asked for it. */
export const runAhead = (n: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* cpu.speculate(s.page(n));
  };

/** The CPU runs a kernel thread; the address space stays loaded. */
export function* toKernelThread(cpu: Cpu): Op<unknown> {
  return yield* context_switch(cpu, undefined);
}

/** The CPU runs a thread of the n-th address space. */
export const toThreadOf = (n: number) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    return yield* context_switch(cpu, s.mmOf(n));
  };

/** The thread exits; what runs after it is another matter. */
export function* exit(cpu: Cpu, s: Story): Op<unknown> {
  return yield* exit_mm(cpu, cpu.mm ?? s.mm);
}

/** echo 4 > /proc/PID/clear_refs: from now on the kernel notes which pages are written to. */
export function* clearRefs(cpu: Cpu, s: Story): Op<unknown> {
  return yield* clear_refs_write(cpu, s.mm);
}

/** The process was killed for want of memory: what it has is taken before its threads have noticed. */
export function* oomReaper(cpu: Cpu, s: Story): Op<unknown> {
  return yield* oom_reap_task_mm(cpu, s.mm);
}

/** Memory is short. */
export function* shrinkHugeZeroPage(cpu: Cpu): Op<unknown> {
  return yield* shrink_huge_zero_page_scan(cpu);
}

/** One thing after another. */
export const first = (...parts: readonly ((cpu: Cpu, s: Story) => Op<unknown>)[]) =>
  function* (cpu: Cpu, s: Story): Op<unknown> {
    for (let i = 0; i < parts.length; i++) yield* parts[i]!(cpu, s);
    return undefined;
  };
