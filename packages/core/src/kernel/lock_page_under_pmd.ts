/** The page lock of a page that a locked huge entry maps. mm/huge_memory.c. */
import type { Cpu } from '../words/cpu.ts';
import { pmd_pfn, type Pmd } from '../words/entry.ts';
import type { PmdSlot } from '../words/objects.ts';
import type { Op } from '@shootdown/explorer';
import { get_page, lock_page, put_page, trylock_page, unlock_page } from './page.ts';
import { pmd_lock, pmd_same, pmd_unlock } from './pgtable.ts';

/**
 * Locks the page of a huge entry that is locked before and after. Where the page lock has to be waited for, the lock of the entry is dropped
 * meanwhile, because whoever holds the page lock may want it: do_huge_pmd_wp_page and, of 5.8, __split_huge_pmd.
 * @param orig what the entry held when it was locked
 * @returns false when the entry changed meanwhile: the page is not locked then
 */
export function* lock_page_under_pmd(cpu: Cpu, pmdp: PmdSlot, orig: Pmd): Op<boolean> {
  const page = pmd_pfn(orig);
  const locked = yield* trylock_page(cpu, page);
  if (locked) return true;
  yield* get_page(cpu, page);
  yield* pmd_unlock(cpu, pmdp);
  yield* lock_page(cpu, page);
  yield* pmd_lock(cpu, pmdp);
  const now = yield* cpu.read_entry(pmdp);
  const same = pmd_same(cpu, now, orig);
  if (!same) yield* unlock_page(cpu, page);
  yield* put_page(cpu, page); // Linux drops pmd_lock first when the entry changed
  return same;
}
