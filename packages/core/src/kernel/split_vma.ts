/** Cutting an area in two: what mprotect, munmap and mremap do when they are asked for a part of one. mm/mmap.c. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { HPAGE_PMD_SIZE, roundDown } from '../words/geometry.ts';
import { vmaCells, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '../words/step.ts';
import { __split_huge_pmd } from './split_huge_pmd.ts';
import { operation } from './operation.ts';
import { mm_find_pmd } from './pgtable.ts';

/** Cuts an area: `below` and `above` take its place. The caller holds mmap_lock for writing. */
export const __split_vma = operation(linux('v6.1', 'mm/mmap.c', '__split_vma'), function* (cpu: Cpu, vma: Vma, below: Vma, above: Vma): Op {
  // A huge page that would lie in both has to be mapped by a table first.
  yield* split_huge_pmd_if_needed(cpu, vma, above.start);
  yield* cpu.store(vmaCells.attached(vma.id), 0);
  yield* cpu.store(vmaCells.attached(below.id), 1);
  yield* cpu.store(vmaCells.attached(above.id), 1);
});

export const split_huge_pmd_if_needed = operation(
  linux('v6.1', 'mm/huge_memory.c', 'split_huge_pmd_if_needed'),
  function* (cpu: Cpu, vma: Vma, address: Va): Op {
    const haddr = roundDown(address, HPAGE_PMD_SIZE(cpu.geometry));
    if (haddr === address || haddr < vma.start || haddr + HPAGE_PMD_SIZE(cpu.geometry) > vma.end) return;
    const pmdp = yield* mm_find_pmd(cpu, vma.mm, address); // split_huge_pmd_address
    if (pmdp) yield* __split_huge_pmd(cpu, vma, pmdp, address);
  },
);
