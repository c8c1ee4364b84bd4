/** The memory of a process that was killed is taken while its threads may still run. mm/oom_kill.c. */
import { mmu_notifier_invalidate_range_end, mmu_notifier_invalidate_range_start } from '../contract/hooks/index.ts';
import type { Cpu } from '../words/cpu.ts';
import { spaceOf } from '../words/geometry.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import { mmCells, type Mm, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { tlb_finish_mmu, tlb_gather_mmu, tlb_gather_mmu_fullmm } from './mmu_gather.ts';
import { operation } from './operation.ts';
import { vmas_between } from './vma.ts';
import { unmap_page_range } from './zap.ts';

// Left out: MMF_UNSTABLE, by which what the victim faults in afterwards kills it (here it gets a new page); exit_mmap beside the reaper.

/** The reaper takes all pages of an address space. Simplified: it waits for mmap_lock, where Linux tries again for a second and gives up. */
export const oom_reap_task_mm = operation(
  linux('v6.1', 'mm/oom_kill.c', 'oom_reap_task_mm'),
  function* (cpu: Cpu, mm: Mm): Op {
    yield* cpu.down_read(mmCells.mmap_lock(mm.id));
    yield* __oom_reap_task_mm(cpu, mm);
    yield* cpu.up_read(mmCells.mmap_lock(mm.id));
  },
);

/** Takes the pages, area by area. The caller holds mmap_lock for reading: threads of the victim may run and fault. */
export const __oom_reap_task_mm = operation(
  linux('v6.1', 'mm/oom_kill.c', '__oom_reap_task_mm'),
  function* (cpu: Cpu, mm: Mm): Op {
    const what = { mm, start: 0, end: spaceOf(cpu.geometry), by: 'dontneed' } as const;
    yield* cpu.note({ kind: 'ghost.removal', ...what });
    const vmas = yield* vmas_between(cpu, mm, what.start, what.end);
    if (cpu.has('oom_reaper_gathers_by_area')) yield* reapByArea(cpu, vmas);
    else yield* reapAtOnce(cpu, mm, vmas);
    yield* cpu.note({ kind: 'ghost.removed', ...what });
  },
);

function* reapByArea(cpu: Cpu, vmas: readonly Vma[]): Op {
  for (let i = 0; i < vmas.length; i++) {
    const vma = vmas[i]!;
    const tlb = yield* tlb_gather_mmu(cpu, vma.mm);
    yield* reap(cpu, tlb, vma);
    yield* tlb_finish_mmu(cpu, tlb, vma.start, vma.end);
  }
}

/** Until 4.14: one gather from 0 to the end, which architectures took for that of an address space without users. */
function* reapAtOnce(cpu: Cpu, mm: Mm, vmas: readonly Vma[]): Op {
  const tlb = yield* tlb_gather_mmu_fullmm(cpu, mm);
  for (let i = 0; i < vmas.length; i++) yield* reap(cpu, tlb, vmas[i]!);
  yield* tlb_finish_mmu(cpu, tlb);
}

function* reap(cpu: Cpu, tlb: MmuGather, vma: Vma): Op {
  yield* mmu_notifier_invalidate_range_start(cpu, vma.mm, vma.start, vma.end);
  yield* unmap_page_range(cpu, tlb, vma, vma.start, vma.end);
  yield* mmu_notifier_invalidate_range_end(cpu, vma.mm, vma.start, vma.end);
}
