/** GUP-fast at the leaves: take the reference, then look whether the entries are still what the walk read. mm/gup.c. */
import { ptep_get_lockless } from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  pmd_access_permitted,
  pmd_pfn,
  pte_access_permitted,
  pte_pfn,
  pte_protnone,
  pte_special,
  type Pfn,
  type Pmd,
} from '../words/entry.ts';
import { PAGE_SIZE } from '../words/geometry.ts';
import type { PmdSlot, PteSlot } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Access } from '../words/spec.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';
import { gup_put_folio, subpage, try_grab_folio } from './page.ts';
import { pte_offset } from './pgtable.ts';

export const gup_huge_pmd = operation(
  linux('v6.1', 'mm/gup.c', 'gup_huge_pmd'),
  function* (cpu: Cpu, orig: Pmd, pmdp: PmdSlot, addr: Va, end: Va, access: Access['kind'], pages: Pfn[]): Op<boolean> {
    // False also for an entry that is being changed (present to software, invalid to the hardware).
    if (!pmd_access_permitted(orig, access === 'write')) return false;
    const pfn = subpage(cpu.geometry, pmd_pfn(orig), addr);
    const refs = (end - addr) / PAGE_SIZE(cpu.geometry);
    const folio = yield* try_grab_folio(cpu, pfn, refs);
    if (folio === 0) return false;
    const now = yield* cpu.read_entry(pmdp);
    if (now !== orig) {
      yield* gup_put_folio(cpu, folio, refs);
      return false;
    }
    for (let i = 0; i < refs; i++) pages.push(pfn + i);
    return true;
  },
);

export const gup_pte_range = operation(
  linux('v6.1', 'mm/gup.c', 'gup_pte_range'),
  function* (cpu: Cpu, pmd: Pmd, pmdp: PmdSlot, start: Va, end: Va, access: Access['kind'], pages: Pfn[]): Op<boolean> {
    let addr = start;
    while (addr !== end) {
      const pfn = yield* gup_pte(cpu, pmd, pmdp, pte_offset(cpu.geometry, pmd, addr), access);
      if (pfn === 0) return false;
      pages.push(pfn);
      addr += PAGE_SIZE(cpu.geometry);
    }
    return true;
  },
);

/** The loop body of gup_pte_range. @returns the frame, or 0 when the walk has to stop */
function* gup_pte(cpu: Cpu, pmd: Pmd, pmdp: PmdSlot, ptep: PteSlot, access: Access['kind']): Op<Pfn> {
  const pte = yield* ptep_get_lockless(cpu, ptep);
  if (pte_protnone(pte) || !pte_access_permitted(pte, access === 'write') || pte_special(pte)) return 0;
  const folio = yield* try_grab_folio(cpu, pte_pfn(pte), 1);
  if (folio === 0) return 0;
  // A table that khugepaged detached keeps entries that look valid: that the PTE is unchanged says nothing then.
  let changed = false;
  if (cpu.has('gup_fast_rechecks_pmd')) {
    const pmdNow = yield* cpu.read_entry(pmdp);
    changed = pmdNow !== pmd;
  }
  if (!changed) {
    const pteNow = yield* cpu.read_entry(ptep);
    changed = pteNow !== pte;
  }
  if (changed) {
    yield* gup_put_folio(cpu, folio, 1);
    return 0;
  }
  return pte_pfn(pte);
}
