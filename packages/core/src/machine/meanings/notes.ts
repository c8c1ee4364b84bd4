/** Notes that kernel code makes for claims: visible steps that change ghost cells only. */
import type { Cell, Ref } from '../../words/cells.ts';
import { F, frameOf, has } from '../../words/entry.ts';
import { ghosts } from '../../words/ghosts.ts';
import { blockOf } from '../../words/geometry.ts';
import { hugeZeroCells, mmCells, tableCells } from '../../words/objects.ts';
import type { Step } from '../../words/step.ts';
import { argAt, reader, touches, type Meanings, type Parts } from '../parts.ts';
import { blocks, frameAt, leafInMemory, widest } from '../translation.ts';

/** Operands of both: address space, first byte, first byte after the range. */
export function noteMeanings(p: Parts): Meanings {
  const { get, set } = reader(p);
  const pages = (step: Step): number[] => {
    const [first, last] = blocks(p, 'pte', argAt(step, 1), argAt(step, 2));
    return Array.from({ length: last - first }, (_, i) => first + i);
  };
  const cells = (refs: readonly Ref[]): Cell[] => refs.map((ref) => p.layout.cell(ref));
  const tables = (): Ref[] =>
    Array.from({ length: p.layout.sizes.table }, (_, t) => t).flatMap((t) => Array.from({ length: widest(p) }, (_, i) => tableCells.entry(t, i)));
  const range = (step: Step): string => `pages ${blockOf(p.geometry, 'pte', argAt(step, 1))}..${blockOf(p.geometry, 'pte', argAt(step, 2) - 1)}`;

  return {
    /** args: 1 + frame, 0 for none. What a secondary MMU translates a page to. */
    'ghost.copy': {
      apply(step, store) {
        const cell = step.cells[0];
        if (cell !== undefined) store.set(cell, argAt(step, 0));
        return 0;
      },
      footprint: (step) => touches([], step.cells),
      tell: (step) => (argAt(step, 0) === 0 ? 'a guest loses its translation' : `a guest gets a translation to P${argAt(step, 0) - 1}`),
    },
    /** Remembers the frame that each page of the range has at this moment. */
    'ghost.removal': {
      apply(step, store) {
        const mm = argAt(step, 0);
        for (const page of pages(step)) {
          const va = page * 2 ** p.geometry.pageShift;
          const leaf = leafInMemory(p, store, get(store, mmCells.pgd(mm)), va);
          // The zero pages come and go by nobody's doing: only pages with contents can be missed.
          const zeroes = leaf && (has(leaf.entry, F.SPECIAL) || frameOf(leaf.entry) === get(store, hugeZeroCells.page()));
          set(store, ghosts.removed(mm, page), leaf && !zeroes ? 1 + frameAt(p, leaf.level, leaf.entry, va) : 0);
        }
        return 0;
      },
      footprint: (step) => touches(cells([mmCells.pgd(argAt(step, 0)), hugeZeroCells.page(), ...tables()]), cells(pages(step).map((page) => ghosts.removed(argAt(step, 0), page)))),
      tell: (step) => `begins to remove ${range(step)}`,
    },
    'ghost.clean': {
      apply(step, store) {
        for (const page of pages(step)) set(store, ghosts.modified(argAt(step, 0), page), 0);
        return 0;
      },
      footprint: (step) => touches([], cells(pages(step).map((page) => ghosts.modified(argAt(step, 0), page)))),
      tell: (step) => `declares ${range(step)} clean`,
    },
  };
}
