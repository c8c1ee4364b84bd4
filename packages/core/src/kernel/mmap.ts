/** munmap: the areas leave the tree, then their pages go, then the tables that nobody else needs. mm/mmap.c. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { spaceOf } from '../words/geometry.ts';
import { mmCells, vmaCells, type Mm, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '../words/step.ts';
import { free_pgtables } from './free_pgtables.ts';
import { tlb_finish_mmu, tlb_gather_mmu } from './mmu_gather.ts';
import { operation } from './operation.ts';
import { vmas_between } from './vma.ts';
import { unmap_vmas } from './zap.ts';

/** Unmaps the areas of a range. Simplified: they go as a whole; cutting one is not modelled. */
export const munmap = operation(linux('v6.1', 'mm/mmap.c', '__vm_munmap'), function* (cpu: Cpu, mm: Mm, start: Va, end: Va): Op {
  yield* cpu.down_write(mmCells.mmap_lock(mm.id));
  const vmas = yield* vmas_between(cpu, mm, start, end);
  if (vmas.some((vma) => vma.start < start || end < vma.end)) yield* cpu.give_up('munmap of a part of an area is not modelled');
  if (vmas.length > 0) yield* do_mas_align_munmap(cpu, mm, vmas);
  yield* cpu.up_write(mmCells.mmap_lock(mm.id));
});

export const do_mas_align_munmap = operation(
  linux('v6.1', 'mm/mmap.c', 'do_mas_align_munmap'),
  function* (cpu: Cpu, mm: Mm, vmas: readonly Vma[]): Op {
    // Out of the tree first: faults find no area from here on, so nothing is mapped again behind our back.
    for (let i = 0; i < vmas.length; i++) yield* cpu.store(vmaCells.attached(vmas[i]!.id), 0);
    // Left out: downgrading mmap_lock to reading here.
    const start = vmas[0]!.start;
    const end = vmas[vmas.length - 1]!.end;
    yield* cpu.note({ kind: 'ghost.removal', mm, start, end, by: 'munmap' });
    const before = yield* vmas_between(cpu, mm, 0, start);
    const after = yield* vmas_between(cpu, mm, end, spaceOf(cpu.geometry));
    const floor = before.length > 0 ? before[before.length - 1]!.end : 0;
    const ceiling = after.length > 0 ? after[0]!.start : spaceOf(cpu.geometry);
    yield* unmap_region(cpu, mm, vmas, floor, ceiling);
    yield* cpu.note({ kind: 'ghost.removed', mm, start, end, by: 'munmap' });
  },
);

export const unmap_region = operation(
  linux('v6.1', 'mm/mmap.c', 'unmap_region'),
  function* (cpu: Cpu, mm: Mm, vmas: readonly Vma[], floor: Va, ceiling: Va): Op {
    const tlb = yield* tlb_gather_mmu(cpu, mm);
    yield* unmap_vmas(cpu, tlb, vmas, vmas[0]!.start, vmas[vmas.length - 1]!.end);
    yield* free_pgtables(cpu, tlb, vmas, floor, ceiling);
    yield* tlb_finish_mmu(cpu, tlb);
  },
);
