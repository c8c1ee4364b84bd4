/** NUMA balancing: makes pages inaccessible for a while, so that the next access traps and shows where it comes from. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { PAGE_NONE } from '../words/entry.ts';
import { mmCells, type Mm, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { change_protection } from './change_protection.ts';
import { tlb_finish_mmu, tlb_gather_mmu } from './mmu_gather.ts';
import { operation } from './operation.ts';
import { vmas_between } from './vma.ts';

/**
 * What a thread does now and then on its way back to user code: marks a part of its address space.
 * Simplified: it waits for mmap_lock, where Linux (since 4.15) goes away when it is taken; and marks the range it is told.
 */
export const task_numa_work = operation(
  linux('v6.1', 'kernel/sched/fair.c', 'task_numa_work'),
  function* (cpu: Cpu, mm: Mm, start: Va, end: Va): Op {
    // For reading only: faults, MADV_DONTNEED and MADV_FREE go on beside it.
    yield* cpu.down_read(mmCells.mmap_lock(mm.id));
    const vmas = yield* vmas_between(cpu, mm, start, end);
    for (let i = 0; i < vmas.length; i++) {
      const vma = vmas[i]!;
      yield* change_prot_numa(cpu, vma, Math.max(start, vma.start), Math.min(end, vma.end));
    }
    yield* cpu.up_read(mmCells.mmap_lock(mm.id));
  },
);

export const change_prot_numa = operation(
  linux('v6.1', 'mm/mempolicy.c', 'change_prot_numa'),
  function* (cpu: Cpu, vma: Vma, addr: Va, end: Va): Op {
    const tlb = cpu.has('protecting_gathers_flushes') ? yield* tlb_gather_mmu(cpu, vma.mm) : undefined;
    yield* change_protection(cpu, { tlb, vma, newprot: PAGE_NONE, why: 'numa' }, addr, end);
    if (tlb) yield* tlb_finish_mmu(cpu, tlb, addr, end);
  },
);
