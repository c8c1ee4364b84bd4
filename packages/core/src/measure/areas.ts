/** The areas of a measured machine. In an exploration they are declared; here system calls make them, and cut them. */
import { attach_vma } from '../kernel/setup.ts';
import { __split_vma } from '../kernel/split_vma.ts';
import { vma_lookup, vmas_between } from '../kernel/vma.ts';
import { do_mas_align_munmap } from '../kernel/mmap.ts';
import { Mistake } from '../mistakes.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { mmCells, vmaCells, type Mm, type Protection, type Vma } from '../words/objects.ts';
import type { Op } from '../words/step.ts';

const protOf = (area: Omit<Vma, 'id'>): Protection => area.prot ?? 'read-write';
const sameFlags = (a: Omit<Vma, 'id'>, b: Omit<Vma, 'id'>): boolean => a.thp === b.thp && protOf(a) === protOf(b);

/** Makes handles of areas, and keeps all that were ever made: `Cpu.vmas` is this list. */
export class Areas {
  readonly all: Vma[] = [];
  constructor(readonly limit: number) {}

  make(area: Omit<Vma, 'id'>): Vma {
    if (this.all.length >= this.limit) throw new Mistake('SD_BAD_OPERATION', `it makes more than ${this.limit} areas.`, 'Repeat it fewer times.');
    const vma: Vma = { ...area, id: this.all.length };
    this.all.push(vma);
    return vma;
  }

  /** Cuts the areas that lie across an address. The caller holds mmap_lock for writing. */
  *cutAt(cpu: Cpu, mm: Mm, addr: Va): Op {
    const vma = yield* vma_lookup(cpu, mm, addr);
    if (!vma || vma.start === addr) return;
    const below = this.make({ ...vma, end: addr });
    const above = this.make({ ...vma, start: addr });
    yield* __split_vma(cpu, vma, below, above);
  }

  /** Makes the borders of a range borders of areas, as a system call does that is asked for a part of one. */
  *cut(cpu: Cpu, mm: Mm, start: Va, end: Va): Op {
    yield* cpu.down_write(mmCells.mmap_lock(mm.id));
    yield* this.cutAt(cpu, mm, start);
    yield* this.cutAt(cpu, mm, end);
    yield* cpu.up_write(mmCells.mmap_lock(mm.id));
  }

  /** mmap with MAP_FIXED: what is there goes first, and neighbours that look alike become one area. */
  *map(cpu: Cpu, area: Omit<Vma, 'id'>): Op {
    yield* this.cut(cpu, area.mm, area.start, area.end);
    yield* cpu.down_write(mmCells.mmap_lock(area.mm.id));
    const there = yield* vmas_between(cpu, area.mm, area.start, area.end);
    if (there.length > 0) yield* do_mas_align_munmap(cpu, area.mm, there);
    const merged = yield* this.#mergedWithNeighbours(cpu, area);
    yield* cpu.up_write(mmCells.mmap_lock(area.mm.id));
    yield* attach_vma(cpu, this.make(merged));
  }

  /** vma_merge: neighbours with the same flags leave the tree, and the new area covers them too. */
  *#mergedWithNeighbours(cpu: Cpu, area: Omit<Vma, 'id'>): Op<Omit<Vma, 'id'>> {
    const before = yield* vma_lookup(cpu, area.mm, area.start - 1);
    const after = yield* vma_lookup(cpu, area.mm, area.end);
    let { start, end } = area;
    if (before && sameFlags(before, area)) {
      yield* cpu.store(vmaCells.attached(before.id), 0);
      start = before.start;
    }
    if (after && sameFlags(after, area)) {
      yield* cpu.store(vmaCells.attached(after.id), 0);
      end = after.end;
    }
    return { ...area, start, end };
  }

  /** madvise HUGEPAGE and NOHUGEPAGE: other flags for the areas of a range. */
  *setThp(cpu: Cpu, mm: Mm, start: Va, end: Va, thp: Vma['thp']): Op {
    yield* this.cut(cpu, mm, start, end);
    yield* cpu.down_write(mmCells.mmap_lock(mm.id));
    const vmas = yield* vmas_between(cpu, mm, start, end);
    for (let i = 0; i < vmas.length; i++) {
      yield* cpu.store(vmaCells.attached(vmas[i]!.id), 0);
      yield* cpu.store(vmaCells.attached(this.make({ ...vmas[i]!, thp }).id), 1);
    }
    yield* cpu.up_write(mmCells.mmap_lock(mm.id));
  }

  /** For fork: an area of the child for each area of the parent. */
  *copyTo(cpu: Cpu, parent: Mm, child: Mm, end: Va): Op {
    const vmas = yield* vmas_between(cpu, parent, 0, end);
    for (let i = 0; i < vmas.length; i++) this.make({ ...vmas[i]!, mm: child });
  }
}
