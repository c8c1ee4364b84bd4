import { showEntry } from '../../../words/entry.ts';
import { cell, oneOf } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';

/**
 * A read through a pointer that was taken for a leaf, or for a table, when it was read earlier: it may be the other by now.
 * Source: Linux, arch/powerpc/mm/pgtable.c, `__find_linux_pte` (callers dereference its result later).
 */
export const walk_typed = stepKind(
  'walk.typed',
  { at: cell, as: oneOf('leaf', 'table') },
  () => ({
    apply: ({ at }, store) => store.get(at),
    tell: ({ at, as }, observed, names) => `reads ${names.name(at)} as a ${as} -> ${showEntry(observed)}`,
  }),
  'load',
);
