import { isTable, isValid, showEntry, tableOf } from '../../../words/entry.ts';
import { blockOf, levelIndex } from '../../../words/geometry.ts';
import { ghosts } from '../../../words/ghosts.ts';
import { cell, level, number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import { reader, type Parts } from '../../parts.ts';

/**
 * The walker reads one entry, and remembers the way to a table.
 * Source: Intel SDM vol. 3A, 4.10.3 (paging-structure caches); Arm ARM, D8 (walk caches); Power ISA, book III, 6.7 (page walk cache).
 */
export const mmu_walk = stepKind(
  'mmu.walk',
  { at: cell, va: number, level },
  (p: Parts) => ({
    apply({ cpu, at, va, level: of }, store) {
      const { get, set } = reader(p);
      const entry = store.get(at);
      if (!isTable(entry) || !isValid(entry)) return entry;
      if (p.spec.walkCache)
        set(
          store,
          hw.walkCache(cpu, get(store, hw.asid(cpu)), levelIndex(of), blockOf(p.geometry, of, va)),
          tableOf(entry),
        );
      set(store, ghosts.hardwareWalking(cpu), tableOf(entry));
      return entry;
    },
    tell: ({ at }, observed, names) => `hardware walk reads ${names.name(at)} -> ${showEntry(observed)}`,
  }),
  'load',
);
