/** fork: a second address space that shares the pages of the first until one of them writes. kernel/fork.c. */
import { arch_dup_mmap, flush_tlb_mm, pgd_alloc } from '../contract/hooks/index.ts';
import type { Cpu } from '../words/cpu.ts';
import { spaceOf } from '../words/geometry.ts';
import { limit } from '../words/limit.ts';
import { mmCells, type Mm, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { anon_vma_fork } from './anon_vma.ts';
import { copy_page_range } from './copy_page_range.ts';
import { operation } from './operation.ts';
import { context_switch } from './sched.ts';
import { copy_pgoff, store_vma, vmas_between } from './vma.ts';

export const NO_AREA_OF_THE_COPY = limit(
  linux('v6.1', 'kernel/fork.c', 'dup_mmap'),
  'a fork whose copy has no declared area, or too few pieces, for an area of the parent',
);

/** The current process makes `mm`, a copy of its own address space, and lets its first thread run. */
export const fork = operation(linux('v6.1', 'kernel/fork.c', 'kernel_clone'), function* (cpu: Cpu, mm: Mm): Op {
  if (cpu.mm) yield* dup_mm(cpu, cpu.mm, mm);
  yield* cpu.store(mmCells.task_new(mm.id), 0); // wake_up_new_task
});

/** What the first thread of a new process does before anything else: it waits to be woken, then its address space is loaded. */
export const ret_from_fork = operation(
  linux('v6.1', 'kernel/sched/core.c', 'schedule_tail'),
  function* (cpu: Cpu, mm: Mm): Op {
    yield* cpu.wait_clear(mmCells.task_new(mm.id), 1, 'fork has made the address space');
    yield* context_switch(cpu, mm);
  },
);

export const dup_mm = operation(linux('v6.1', 'kernel/fork.c', 'dup_mm'), function* (cpu: Cpu, oldmm: Mm, mm: Mm): Op {
  const pgd = yield* pgd_alloc(cpu, mm); // mm_init
  yield* cpu.store(mmCells.pgd(mm.id), pgd);
  yield* cpu.store(mmCells.mm_users(mm.id), 1);
  yield* cpu.store(mmCells.mm_count(mm.id), 1);
  yield* dup_mmap(cpu, mm, oldmm);
});

export const dup_mmap = operation(
  linux('v6.1', 'kernel/fork.c', 'dup_mmap'),
  function* (cpu: Cpu, mm: Mm, oldmm: Mm): Op {
    // No fault and no second fork of the parent; its threads go on using what they have mapped.
    yield* cpu.down_write(mmCells.mmap_lock(oldmm.id));
    yield* cpu.down_write(mmCells.mmap_lock(mm.id));
    yield* cpu.note({ kind: 'ghost.forking', mm, from: oldmm });
    const vmas = yield* vmas_between(cpu, oldmm, 0, spaceOf(cpu.geometry));
    const taken: number[] = [];
    for (let i = 0; i < vmas.length; i++) {
      const tmp = vm_area_dup(cpu, mm, vmas[i]!, taken);
      if (!tmp) return yield* cpu.give_up(NO_AREA_OF_THE_COPY);
      taken.push(tmp.id);
      yield* copy_pgoff(cpu, tmp, vmas[i]!);
      yield* store_vma(cpu, tmp); // before walks by rmap can find it: nobody looks areas of the copy up yet
      yield* anon_vma_fork(cpu, tmp, vmas[i]!); // a walk by rmap finds the copy, or nothing is copied yet
      yield* copy_page_range(cpu, tmp, vmas[i]!);
    }
    yield* arch_dup_mmap(cpu, oldmm, mm);
    yield* cpu.up_write(mmCells.mmap_lock(mm.id));
    // Until here threads of the parent may write through translations that are writable still: to pages that nobody runs on yet.
    yield* flush_tlb_mm(cpu, oldmm);
    yield* cpu.note({ kind: 'ghost.fork', mm, from: oldmm });
    yield* cpu.up_write(mmCells.mmap_lock(oldmm.id));
  },
);

/**
 * The same area of the copy. Its handle is that of a declared area of the copy that reaches as far; when the area was cut, other
 * pieces get the spare handles of that one. Pure.
 */
function vm_area_dup(cpu: Cpu, mm: Mm, vma: Vma, taken: readonly number[]): Vma | undefined {
  const whole = cpu.vmas.find(
    (other) => other.mm.id === mm.id && other.pieceOf === undefined && other.start <= vma.start && vma.end <= other.end,
  );
  if (!whole) return undefined;
  const handle = taken.includes(whole.id)
    ? cpu.spares(whole, vma.start, vma.end).find((one) => !taken.includes(one.id))
    : whole;
  return (
    handle && {
      ...handle,
      start: vma.start,
      end: vma.end,
      thp: vma.thp,
      ...(vma.prot !== undefined && { prot: vma.prot }),
    }
  );
}
