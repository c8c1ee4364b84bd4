/** The areas of a measured machine. In an exploration they are declared; here system calls make them. */
import { do_mas_munmap } from '../kernel/mmap.ts';
import { attach_vma } from '../kernel/setup.ts';
import { detach_vma, vma_lookup, vmas_between } from '../kernel/vma.ts';
import { Mistake, type Op } from '@shootdown/explorer';
import type { Va } from '../words/address.ts';
import { wholeOf } from '../words/areas.ts';
import type { Cpu } from '../words/cpu.ts';
import { mmCells, type Mm, type Protection, type Vma } from '../words/objects.ts';

/** An area that has no handle yet. */
export type NewArea = Omit<Vma, 'id' | 'pieceOf'>;

const protOf = (area: NewArea): Protection => area.prot ?? 'read-write';
const sameFlags = (a: NewArea, b: NewArea): boolean => a.thp === b.thp && protOf(a) === protOf(b);

/** Makes handles of areas, and keeps all that were ever made: `Cpu.vmas` is this list. */
export class Areas {
  readonly all: Vma[] = [];
  /** Numbers of handles that may be given out again. */
  #free: number[] = [];
  constructor(readonly limit: number) {}

  make({ mm, start, end, thp, prot }: NewArea): Vma {
    return this.#keep({ mm, start, end, thp, ...(prot !== undefined && { prot }) });
  }

  /** Gives the handles of areas that are not mapped out again. Only between system calls: none may be in use. */
  recycle(isMapped: (vma: Vma) => boolean): void {
    this.#free = this.all.filter((vma) => !isMapped(vma)).map(({ id }) => id);
  }

  #keep(area: Omit<Vma, 'id'>): Vma {
    const vma: Vma = { ...area, id: this.#free.pop() ?? this.all.length };
    if (vma.id >= this.limit)
      throw new Mistake('SD_BAD_OPERATION', `it makes more than ${this.limit} areas.`, 'Repeat it fewer times.');
    this.all[vma.id] = vma;
    return vma;
  }

  /** For `Cpu.spares`: a new handle for every piece, which reaches no further than the piece does. */
  readonly spares = (vma: Vma, start: Va, end: Va): readonly Vma[] => [
    this.#keep({ ...vma, start, end, pieceOf: wholeOf(vma) }),
  ];

  /** mmap with MAP_FIXED: what is there goes first, and neighbours that look alike become one area. */
  *map(cpu: Cpu, area: NewArea): Op {
    yield* cpu.down_write(mmCells.mmap_lock(area.mm.id));
    yield* do_mas_munmap(cpu, area.mm, area.start, area.end);
    const merged = yield* this.#mergedWithNeighbours(cpu, area);
    yield* cpu.up_write(mmCells.mmap_lock(area.mm.id));
    yield* attach_vma(cpu, this.make(merged));
  }

  /** vma_merge: neighbours with the same flags leave the tree, and the new area covers them too. */
  *#mergedWithNeighbours(cpu: Cpu, area: NewArea): Op<NewArea> {
    const before = yield* vma_lookup(cpu, area.mm, area.start - 1);
    const after = yield* vma_lookup(cpu, area.mm, area.end);
    let { start, end } = area;
    if (before && sameFlags(before, area)) {
      yield* detach_vma(cpu, before);
      start = before.start;
    }
    if (after && sameFlags(after, area)) {
      yield* detach_vma(cpu, after);
      end = after.end;
    }
    return { ...area, start, end };
  }

  /** For fork: an area of the child for each area of the parent. */
  *copyTo(cpu: Cpu, parent: Mm, child: Mm, end: Va): Op {
    const vmas = yield* vmas_between(cpu, parent, 0, end);
    for (let i = 0; i < vmas.length; i++) {
      const { start, end, thp, prot } = vmas[i]!;
      this.#keep({ mm: child, start, end, thp, ...(prot !== undefined && { prot }) });
    }
  }
}
