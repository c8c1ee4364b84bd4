/** The areas of a measured machine. In an exploration they are declared; here system calls make them. */
import { do_mas_munmap } from '../kernel/mmap.ts';
import { set_pgoff, store_vma, vmas_between } from '../kernel/vma.ts';
import { vma_merge } from '../kernel/vma_merge.ts';
import { Mistake, type Op } from '@shootdown/explorer';
import type { Va } from '../words/address.ts';
import { wholeOf } from '../words/areas.ts';
import type { Cpu } from '../words/cpu.ts';
import { mmCells, type Mm, type Vma } from '../words/objects.ts';

/** An area that has no handle yet. */
export type NewArea = Omit<Vma, 'id' | 'pieceOf'>;

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

  /** For `Cpu.spares`: a new handle each time, which reaches no further than is asked for. */
  readonly spares = (vma: Vma, start: Va, end: Va): readonly Vma[] => {
    const { pieceOf: _old, ...area } = vma;
    const whole = this.all[wholeOf(vma)]!;
    const isPiece = whole.start <= start && end <= whole.end;
    return [this.#keep({ ...area, start, end, ...(isPiece && { pieceOf: whole.id }) })];
  };

  /** mmap with MAP_FIXED: what is there goes first, and neighbours that look alike become one area with it. */
  *map(cpu: Cpu, area: NewArea): Op {
    yield* cpu.down_write(mmCells.mmap_lock(area.mm.id));
    yield* do_mas_munmap(cpu, area.mm, area.start, area.end);
    const made = this.make(area);
    yield* set_pgoff(cpu, made, 0);
    yield* store_vma(cpu, made);
    yield* vma_merge(cpu, made, made.start, made.end, {});
    yield* cpu.up_write(mmCells.mmap_lock(area.mm.id));
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
