/** Another protection for a huge PMD, in the three forms it had. mm/huge_memory.c. */
import {
  huge_pmd_needs_flush,
  pmdp_huge_get_and_clear,
  pmdp_invalidate,
  pmdp_invalidate_ad,
  set_pmd_at,
} from '../contract/hooks/index.ts';
import { tlb_flush_pmd_range } from '../contract/gather.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  F,
  is_swap_pmd,
  pmd_mkwrite,
  pmd_modify,
  pmd_pfn,
  pmd_protnone,
  pmd_trans_huge,
  pmd_write,
  withFlags,
  type Pgprot,
  type Pmd,
} from '../words/entry.ts';
import { HPAGE_PMD_SIZE } from '../words/geometry.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import type { PmdSlot, Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { is_huge_zero_pmd } from './huge_zero_page.ts';
import { tlb_change_page_size } from './mmu_gather.ts';
import { make_readable_exclusive_migration_entry } from './migration_entry.ts';
import { operation } from './operation.ts';
import { PageAnonExclusive, vm_write } from './page.ts';
import { pmd_lock, pmd_unlock } from './pgtable.ts';

/** What a change of protection is told. */
export interface ProtectionChange {
  readonly vma: Vma;
  readonly newprot: Pgprot;
  /** Who asks: mprotect holds mmap_lock for writing, NUMA balancing for reading. */
  readonly why: 'mprotect' | 'numa';
  /** Gathers the flush; undefined before 5.19, when change_protection flushed the range. */
  readonly tlb: MmuGather | undefined;
}

/** How the old entry is taken out, so that hardware changes it no more. Gives back what it held in the end. */
type TakeOut = (cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot) => Op<Pmd>;

/** Until 4.12. Who looks without the lock sees none for a moment, and takes the range for empty. */
function* takenOut(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot): Op<Pmd> {
  return yield* pmdp_huge_get_and_clear(cpu, vma.mm, addr, pmdp);
}

/** From 4.12: present and huge to software all the time. */
function* invalidated(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot): Op<Pmd> {
  if (cpu.has('pmdp_invalidate_exchanges')) return yield* pmdp_invalidate(cpu, vma, addr, pmdp);
  const before = yield* cpu.read_entry(pmdp);
  yield* pmdp_invalidate(cpu, vma, addr, pmdp);
  // Hardware may have set flags since it was read; hopes that the hook has kept them.
  const now = yield* cpu.read_entry(pmdp);
  return withFlags(before, now & (F.ACCESSED | F.DIRTY | F.SWDIRTY));
}

/** From 5.19: the flush is left to the gather. What CPUs have cached may be used until then; it sets no flags. */
function* invalidatedInMemory(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot): Op<Pmd> {
  return yield* pmdp_invalidate_ad(cpu, vma, addr, pmdp);
}

/** Newest first. */
const FORMS: readonly { readonly since?: string; readonly takeOut: TakeOut }[] = [
  { since: 'protecting_gathers_flushes', takeOut: invalidatedInMemory },
  { since: 'protecting_keeps_pmd_huge', takeOut: invalidated },
  { takeOut: takenOut },
];
const formOf = (cpu: Cpu): TakeOut => FORMS.find(({ since }) => since === undefined || cpu.has(since))!.takeOut;

/**
 * Changes one huge PMD. Left out: tiers of memory, userfaultfd.
 * @returns `not huge` when there is no huge PMD (any more)
 */
export const change_huge_pmd = operation(
  linux('v6.1', 'mm/huge_memory.c', 'change_huge_pmd'),
  function* (
    cpu: Cpu,
    { vma, newprot, why, tlb }: ProtectionChange,
    pmdp: PmdSlot,
    addr: Va,
  ): Op<'changed' | 'left' | 'not huge'> {
    const size = HPAGE_PMD_SIZE(cpu.geometry);
    if (tlb) yield* tlb_change_page_size(cpu, tlb, size);
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    if (is_swap_pmd(pmd)) {
      const safe = make_readable_exclusive_migration_entry(pmd);
      if (safe !== pmd) yield* set_pmd_at(cpu, vma.mm, addr, pmdp, safe);
      yield* pmd_unlock(cpu, pmdp);
      return 'left';
    }
    const huge = pmd_trans_huge(pmd);
    const leave = huge && why === 'numa' && (yield* notWorthATrap(cpu, pmd));
    if (!huge || leave) {
      yield* pmd_unlock(cpu, pmdp);
      return huge ? 'left' : 'not huge';
    }
    const takeOut = formOf(cpu);
    const old = yield* takeOut(cpu, vma, addr, pmdp);
    const entry = pmd_modify(old, newprot);
    // NUMA balancing takes the permission away for a while only: it is remembered in the entry.
    const writable = why === 'numa' ? pmd_write(pmd) : yield* can_change_pmd_writable(cpu, vma, entry);
    const kept = writable ? pmd_mkwrite(entry) : entry;
    yield* set_pmd_at(cpu, vma.mm, addr, pmdp, kept);
    if (tlb) {
      const flush = yield* huge_pmd_needs_flush(cpu, old, kept);
      if (flush) tlb_flush_pmd_range(tlb, addr, size);
    }
    yield* pmd_unlock(cpu, pmdp);
    return 'changed';
  },
);

/** May mprotect give the permission to write at once? See can_change_pte_writable. */
export const can_change_pmd_writable = operation(
  linux('v6.12', 'mm/huge_memory.c', 'can_change_pmd_writable'),
  function* (cpu: Cpu, vma: Vma, pmd: Pmd): Op<boolean> {
    if (!cpu.has('mprotect_makes_huge_writable') || !vm_write(vma) || pmd_write(pmd) || pmd_protnone(pmd)) return false;
    const zero = yield* is_huge_zero_pmd(cpu, pmd);
    if (zero) return false; // vm_normal_page_pmd finds no page
    return yield* PageAnonExclusive(cpu, pmd_pfn(pmd));
  },
);

/** Nothing is learned from a trap on zeroes, or from a second one. */
function* notWorthATrap(cpu: Cpu, pmd: Pmd): Op<boolean> {
  return pmd_protnone(pmd) || (yield* is_huge_zero_pmd(cpu, pmd));
}
