/** Looking a page up under mmap_lock, without a fault. mm/gup.c. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  isTable,
  pmd_pfn,
  pmd_protnone,
  pmd_trans_huge,
  pte_pfn,
  pte_present,
  pte_protnone,
  type Pfn,
} from '../words/entry.ts';
import type { Mm, PmdSlot, Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { is_huge_zero_pmd } from './huge_zero_page.ts';
import { operation } from './operation.ts';
import { get_page, is_zero_pfn, subpage } from './page.ts';
import { mm_find_pmd, pmd_lock, pmd_unlock, pte_offset_map_lock, pte_unlock } from './pgtable.ts';

/**
 * The frame that is mapped at an address, with a reference (FOLL_GET); undefined where there is none, or the zero page (FOLL_DUMP), or
 * where the page is on its way. The caller holds mmap_lock.
 */
export const follow_page = operation(
  linux('v6.1', 'mm/gup.c', 'follow_page'),
  function* (cpu: Cpu, vma: Vma, address: Va): Op<Pfn | undefined> {
    const pmdp = yield* mm_find_pmd(cpu, vma.mm, address);
    return pmdp ? yield* follow_pmd_mask(cpu, vma.mm, pmdp, address) : undefined;
  },
);

/** Until 6.6 a page that may not be accessed was not found: the caller was to fault it in first. Pure. */
const gup_can_follow_protnone = (cpu: Cpu): boolean => !cpu.has('follow_page_refuses_protnone');

export const follow_pmd_mask = operation(
  linux('v6.1', 'mm/gup.c', 'follow_pmd_mask'),
  function* (cpu: Cpu, mm: Mm, pmdp: PmdSlot, address: Va): Op<Pfn | undefined> {
    const seen = yield* cpu.read_entry(pmdp);
    if (isTable(seen)) return yield* follow_page_pte_plainly(cpu, mm, pmdp, address);
    if (!pmd_trans_huge(seen)) return undefined;
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    let frame: Pfn | undefined;
    if (pmd_trans_huge(pmd) && (!pmd_protnone(pmd) || gup_can_follow_protnone(cpu))) {
      const zero = yield* is_huge_zero_pmd(cpu, pmd);
      if (!zero) frame = subpage(cpu.geometry, pmd_pfn(pmd), address); // follow_trans_huge_pmd
      if (frame !== undefined) yield* get_page(cpu, frame);
    }
    yield* pmd_unlock(cpu, pmdp);
    return isTable(pmd) ? yield* follow_page_pte_plainly(cpu, mm, pmdp, address) : frame;
  },
);

export const follow_page_pte_plainly = operation(
  linux('v6.1', 'mm/gup.c', 'follow_page_pte'),
  function* (cpu: Cpu, mm: Mm, pmdp: PmdSlot, address: Va): Op<Pfn | undefined> {
    const ptep = yield* pte_offset_map_lock(cpu, mm, pmdp, address);
    const pte = yield* cpu.read_entry(ptep);
    const found =
      pte_present(pte) && !is_zero_pfn(pte_pfn(pte)) && (!pte_protnone(pte) || gup_can_follow_protnone(cpu));
    if (found) yield* get_page(cpu, pte_pfn(pte));
    yield* pte_unlock(cpu, ptep);
    return found ? pte_pfn(pte) : undefined;
  },
);
