/** madvise that changes what an area is for: MADV_HUGEPAGE and MADV_NOHUGEPAGE. mm/madvise.c. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { mmCells, type Mm, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';
import { change_vma } from './vma_merge.ts';
import { vmas_between } from './vma.ts';

/** May faults in a range bring huge pages from now on? Areas that reach beyond it are cut; what is mapped stays as it is, unless it lies across a cut. */
export const hugepage_madvise = operation(
  linux('v6.1', 'mm/khugepaged.c', 'hugepage_madvise'),
  function* (cpu: Cpu, mm: Mm, start: Va, end: Va, thp: Vma['thp']): Op {
    yield* cpu.down_write(mmCells.mmap_lock(mm.id));
    const vmas = yield* vmas_between(cpu, mm, start, end);
    for (let i = 0; i < vmas.length; i++) {
      const vma = vmas[i]!;
      if (vma.thp !== thp) yield* change_vma(cpu, vma, Math.max(start, vma.start), Math.min(end, vma.end), { thp }); // madvise_update_vma
    }
    yield* cpu.up_write(mmCells.mmap_lock(mm.id));
  },
);
