/**
 * arch/arm64/mm/contpte.c, from 6.9 on: sixteen entries in a row that map a part of one huge page carry a mark, and hardware may
 * remember them as one translation. Who changes one of them takes the marks off first (unfolds), by break before make.
 * Simplified: the machine remembers each page by itself all the same, and readers do not gather accessed and dirty of a block.
 */
import {
  below,
  entryRef,
  F,
  frameOf,
  from,
  has,
  hasAny,
  isValid,
  linux,
  operation,
  PAGE_SIZE,
  pageCells,
  pte_advance_pfn,
  pte_after,
  withFlags,
  withoutFlags,
  type Cpu,
  type Layer,
  type Mm,
  type MmHooks,
  type Op,
  type Pte,
  type PteSlot,
  type Va,
  type Vma,
  replaceable,
} from '@shootdown/core/plugin';
import { __flush_tlb_range } from './tlbflush.ts';

const CONTPTE = 'arch/arm64/mm/contpte.c';
const PGTABLE = 'arch/arm64/include/asm/pgtable.h';
const YOUNG_DIRTY = F.ACCESSED | F.DIRTY | F.SWDIRTY;

const CONT_PTES = (cpu: Cpu): number => cpu.number('CONT_PTES');
const contpte_align_down = (cpu: Cpu, ptep: PteSlot): PteSlot => pte_after(ptep, -(ptep.index % CONT_PTES(cpu)));
const pte_valid_cont = (pte: Pte): boolean => has(pte, F.PRESENT | F.CONT);
const pte_mknoncont = (pte: Pte): Pte => withoutFlags(pte, F.CONT);
/** Accessed and dirty do not count when entries are compared: a block has them together. */
const cleanOld = (pte: Pte): Pte => withoutFlags(pte, YOUNG_DIRTY);

/** Replaces the block that an entry is in by one whose entries are like `pte`, with the flags that hardware had set in any of them. */
export const contpte_convert = operation(
  linux('v6.12', CONTPTE, 'contpte_convert'),
  function* (cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, pte: Pte): Op {
    const nr = CONT_PTES(cpu);
    const first = contpte_align_down(cpu, ptep);
    const start = addr - (ptep.index - first.index) * PAGE_SIZE(cpu.geometry);
    let entry = pte_advance_pfn(pte, first.index - ptep.index);
    for (let i = 0; i < nr; i++) {
      const old = yield* cpu.xchg(entryRef(pte_after(first, i)), 0);
      entry = withFlags(entry, old & YOUNG_DIRTY);
    }
    yield* __flush_tlb_range(cpu, mm, start, start + nr * PAGE_SIZE(cpu.geometry), PAGE_SIZE(cpu.geometry), {
      levels: 'last',
      ttl: 'pte',
    });
    for (let i = 0; i < nr; i++) yield* cpu.store(entryRef(pte_after(first, i)), pte_advance_pfn(entry, i));
  },
);

export const contpte_try_unfold = operation(
  linux('v6.12', PGTABLE, 'contpte_try_unfold'),
  function* (cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot): Op {
    const pte = yield* cpu.read_entry(ptep);
    if (pte_valid_cont(pte)) yield* contpte_convert(cpu, mm, addr, ptep, pte_mknoncont(pte));
  },
);

/** Blocks that a range of entries covers in part, at its beginning and its end. */
export const contpte_try_unfold_partial = replaceable(
  linux('v6.12', CONTPTE, 'contpte_try_unfold_partial'),
  function* (cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, nr: number): Op {
    if (ptep.index % CONT_PTES(cpu) !== 0 || nr < CONT_PTES(cpu)) yield* contpte_try_unfold(cpu, mm, addr, ptep);
    if ((ptep.index + nr) % CONT_PTES(cpu) === 0) return;
    yield* contpte_try_unfold(cpu, mm, addr + (nr - 1) * PAGE_SIZE(cpu.geometry), pte_after(ptep, nr - 1));
  },
);

/** After the last entry of a block was written: is it a block now? */
export const contpte_try_fold = operation(
  linux('v6.12', PGTABLE, 'contpte_try_fold'),
  function* (cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, pte: Pte): Op {
    const last = CONT_PTES(cpu) - 1;
    if (ptep.index % CONT_PTES(cpu) !== last || frameOf(pte) % CONT_PTES(cpu) !== last) return;
    if (!isValid(pte) || hasAny(pte, F.CONT | F.SPECIAL)) return;
    const huge = yield* isOfHugePage(cpu, frameOf(pte));
    if (!huge) return;
    for (let i = 0; i <= last; i++) {
      const there = yield* cpu.read_entry(pte_after(ptep, i - last));
      if (cleanOld(there) !== cleanOld(pte_advance_pfn(pte, i - last))) return;
    }
    yield* contpte_convert(cpu, mm, addr, ptep, withFlags(pte, F.CONT));
  },
);

/** A block lies within a huge page as soon as one of its frames does: both are aligned. */
function* isOfHugePage(cpu: Cpu, pfn: number): Op<boolean> {
  const head = yield* cpu.load(pageCells.head(pfn));
  const order = yield* cpu.load(pageCells.order(head));
  return order > 0;
}

export class Contpte implements Layer {
  constructor(@below() private readonly below: MmHooks) {}

