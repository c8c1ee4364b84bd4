/** How an address space comes to be: exec gives it a top table, mmap gives it areas. */
import { activate_mm, pgd_alloc } from '../contract/hooks/index.ts';
import type { Cpu } from '../words/cpu.ts';
import { asMm, currentCells, mmCells, mmFrom, pageCells, ZERO_PFN, type Mm, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { do_mas_munmap } from './mmap.ts';
import { operation } from './operation.ts';
import { set_pgoff, store_vma } from './vma.ts';

/** The zero page is in use for good. */
export const paging_init = operation(linux('v6.1', 'arch/x86/mm/init_64.c', 'paging_init'), function* (cpu: Cpu): Op {
  yield* cpu.store(pageCells.life(ZERO_PFN), 1);
  yield* cpu.store(pageCells.head(ZERO_PFN), ZERO_PFN);
  yield* cpu.store(pageCells.refcount(ZERO_PFN), 1);
});

/**
 * Makes a new address space and runs on it.
 * @param users threads that will share it
 */
export const exec_mmap = operation(
  linux('v6.1', 'fs/exec.c', 'exec_mmap'),
  function* (cpu: Cpu, mm: Mm, users: number): Op {
    const pgd = yield* pgd_alloc(cpu, mm); // mm_alloc_pgd
    yield* cpu.store(mmCells.pgd(mm.id), pgd);
    yield* cpu.store(mmCells.mm_users(mm.id), users);
    yield* cpu.store(mmCells.mm_count(mm.id), 1);
    const active = yield* cpu.load(currentCells.active_mm(cpu.id));
    yield* cpu.store(currentCells.active_mm(cpu.id), asMm(mm));
    yield* cpu.store(currentCells.mm(cpu.id), asMm(mm));
    // Left out: the address space so far lives on, as if another task used it.
    yield* activate_mm(cpu, mmFrom(active), mm);
  },
);

/** Puts a declared area into the tree, with the bounds it was declared with; what was there goes first (MAP_FIXED). */
export const attach_vma = operation(linux('v6.1', 'mm/mmap.c', 'mmap_region'), function* (cpu: Cpu, vma: Vma): Op {
  yield* cpu.down_write(mmCells.mmap_lock(vma.mm.id));
  yield* do_mas_munmap(cpu, vma.mm, vma.start, vma.end);
  yield* set_pgoff(cpu, vma, 0);
  yield* store_vma(cpu, vma);
  yield* cpu.up_write(mmCells.mmap_lock(vma.mm.id));
});
