import { isTable, isValid, showEntry, tableOf } from '../../../words/entry.ts';
import { levelIndex } from '../../../words/geometry.ts';
import { ghosts } from '../../../words/ghosts.ts';
import { cell, level } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { reader, type Parts } from '../../parts.ts';

/**
 * A walk in software that holds no lock reads an entry (READ_ONCE, as `load`). From then on the CPU is inside of the table it leads to.
 * Source: Linux, mm/gup.c, `gup_pgd_range` ("lockless_pages_from_mm"); include/linux/pgtable.h, `pmdp_get_lockless`.
 */
export const walk_lockless = stepKind(
  'walk.lockless',
  { at: cell, level },
  (p: Parts) => ({
    apply({ cpu, at, level: of }, store) {
      const entry = store.get(at);
      if (p.layout.keeps(ghosts.walking) && isTable(entry) && isValid(entry))
        reader(p).set(store, ghosts.walking(cpu, levelIndex(of)), tableOf(entry));
      return entry;
    },
    tell: ({ at }, observed, names) => `reads ${names.name(at)} without lock -> ${showEntry(observed)}`,
  }),
  'load',
);