  @from('v6.12', PGTABLE, 'set_ptes')
  *set_pte_at(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, pte: Pte): Op {
    const entry = pte_mknoncont(pte);
    yield* contpte_try_unfold(cpu, mm, addr, ptep);
    yield* this.below.set_pte_at(cpu, mm, addr, ptep, entry);
    yield* contpte_try_fold(cpu, mm, addr, ptep, entry);
  }

  // Nothing was there before: no unfolding, and no flush.
  @from('v6.12', CONTPTE, 'contpte_set_ptes')
  *set_ptes(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, pte: Pte, nr: number): Op {
    const size = CONT_PTES(cpu);
    const aligned = (ptep.index - frameOf(pte)) % size === 0;
    for (let i = 0; i < nr; i++) {
      const block = Math.floor((ptep.index + i) / size) * size;
      const whole = aligned && isValid(pte) && block >= ptep.index && block + size <= ptep.index + nr;
      const entry = pte_advance_pfn(pte_mknoncont(pte), i);
      yield* this.below.set_pte_at(
        cpu,
        mm,
        addr + i * PAGE_SIZE(cpu.geometry),
        pte_after(ptep, i),
        whole ? withFlags(entry, F.CONT) : entry,
      );
    }
  }

  @from('v6.12', PGTABLE, 'pte_clear')
  *pte_clear(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot): Op {
    yield* contpte_try_unfold(cpu, mm, addr, ptep);
    yield* this.below.pte_clear(cpu, mm, addr, ptep);
  }

  @from('v6.12', PGTABLE, 'ptep_get_and_clear')
  *ptep_get_and_clear(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot): Op<Pte> {
    yield* contpte_try_unfold(cpu, mm, addr, ptep);
    return yield* this.below.ptep_get_and_clear(cpu, mm, addr, ptep);
  }

  @from('v6.12', CONTPTE, 'contpte_get_and_clear_full_ptes')
  *get_and_clear_full_ptes(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, nr: number, _full: boolean): Op<Pte> {
    yield* contpte_try_unfold_partial(cpu, mm, addr, ptep, nr);
    let pte = yield* this.below.ptep_get_and_clear(cpu, mm, addr, ptep);
    for (let i = 1; i < nr; i++) {
      const next = yield* this.below.ptep_get_and_clear(
        cpu,
        mm,
        addr + i * PAGE_SIZE(cpu.geometry),
        pte_after(ptep, i),
      );
      pte = withFlags(pte, next & YOUNG_DIRTY);
    }
    return pte;
  }

  @from('v6.12', PGTABLE, 'wrprotect_ptes')
  *ptep_set_wrprotect(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot): Op {
    yield* contpte_try_unfold(cpu, mm, addr, ptep);
    yield* this.below.ptep_set_wrprotect(cpu, mm, addr, ptep);
  }

  // Whole blocks keep their mark: until the flush a CPU may write or not, and after it none may.
  @from('v6.12', CONTPTE, 'contpte_wrprotect_ptes')
  *wrprotect_ptes(cpu: Cpu, mm: Mm, addr: Va, ptep: PteSlot, nr: number): Op {
    yield* contpte_try_unfold_partial(cpu, mm, addr, ptep, nr);
    for (let i = 0; i < nr; i++)
      yield* this.below.ptep_set_wrprotect(cpu, mm, addr + i * PAGE_SIZE(cpu.geometry), pte_after(ptep, i));
  }

  @from('v6.12', CONTPTE, 'contpte_ptep_set_access_flags')
  *ptep_set_access_flags(cpu: Cpu, vma: Vma, addr: Va, ptep: PteSlot, entry: Pte, dirty: boolean): Op<boolean> {
    const old = yield* cpu.read_entry(ptep);
    const wanted = pte_mknoncont(entry);
    if (!pte_valid_cont(old)) return yield* this.below.ptep_set_access_flags(cpu, vma, addr, ptep, wanted, dirty);
    if (has(old, F.WRITE) !== has(wanted, F.WRITE)) {
      yield* contpte_try_unfold(cpu, vma.mm, addr, ptep);
      return yield* this.below.ptep_set_access_flags(cpu, vma, addr, ptep, wanted, dirty);
    }
    return yield* this.#markBlock(cpu, vma, addr, ptep, wanted & YOUNG_DIRTY, dirty);
  }

  /** Accessed and dirty are the block's: set in all of it, and flushed at once. */
  *#markBlock(cpu: Cpu, vma: Vma, addr: Va, ptep: PteSlot, flags: number, dirty: boolean): Op<boolean> {
    const first = contpte_align_down(cpu, ptep);
    const start = addr - (ptep.index - first.index) * PAGE_SIZE(cpu.geometry);
    let changed = false;
    for (let i = 0; i < CONT_PTES(cpu); i++) {
      const pte = yield* cpu.read_entry(pte_after(first, i));
      if (has(pte, flags)) continue;
      changed = true;
      yield* cpu.or(entryRef(pte_after(first, i)), flags);
    }
    const end = start + CONT_PTES(cpu) * PAGE_SIZE(cpu.geometry);
    if (changed && dirty)
      yield* __flush_tlb_range(cpu, vma.mm, start, end, PAGE_SIZE(cpu.geometry), { levels: 'last', ttl: 'pte' });
    return changed;
  }
}
