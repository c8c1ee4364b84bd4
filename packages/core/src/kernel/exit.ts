/** The end of a thread, and with the last one that of its address space. kernel/exit.c, kernel/fork.c, mm/mmap.c. */
import { arch_exit_mmap, enter_lazy_tlb } from '../contract/hooks/index.ts';
import type { Cpu } from '../words/cpu.ts';
import { spaceOf } from '../words/geometry.ts';
import { currentCells, mmCells, vmaCells, type Mm } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { free_pgtables } from './free_pgtables.ts';
import { mm_put_huge_zero_page } from './huge_zero_page.ts';
import { tlb_finish_mmu, tlb_gather_mmu_fullmm } from './mmu_gather.ts';
import { operation } from './operation.ts';
import { mmdrop, mmgrab_lazy_tlb } from './sched.ts';
import { vmas_between } from './vma.ts';
import { unmap_vmas } from './zap.ts';

/** do_exit, as far as it concerns memory: the thread gives its address space up. It stays loaded until the next context switch. */
export const exit_mm = operation(linux('v6.1', 'kernel/exit.c', 'exit_mm'), function* (cpu: Cpu, mm: Mm): Op {
  yield* cpu.down_read(mmCells.mmap_lock(mm.id));
  yield* mmgrab_lazy_tlb(cpu, mm); // for what stays loaded: given back by the context switch away from it
  yield* cpu.local_irq_save();
  yield* cpu.store(currentCells.mm(cpu.id), 0);
  yield* enter_lazy_tlb(cpu, mm);
  yield* cpu.local_irq_restore();
  yield* cpu.up_read(mmCells.mmap_lock(mm.id));
  yield* mmput(cpu, mm);
});

/** Gives up one user of an address space; the last one tears it down. */
export const mmput = operation(linux('v6.1', 'kernel/fork.c', 'mmput'), function* (cpu: Cpu, mm: Mm): Op {
  const last = yield* cpu.dec_and_test(mmCells.mm_users(mm.id));
  if (!last) return;
  yield* exit_mmap(cpu, mm);
  yield* mm_put_huge_zero_page(cpu, mm);
  yield* mmdrop(cpu, mm);
});

/** Takes an address space down that no thread runs in. CPUs may still have it loaded, lazily. */
export const exit_mmap = operation(linux('v6.1', 'mm/mmap.c', 'exit_mmap'), function* (cpu: Cpu, mm: Mm): Op {
  const end = spaceOf(cpu.geometry);
  const locks = cpu.has('exit_mmap_takes_lock');
  if (locks) yield* cpu.down_read(mmCells.mmap_lock(mm.id));
  yield* arch_exit_mmap(cpu, mm);
  const vmas = yield* vmas_between(cpu, mm, 0, end);
  if (vmas.length === 0) {
    if (locks) yield* cpu.up_read(mmCells.mmap_lock(mm.id));
    return;
  }
  yield* cpu.note({ kind: 'ghost.removal', mm, start: 0, end, by: 'exit' });
  const tlb = yield* tlb_gather_mmu_fullmm(cpu, mm);
  yield* unmap_vmas(cpu, tlb, vmas, 0, end);
  if (locks) {
    yield* cpu.up_read(mmCells.mmap_lock(mm.id));
    yield* cpu.down_write(mmCells.mmap_lock(mm.id));
  }
  yield* free_pgtables(cpu, tlb, vmas, 0, end);
  yield* tlb_finish_mmu(cpu, tlb, 0, end);
  for (let i = 0; i < vmas.length; i++) yield* cpu.store(vmaCells.attached(vmas[i]!.id), 0); // remove_vma
  yield* cpu.note({ kind: 'ghost.removed', mm, start: 0, end, by: 'exit' });
  if (locks) yield* cpu.up_write(mmCells.mmap_lock(mm.id));
});
