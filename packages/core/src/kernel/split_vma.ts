/** Cutting an area in two: what mprotect, munmap, mremap and madvise do when they are asked for a part of one. mm/mmap.c. */
import type { Va } from '../words/address.ts';
import { wholeOf } from '../words/areas.ts';
import type { Cpu } from '../words/cpu.ts';
import { HPAGE_PMD_SIZE, roundDown } from '../words/geometry.ts';
import { limit } from '../words/limit.ts';
import { vmaCells, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { anon_vma_clone, anon_vma_lock_write, anon_vma_of, anon_vma_unlock_write } from './anon_vma.ts';
import { operation } from './operation.ts';
import { split_huge_pmd_address } from './split_huge_pmd.ts';
import { copy_pgoff, store_vma } from './vma.ts';

export const TOO_MANY_PIECES = limit(
  linux('v6.1', 'mm/mmap.c', 'vm_area_dup'),
  'more pieces of one area than there are spare handles for (7 of an explored area)',
);

/** The two parts of an area that was cut. */
export interface SplitVma {
  readonly below: Vma;
  readonly above: Vma;
}

/**
 * Cuts an area at an address inside it. The caller holds mmap_lock for writing.
 * @param fresh which part gets a new handle; the other keeps that of the area, as in Linux
 */
export const __split_vma = operation(
  linux('v6.1', 'mm/mmap.c', '__split_vma'),
  function* (cpu: Cpu, vma: Vma, addr: Va, fresh: 'below' | 'above'): Op<SplitVma> {
    const made = yield* fresh === 'below'
      ? vm_area_dup(cpu, vma, vma.start, addr)
      : vm_area_dup(cpu, vma, addr, vma.end);
    const parts =
      fresh === 'below'
        ? { below: made, above: { ...vma, start: addr } }
        : { below: { ...vma, end: addr }, above: made };
    yield* anon_vma_clone(cpu, made, vma);
    yield* __vma_adjust(cpu, vma, addr, parts);
    return parts;
  },
);

/** A handle for a part of an area. Its flags are those of the area, and so is its anon_vma. */
export const vm_area_dup = operation(
  linux('v6.1', 'kernel/fork.c', 'vm_area_dup'),
  function* (cpu: Cpu, vma: Vma, start: Va, end: Va): Op<Vma> {
    const spares = cpu.spares(vma, start, end);
    for (let i = 0; i < spares.length; i++) {
      const taken = yield* cpu.load(vmaCells.attached(spares[i]!.id));
      if (taken !== 0) continue;
      const made: Vma = { ...vma, id: spares[i]!.id, pieceOf: wholeOf(vma), start, end };
      yield* copy_pgoff(cpu, made, vma);
      const anon_vma = yield* cpu.load(vmaCells.anon_vma(vma.id));
      yield* cpu.store(vmaCells.anon_vma(made.id), anon_vma);
      return made;
    }
    return yield* cpu.give_up(TOO_MANY_PIECES);
  },
);

/** The part of it that cuts: both parts are in the tree afterwards. Left out: files, areas that give a part to a neighbour. */
export const __vma_adjust = operation(
  linux('v6.1', 'mm/mmap.c', '__vma_adjust'),
  function* (cpu: Cpu, vma: Vma, addr: Va, parts: SplitVma): Op {
    yield* split_huge_pmd_if_needed(cpu, vma, addr); // vma_adjust_trans_huge: a huge page that would lie in both
    // Walks by rmap look for the area under this lock: they find it before the cut, or the part that holds the page.
    const anon_vma = yield* anon_vma_of(cpu, vma);
    if (anon_vma !== undefined) yield* anon_vma_lock_write(cpu, anon_vma);
    const [kept, made] = parts.below.id === vma.id ? [parts.below, parts.above] : [parts.above, parts.below];
    yield* store_vma(cpu, made);
    yield* store_vma(cpu, kept);
    if (anon_vma !== undefined) yield* anon_vma_unlock_write(cpu, anon_vma);
  },
);

export const split_huge_pmd_if_needed = operation(
  linux('v6.1', 'mm/huge_memory.c', 'split_huge_pmd_if_needed'),
  function* (cpu: Cpu, vma: Vma, address: Va): Op {
    const haddr = roundDown(address, HPAGE_PMD_SIZE(cpu.geometry));
    if (haddr === address || haddr < vma.start || haddr + HPAGE_PMD_SIZE(cpu.geometry) > vma.end) return;
    yield* split_huge_pmd_address(cpu, vma, address);
  },
);
