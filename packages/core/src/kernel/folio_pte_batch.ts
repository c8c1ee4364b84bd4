/** How many entries map one huge page in a row: from 6.9 on they are handled together. mm/internal.h. */
import type { Cpu } from '../words/cpu.ts';
import { F, frameOf, pte_advance_pfn, withoutFlags, type Pte } from '../words/entry.ts';
import type { PteSlot } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';
import { compound_head, PageCompound } from './page.ts';
import { pte_after } from './pgtable.ts';

/** What may differ within a batch: __pte_batch_clear_ignored. */
const alike = (pte: Pte): Pte => withoutFlags(pte, F.ACCESSED | F.DIRTY | F.SWDIRTY | F.SOFT_DIRTY | F.WRITE);

/** @returns 1 for a base page, and in releases that have no batches; else at most `max`. The table is locked */
export const folio_pte_batch = operation(
  linux('v6.12', 'mm/internal.h', 'folio_pte_batch'),
  function* (cpu: Cpu, ptep: PteSlot, pte: Pte, max: number): Op<number> {
    if (!cpu.has('ptes_in_batches') || max < 2) return 1;
    const large = yield* PageCompound(cpu, frameOf(pte));
    if (!large) return 1;
    const head = yield* compound_head(cpu, frameOf(pte));
    let nr = 1;
    for (; nr < max; nr++) {
      const expected = pte_advance_pfn(pte, nr);
      const next = yield* cpu.read_entry(pte_after(ptep, nr));
      if (alike(next) !== alike(expected)) break;
      const same = yield* compound_head(cpu, frameOf(expected));
      if (same !== head) break;
    }
    return nr;
  },
);
