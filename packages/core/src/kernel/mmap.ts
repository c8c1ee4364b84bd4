/** munmap: the areas leave the tree, then their pages go, then the tables that nobody else needs. mm/mmap.c. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { spaceOf } from '../words/geometry.ts';
import { mmCells, type Mm, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { free_pgtables } from './free_pgtables.ts';
import { tlb_finish_mmu, tlb_gather_mmu } from './mmu_gather.ts';
import { operation } from './operation.ts';
import { __split_vma } from './split_vma.ts';
import { detach_vma, vmas_between } from './vma.ts';
import { unmap_vmas } from './zap.ts';

/** munmap: what is mapped in a range goes; areas that reach beyond it are cut. */
export const munmap = operation(
  linux('v6.1', 'mm/mmap.c', '__vm_munmap'),
  function* (cpu: Cpu, mm: Mm, start: Va, end: Va): Op {
    yield* cpu.down_write(mmCells.mmap_lock(mm.id));
    yield* do_mas_munmap(cpu, mm, start, end);
    yield* cpu.up_write(mmCells.mmap_lock(mm.id));
  },
);

/** The same for a caller that holds mmap_lock for writing. */
export function* do_mas_munmap(cpu: Cpu, mm: Mm, start: Va, end: Va): Op {
  const vmas = yield* vmas_between(cpu, mm, start, end);
  if (vmas.length > 0) yield* do_mas_align_munmap(cpu, mm, vmas, start, end);
}

export const do_mas_align_munmap = operation(
  linux('v6.1', 'mm/mmap.c', 'do_mas_align_munmap'),
  function* (cpu: Cpu, mm: Mm, found: readonly Vma[], from: Va, to: Va): Op {
    const vmas = yield* cutToRange(cpu, found, from, to);
    // Out of the tree first: faults find no area from here on, so nothing is mapped again behind our back.
    for (let i = 0; i < vmas.length; i++) yield* detach_vma(cpu, vmas[i]!);
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

/**
 * Cuts the first and the last of the areas where they reach beyond the range. The parts that stay keep the handles, except above:
 * of an area that loses its middle the upper part gets a new one, as in Linux.
 */
function* cutToRange(cpu: Cpu, found: readonly Vma[], start: Va, end: Va): Op<readonly Vma[]> {
  const vmas = found.slice();
  if (vmas[0]!.start < start) {
    const parts = yield* __split_vma(cpu, vmas[0]!, start, 'above');
    vmas[0] = parts.above;
  }
  const last = vmas.length - 1;
  if (end < vmas[last]!.end) {
    const parts = yield* __split_vma(cpu, vmas[last]!, end, 'below');
    vmas[last] = parts.below;
  }
  return vmas;
}

export const unmap_region = operation(
  linux('v6.1', 'mm/mmap.c', 'unmap_region'),
  function* (cpu: Cpu, mm: Mm, vmas: readonly Vma[], floor: Va, ceiling: Va): Op {
    const tlb = yield* tlb_gather_mmu(cpu, mm);
    yield* unmap_vmas(cpu, tlb, vmas, vmas[0]!.start, vmas[vmas.length - 1]!.end);
    yield* free_pgtables(cpu, tlb, vmas, floor, ceiling);
    yield* tlb_finish_mmu(cpu, tlb, vmas[0]!.start, vmas[vmas.length - 1]!.end);
  },
);
