/** Known answers of arm64: asm/tlbflush.h, asm/pgtable.h, mm/fault.c and mm/contpte.c, step by step. */
import { expect, test } from '@jest/globals';
import { describeAnswers, type Answer } from '@shootdown/conformance';
import {
  currentCells,
  entryRef,
  F,
  flush_pmd_tlb_range,
  flush_tlb_fix_spurious_fault,
  flush_tlb_mm,
  flush_tlb_page,
  flush_tlb_range,
  get_and_clear_full_ptes,
  mkLeaf,
  mmCells,
  p4d_populate,
  pageCells,
  pmd_free_tlb,
  pmd_populate,
  pmdp_establish,
  pmdp_huge_get_and_clear,
  pmdp_set_access_flags,
  pmdp_set_wrprotect,
  pte_accessible,
  pte_advance_pfn,
  pte_clear,
  pte_free_tlb,
  ptep_get_and_clear,
  ptep_set_access_flags,
  ptep_set_wrprotect,
  pud_free_tlb,
  pud_populate,
  set_pte_at,
  set_ptes,
  reload_tlb_mm,
  switch_mm,
  tlb_flush,
  TLB_FLUSH_ALL,
  wrprotect_ptes,
  type Cpu,
  type Mm,
  type MmuGather,
  type Op,
  type PmdSlot,
  type PteSlot,
} from '@shootdown/core/plugin';
import { arm64, arm64NoRange } from '../src/index.ts';
import { instructions } from '../src/instructions.ts';
import { __flush_tlb_range, type Reach } from '../src/tlbflush.ts';

const PAGE = 4096;
const HUGE = 2 * PAGE;
const MM: Mm = { id: 0 };
const OTHER: Mm = { id: 1 };
const ptep: PteSlot = { level: 'pte', table: 2, index: 1 };
const pmdp: PmdSlot = { level: 'pmd', table: 1, index: 0 };
const USED = F.PRESENT | F.USER | F.WRITE | F.ACCESSED;
const dirty5 = mkLeaf(5, USED | F.DIRTY);
const clean5 = mkLeaf(5, USED);
const old5 = mkLeaf(5, F.PRESENT | F.USER);
const readOnly5 = mkLeaf(5, F.PRESENT | F.USER | F.ACCESSED);

const gathered = (more: Partial<MmuGather>): MmuGather => ({
  mm: MM,
  fullmm: false,
  start: PAGE,
  end: 3 * PAGE,
  freed_tables: false,
  need_flush_all: false,
  cleared_ptes: false,
  cleared_pmds: false,
  cleared_puds: false,
  page_size: 0,
  pages: [],
  pageTables: [],
  tables: [],
  ...more,
});
const range =
  (start: number, end: number, stride = PAGE, reach: Reach = { levels: 'last', ttl: 'pte' }) =>
  (cpu: Cpu): Op =>
    __flush_tlb_range(cpu, MM, start, end, stride, reach);
/** The code up to a step of this kind, before which something else happens. */
const before = (kind: string, code: (cpu: Cpu) => Op<unknown>, happens: (cpu: Cpu) => Op<unknown>) =>
  function* (cpu: Cpu): Op<unknown> {
    const op = code(cpu);
    let happened = false;
    let turn = op.next();
    while (!turn.done) {
      if (!happened && turn.value.kind === kind) {
        happened = true;
        yield* happens(cpu);
      }
      turn = op.next(yield turn.value);
    }
    return turn.value;
  };
/** Room for ranges of many pages. */
const wide: Pick<Answer, 'geometry' | 'numbers'> = { geometry: { pte: 7 }, numbers: { MAX_TLBI_RANGE_PAGES: 2 ** 21 } };

describeAnswers(arm64, [
  // __flush_tlb_range
  {
    says: 'one page is one invalidation by address, between the two barriers',
    code: range(PAGE, 2 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 page 1 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'two pages are one range',
    code: range(PAGE, 3 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 1..3 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'three pages are one page, then a range of two',
    code: range(0, 3 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 page 0 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 pages 1..3 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'no page is a pair of barriers',
    code: range(PAGE, PAGE),
    does: `
      fence (dsb(ishst))
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'bounds are widened to whole strides',
    code: range(PAGE + 1, 2 * PAGE + 1),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 1..3 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'huge strides are widened to huge pages',
    code: range(PAGE, 3 * PAGE - 1, HUGE, { levels: 'last', ttl: 'pmd' }),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..4 pmd ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
    numbers: { MAX_TLBI_RANGE_PAGES: 5 },
  },
  {
    says: 'as many pages as ranges can have are the whole ASID',
    code: range(0, 4 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..all pte+pmd ways:all to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'a range of sixty-four pages is of the next scale',
    ...wide,
    code: range(0, 64 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..64 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'of sixty-six pages two come first, by the smaller scale',
    ...wide,
    code: range(0, 66 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..2 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 pages 2..66 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'of ninety-nine pages one, then by scale, smallest first',
    ...wide,
    code: range(0, 99 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 page 0 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 pages 1..35 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 pages 35..99 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'sixty-two pages are the most of the smallest scale',
    ...wide,
    code: range(0, 62 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..62 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'from 6.9 on ninety-nine pages are taken apart from the biggest scale down, the single page last',
    ...wide,
    kernel: { with: ['arm64_range_from_highest_scale'] },
    code: range(0, 99 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..64 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 pages 64..98 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 page 98 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'from 6.9 on sixty-four pages are one range of the smallest scale',
    ...wide,
    kernel: { with: ['arm64_range_from_highest_scale'] },
    numbers: { MAX_TLBI_RANGE_PAGES: 2 ** 21 },
    geometry: { pte: 7 },
    code: range(0, 64 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..64 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'from 6.9 on as many pages as ranges can have are ranges, and one more is the whole ASID',
    kernel: { with: ['arm64_range_from_highest_scale'] },
    code: range(0, 4 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..4 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'one page more than ranges can have is the whole ASID from 6.9 on',
    kernel: { with: ['arm64_range_from_highest_scale'] },
    code: range(0, 5 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..all pte+pmd ways:all to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'upper levels go where they are named',
    code: range(PAGE, 3 * PAGE, PAGE, { levels: 'any' }),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 1..3 pte+pmd ways:range to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'upper levels go by any flush where that is so',
    kernel: { with: ['arm64_flushes_upper_levels'] },
    code: range(PAGE, 3 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 1..3 pte ways:range to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },

  // The hooks that flush
  {
    says: 'flush_tlb_page is of leaves only, of any size',
    code: (cpu, { vmas: [vma] }) => flush_tlb_page(cpu, vma!, 3 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 page 3 pte+pmd ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'flush_tlb_range is of all levels',
    code: (cpu, { vmas: [vma] }) => flush_tlb_range(cpu, vma!, PAGE, 2 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 page 1 pte+pmd ways:range to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'flush_pmd_tlb_range is of huge leaves and all levels above',
    code: (cpu, { vmas: [vma] }) => flush_pmd_tlb_range(cpu, vma!, HUGE, 2 * HUGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 2..4 pmd ways:range to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'flush_tlb_mm is one instruction',
    code: (cpu) => flush_tlb_mm(cpu, OTHER),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 1 pages 0..all pte+pmd ways:all to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'a new root goes to TTBR0 of each CPU that runs the mm; the flush comes last',
    given: [
      [currentCells.active_mm(0), 1],
      [currentCells.active_mm(1), 1],
      [mmCells.pgd(0), 3],
    ],
    code: (cpu) => reload_tlb_mm(cpu, MM),
    does: `
      ipi.send to {1 2} cpu_switch_mm {mm:0}
      cpu1: irq.enter -> 3
      cpu1: load current->active_mm[1] -> 1
      cpu1: load mm.pgd[0] -> 3
      cpu1: mmu.root 3 0
      cpu1: irq.exit 0
      cpu2: irq.enter -> 3
      cpu2: load current->active_mm[2] -> 0
      cpu2: irq.exit 0
      ipi.wait for {1 2} (every target of cpu_switch_mm has run it)
      local_irq_save
      load current->active_mm[0] -> 1
      load mm.pgd[0] -> 3
      mmu.root 3 0
      local_irq_restore
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..all pte+pmd ways:all to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'a gather of base pages names their level, and leaves upper levels alone',
    code: (cpu) => tlb_flush(cpu, gathered({ cleared_ptes: true })),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 1..3 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'a gather of huge pages names theirs, and is widened to them',
    numbers: { MAX_TLBI_RANGE_PAGES: 5 },
    code: (cpu) => tlb_flush(cpu, gathered({ cleared_pmds: true })),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..4 pmd ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'a gather of both names no level',
    code: (cpu) => tlb_flush(cpu, gathered({ cleared_ptes: true, cleared_pmds: true })),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 1..3 pte+pmd ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'a gather of base pages and of what is above huge pages names no level',
    code: (cpu) => tlb_flush(cpu, gathered({ cleared_ptes: true, cleared_puds: true })),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 1..3 pte+pmd ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'a gather of huge pages and of what is above them names no level',
    numbers: { MAX_TLBI_RANGE_PAGES: 5 },
    code: (cpu) => tlb_flush(cpu, gathered({ cleared_pmds: true, cleared_puds: true })),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..4 pte+pmd ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'a gather of what is above huge pages is widened to that',
    geometry: { pud: 1 },
    numbers: { MAX_TLBI_RANGE_PAGES: 5 },
    code: (cpu) => tlb_flush(cpu, gathered({ cleared_puds: true, end: 2 * PAGE })),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..4 pte+pmd ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'a gather that freed tables drops upper levels too',
    code: (cpu) => tlb_flush(cpu, gathered({ freed_tables: true, cleared_ptes: true })),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 1..3 pte+pmd ways:range to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'a gather that freed tables only goes by base pages',
    code: (cpu) => tlb_flush(cpu, gathered({ freed_tables: true })),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 1..3 pte+pmd ways:range to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'a gather of a dying mm that freed no tables flushes nothing',
    code: (cpu) => tlb_flush(cpu, gathered({ fullmm: true, cleared_ptes: true })),
    does: ``,
  },
  {
    says: 'a gather of a dying mm that freed tables flushes its ASID',
    code: (cpu) => tlb_flush(cpu, gathered({ fullmm: true, freed_tables: true })),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..all pte+pmd ways:all to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },

  // Switching
  {
    says: 'to another mm: its root, with its ASID, and no flush',
    given: [[mmCells.pgd(1), 3]],
    code: (cpu) => switch_mm(cpu, MM, OTHER),
    does: `
      load mm.pgd[1] -> 3
      mmu.root 3 1
    `,
  },
  { says: 'to the same mm: nothing', code: (cpu) => switch_mm(cpu, MM, { id: 0 }), does: `` },
  {
    says: 'to no mm: the reserved root',
    code: (cpu) => switch_mm(cpu, MM, undefined),
    does: `
      mmu.root 0 0
    `,
  },
  {
    says: 'from no mm to one',
    given: [[mmCells.pgd(0), 3]],
    code: (cpu) => switch_mm(cpu, undefined, MM),
    does: `
      load mm.pgd[0] -> 3
      mmu.root 3 0
    `,
  },

  // Entries
  {
    says: 'ptep_get_and_clear is one exchange',
    given: [[entryRef(ptep), dirty5]],
    code: (cpu) => ptep_get_and_clear(cpu, MM, PAGE, ptep),
    does: `
      xchg entry[2][1] none -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: dirty5,
  },
  {
    says: 'ptep_set_wrprotect keeps in software that the page is dirty',
    given: [[entryRef(ptep), dirty5]],
    code: (cpu) => ptep_set_wrprotect(cpu, MM, PAGE, ptep),
    does: `
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF P5|PRESENT|USER|ACCESSED|LEAF|SWDIRTY -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
  },
  {
    says: 'of a clean page it clears the permission only',
    given: [[entryRef(ptep), clean5]],
    code: (cpu) => ptep_set_wrprotect(cpu, MM, PAGE, ptep),
    does: `
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|LEAF
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|LEAF P5|PRESENT|USER|ACCESSED|LEAF -> P5|PRESENT|WRITE|USER|ACCESSED|LEAF
    `,
  },
  {
    says: 'where hardware makes the page dirty meanwhile it is done again',
    given: [[entryRef(ptep), clean5]],
    code: before(
      'cmpxchg',
      (cpu) => ptep_set_wrprotect(cpu, MM, PAGE, ptep),
      (cpu) => cpu.or(entryRef(ptep), F.DIRTY),
    ),
    does: `
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|LEAF
      or entry[2][1] DIRTY
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|LEAF P5|PRESENT|USER|ACCESSED|LEAF -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF P5|PRESENT|USER|ACCESSED|LEAF|SWDIRTY -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
  },
  {
    says: 'ptep_set_access_flags after a read fault adds what was missing, and flushes nothing',
    given: [[entryRef(ptep), old5]],
    code: (cpu, { vmas: [vma] }) => ptep_set_access_flags(cpu, vma!, PAGE, ptep, readOnly5, false),
    does: `
      load entry[2][1] -> P5|PRESENT|USER|LEAF
      load entry[2][1] -> P5|PRESENT|USER|LEAF
      cmpxchg entry[2][1] P5|PRESENT|USER|LEAF P5|PRESENT|USER|ACCESSED|LEAF -> P5|PRESENT|USER|LEAF
    `,
    gives: true,
  },
  {
    says: 'after a write fault it flushes the page',
    given: [[entryRef(ptep), readOnly5]],
    code: (cpu, { vmas: [vma] }) => ptep_set_access_flags(cpu, vma!, PAGE, ptep, dirty5, true),
    does: `
      load entry[2][1] -> P5|PRESENT|USER|ACCESSED|LEAF
      load entry[2][1] -> P5|PRESENT|USER|ACCESSED|LEAF
      cmpxchg entry[2][1] P5|PRESENT|USER|ACCESSED|LEAF P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF -> P5|PRESENT|USER|ACCESSED|LEAF
      fence (dsb(ishst))
      tlb.broadcast asid 0 page 1 pte+pmd ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
    gives: true,
  },
  {
    says: 'it adds accessed, write, dirty, and what software keeps of dirty, and nothing else',
    given: [[entryRef(ptep), mkLeaf(5, F.PRESENT)]],
    code: (cpu, { vmas: [vma] }) =>
      ptep_set_access_flags(cpu, vma!, PAGE, ptep, mkLeaf(7, USED | F.DIRTY | F.SWDIRTY | F.SPECIAL), false),
    does: `
      load entry[2][1] -> P5|PRESENT|LEAF
      load entry[2][1] -> P5|PRESENT|LEAF
      cmpxchg entry[2][1] P5|PRESENT|LEAF P5|PRESENT|WRITE|ACCESSED|DIRTY|LEAF|SWDIRTY -> P5|PRESENT|LEAF
    `,
    gives: true,
  },
  {
    says: 'it does nothing where the entry is that already',
    given: [[entryRef(ptep), dirty5]],
    code: (cpu, { vmas: [vma] }) => ptep_set_access_flags(cpu, vma!, PAGE, ptep, dirty5, true),
    does: `
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: false,
  },
  {
    says: 'before 66dbd6e61a52 it writes the whole entry, whatever hardware has set since, and always flushes the page',
    kernel: { release: 'v4.13' },
    given: [[entryRef(ptep), old5]],
    code: (cpu, { vmas: [vma] }) => ptep_set_access_flags(cpu, vma!, PAGE, ptep, readOnly5, false),
    does: `
      load entry[2][1] -> P5|PRESENT|USER|LEAF
      store entry[2][1] P5|PRESENT|USER|ACCESSED|LEAF
      fence (dsb(ishst))
      tlb.broadcast asid 0 page 1 pte+pmd ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
    gives: true,
  },
  {
    says: 'a valid entry may be cached, whatever is pending',
    code: (cpu) => pte_accessible(cpu, MM, old5),
    does: ``,
    gives: true,
  },
  {
    says: 'an entry that allows no access may be, while somebody who made it so has not flushed',
    given: [[mmCells.tlb_flush_pending(0), 1]],
    code: (cpu) => pte_accessible(cpu, MM, mkLeaf(5, F.PROTNONE)),
    does: `
      load tlb_flush_pending[0] -> 1
    `,
    gives: true,
  },
  {
    says: 'and is not when nobody has to',
    code: (cpu) => pte_accessible(cpu, MM, mkLeaf(5, F.PROTNONE)),
    does: `
      load tlb_flush_pending[0] -> 0
    `,
    gives: false,
  },
  {
    says: 'no entry is not cached',
    code: (cpu) => pte_accessible(cpu, MM, 0),
    does: ``,
    gives: false,
  },
  {
    says: 'in 3.10 every entry counted as cached',
    kernel: { release: 'v3.10' },
    code: (cpu) => pte_accessible(cpu, MM, 0),
    does: ``,
    gives: true,
  },
  {
    says: 'flush_tlb_fix_spurious_fault is nothing: the flush has reached every CPU',
    code: (cpu, { vmas: [vma] }) => flush_tlb_fix_spurious_fault(cpu, vma!, 0),
    does: ``,
  },
  {
    says: 'pmdp_huge_get_and_clear is one exchange',
    given: [[entryRef(pmdp), dirty5]],
    code: (cpu) => pmdp_huge_get_and_clear(cpu, MM, 0, pmdp),
    does: `
      xchg entry[1][0] none -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: dirty5,
  },
  {
    says: 'pmdp_set_wrprotect as for base pages',
    given: [[entryRef(pmdp), dirty5]],
    code: (cpu) => pmdp_set_wrprotect(cpu, MM, 0, pmdp),
    does: `
      load entry[1][0] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      cmpxchg entry[1][0] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF P5|PRESENT|USER|ACCESSED|LEAF|SWDIRTY -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
  },
  {
    says: 'pmdp_set_access_flags as for base pages, and flushes one address',
    given: [[entryRef(pmdp), readOnly5]],
    code: (cpu, { vmas: [vma] }) => pmdp_set_access_flags(cpu, vma!, 0, pmdp, dirty5, true),
    does: `
      load entry[1][0] -> P5|PRESENT|USER|ACCESSED|LEAF
      load entry[1][0] -> P5|PRESENT|USER|ACCESSED|LEAF
      cmpxchg entry[1][0] P5|PRESENT|USER|ACCESSED|LEAF P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF -> P5|PRESENT|USER|ACCESSED|LEAF
      fence (dsb(ishst))
      tlb.broadcast asid 0 page 0 pte+pmd ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
    gives: true,
  },
  {
    says: 'pmdp_establish is one exchange',
    given: [[entryRef(pmdp), dirty5]],
    code: (cpu, { vmas: [vma] }) => pmdp_establish(cpu, vma!, 0, pmdp, clean5),
    does: `
      xchg entry[1][0] P5|PRESENT|WRITE|USER|ACCESSED|LEAF -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: dirty5,
  },
  {
    says: 'a table is published with the barriers that walkers need',
    code: (cpu) => pmd_populate(cpu, MM, pmdp, 2),
    does: `
      store entry[1][0] T2
      fence (dsb(ishst))
      fence (isb)
    `,
  },
  {
    says: 'a table of the level above too',
    geometry: { pud: 1 },
    code: (cpu) => pud_populate(cpu, MM, { level: 'pud', table: 1, index: 0 }, 2),
    does: `
      store entry[1][0] T2
      fence (dsb(ishst))
      fence (isb)
    `,
  },
  {
    says: 'and of the level above that',
    geometry: { pud: 1 },
    code: (cpu) => p4d_populate(cpu, MM, { level: 'p4d', table: 1, index: 0 }, 2),
    does: `
      store entry[1][0] T2
      fence (dsb(ishst))
      fence (isb)
    `,
  },
  {
    says: 'where the level below is folded into this one nothing is published',
    code: (cpu) => p4d_populate(cpu, MM, { level: 'p4d', table: 1, index: 0 }, 2),
    does: ``,
  },
]);

describeAnswers(arm64NoRange, [
  {
    says: 'without range operations each page is one invalidation',
    numbers: { MAX_TLBI_OPS: 9, MAX_TLBI_RANGE_PAGES: 9 },
    code: range(0, 4 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 page 0 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 page 1 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 page 2 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 page 3 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'each huge page is one',
    numbers: { MAX_TLBI_OPS: 9, MAX_TLBI_RANGE_PAGES: 9 },
    code: range(0, 2 * HUGE, HUGE, { levels: 'last', ttl: 'pmd' }),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 page 0 pmd ways:none to {0 1 2}
      tlb.broadcast asid 0 page 2 pmd ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'as many strides as the bound are the whole ASID',
    numbers: { MAX_TLBI_OPS: 3, MAX_TLBI_RANGE_PAGES: 9 },
    code: range(0, 3 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..all pte+pmd ways:all to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'one stride less is not',
    numbers: { MAX_TLBI_OPS: 3, MAX_TLBI_RANGE_PAGES: 9 },
    code: range(0, 2 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 page 0 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 page 1 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'nor is it elsewhere: the bound is of the length',
    numbers: { MAX_TLBI_OPS: 3, MAX_TLBI_RANGE_PAGES: 9 },
    code: range(2 * PAGE, 4 * PAGE),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 page 2 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 page 3 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
]);

describeAnswers(
  arm64,
  (
    [
      ['pte_free_tlb', (cpu, tlb) => pte_free_tlb(cpu, tlb, 2, 3 * PAGE)],
      ['pmd_free_tlb', (cpu, tlb) => pmd_free_tlb(cpu, tlb, 2, 3 * PAGE)],
      ['pud_free_tlb', (cpu, tlb) => pud_free_tlb(cpu, tlb, 2, 3 * PAGE)],
    ] as readonly (readonly [string, (cpu: Cpu, tlb: MmuGather) => Op])[]
  ).flatMap(([name, free]): Answer[] => [
    {
      says: `${name} before 4.20 flushes the way to its table at once`,
      kernel: { with: ['arm64_free_hooks_flush'] },
      geometry: { pud: 1, p4d: 1 },
      numbers: { MAX_TABLE_BATCH: 9 },
      *code(cpu) {
        const tlb = gathered({});
        const op = free(cpu, tlb);
        for (let turn = op.next(); !turn.done; turn = op.next(yield turn.value))
          if (tlb.tables.length > 0) return 'queued before the flush';
        return tlb.tables;
      },
      does: `
        tlb.broadcast asid 0 page 3 pte+pmd ways:range to {0 1 2}
        tlb.sync (dsb(ish))
      `,
      gives: [2],
    },
  ]),
);
describeAnswers(arm64, [
  {
    says: 'before 4.20 the flush of a gather is for base pages and leaves only, whatever it freed',
    kernel: { with: ['arm64_free_hooks_flush'] },
    code: (cpu) => tlb_flush(cpu, gathered({ freed_tables: true, cleared_pmds: true, end: 2 * PAGE })),
    does: `
      fence (dsb(ishst))
      tlb.broadcast asid 0 page 1 pte+pmd ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
  },
  {
    says: 'and of a dying mm nothing',
    kernel: { with: ['arm64_free_hooks_flush'] },
    code: (cpu) => tlb_flush(cpu, gathered({ fullmm: true, freed_tables: true })),
    does: ``,
  },
]);

// contpte.c. Four entries a table, blocks of two: entries 0 and 1, entries 2 and 3.
const CONT = USED | F.CONT;
const at = (index: number): PteSlot => ({ level: 'pte', table: 2, index });
const leaves = (first: number, pfn: number, flags: number, howMany: number): NonNullable<Answer['given']> =>
  Array.from({ length: howMany }, (_, i) => [entryRef(at(first + i)), pte_advance_pfn(mkLeaf(pfn, flags), i)] as const);
const block = leaves(2, 10, CONT, 2);
const contpte: Pick<Answer, 'kernel' | 'geometry'> = { kernel: { with: ['arm64_contpte'] }, geometry: { pte: 2 } };
const huge8: NonNullable<Answer['given']> = [
  [pageCells.order(8), 2],
  ...[8, 9, 10, 11].map((pfn) => [pageCells.head(pfn), 8] as const),
];
describeAnswers(arm64, [
  {
    says: 'to write one entry of a block its marks are taken off: break, flush, make; then it is written',
    ...contpte,
    given: block,
    code: (cpu) => set_pte_at(cpu, MM, 2 * PAGE, at(2), mkLeaf(3, USED)),
    does: `
      load entry[2][2] -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][2] none -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][3] none -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 2..4 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
      store entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|LEAF
      store entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|LEAF
      store entry[2][2] P3|PRESENT|WRITE|USER|ACCESSED|LEAF
    `,
  },
  {
    says: 'what hardware set in any entry of a block holds for all of it when it is unfolded',
    ...contpte,
    given: [...leaves(2, 10, CONT - F.ACCESSED, 1), [entryRef(at(3)), mkLeaf(11, CONT | F.DIRTY)]],
    code: (cpu) => pte_clear(cpu, MM, 3 * PAGE, at(3)),
    does: `
      load entry[2][3] -> P11|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|CONT
      xchg entry[2][2] none -> P10|PRESENT|WRITE|USER|LEAF|CONT
      xchg entry[2][3] none -> P11|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|CONT
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 2..4 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
      store entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      store entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      store entry[2][3] none
    `,
  },
  {
    says: 'an entry with a mark that is not valid is no block',
    ...contpte,
    given: [[entryRef(at(2)), mkLeaf(10, CONT - F.PRESENT)]],
    code: (cpu) => pte_clear(cpu, MM, 2 * PAGE, at(2)),
    does: `
      load entry[2][2] -> P10|WRITE|USER|ACCESSED|LEAF|CONT
      store entry[2][2] none
    `,
  },
  {
    says: 'the last entry of what fits makes a block',
    ...contpte,
    given: [...huge8, ...leaves(2, 10, USED | F.DIRTY, 1)],
    code: (cpu) => set_pte_at(cpu, MM, 3 * PAGE, at(3), mkLeaf(11, USED)),
    does: `
      load entry[2][3] -> none
      store entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|LEAF
      load compound_head[11] -> 8
      load page.order[8] -> 2
      load entry[2][2] -> P10|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      load entry[2][3] -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF
      xchg entry[2][2] none -> P10|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      xchg entry[2][3] none -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 2..4 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
      store entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|CONT
      store entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|CONT
    `,
  },
  {
    says: 'a mark that is handed in is taken off first',
    ...contpte,
    code: (cpu) => set_pte_at(cpu, MM, 2 * PAGE, at(2), mkLeaf(10, CONT)),
    does: `
      load entry[2][2] -> none
      store entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|LEAF
    `,
  },
  {
    says: 'the smallest huge page is huge enough',
    kernel: { with: ['arm64_contpte'] },
    given: [
      [pageCells.order(4), 1],
      [pageCells.head(5), 4],
      [entryRef(at(0)), mkLeaf(4, USED)],
    ],
    code: (cpu) => set_pte_at(cpu, MM, PAGE, at(1), mkLeaf(5, USED)),
    does: `
      load entry[2][1] -> none
      store entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|LEAF
      load compound_head[5] -> 4
      load page.order[4] -> 1
      load entry[2][0] -> P4|PRESENT|WRITE|USER|ACCESSED|LEAF
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|LEAF
      xchg entry[2][0] none -> P4|PRESENT|WRITE|USER|ACCESSED|LEAF
      xchg entry[2][1] none -> P5|PRESENT|WRITE|USER|ACCESSED|LEAF
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..2 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
      store entry[2][0] P4|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      store entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
    `,
  },
  {
    says: 'no block where the entry before has another permission',
    ...contpte,
    given: [...huge8, ...leaves(2, 10, USED - F.WRITE, 1)],
    code: (cpu) => set_pte_at(cpu, MM, 3 * PAGE, at(3), mkLeaf(11, USED)),
    does: `
      load entry[2][3] -> none
      store entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|LEAF
      load compound_head[11] -> 8
      load page.order[8] -> 2
      load entry[2][2] -> P10|PRESENT|USER|ACCESSED|LEAF
    `,
  },
  {
    says: 'no block where the entry before maps another frame',
    ...contpte,
    given: [...huge8, ...leaves(2, 9, USED, 1)],
    code: (cpu) => set_pte_at(cpu, MM, 3 * PAGE, at(3), mkLeaf(11, USED)),
    does: `
      load entry[2][3] -> none
      store entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|LEAF
      load compound_head[11] -> 8
      load page.order[8] -> 2
      load entry[2][2] -> P9|PRESENT|WRITE|USER|ACCESSED|LEAF
    `,
  },
  {
    says: 'no block where the page is not huge',
    ...contpte,
    given: [[pageCells.head(11), 11], ...leaves(2, 10, USED, 1)],
    code: (cpu) => set_pte_at(cpu, MM, 3 * PAGE, at(3), mkLeaf(11, USED)),
    does: `
      load entry[2][3] -> none
      store entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|LEAF
      load compound_head[11] -> 11
      load page.order[11] -> 0
    `,
  },
  {
    says: 'no block where the frame is not aligned as the entry is',
    ...contpte,
    given: [...huge8, ...leaves(2, 9, USED, 1)],
    code: (cpu) => set_pte_at(cpu, MM, 3 * PAGE, at(3), mkLeaf(10, USED)),
    does: `
      load entry[2][3] -> none
      store entry[2][3] P10|PRESENT|WRITE|USER|ACCESSED|LEAF
    `,
  },
  {
    says: 'no block before its last entry is there',
    ...contpte,
    given: [...huge8, ...leaves(3, 11, USED, 1)],
    code: (cpu) => set_pte_at(cpu, MM, 2 * PAGE, at(2), mkLeaf(10, USED)),
    does: `
      load entry[2][2] -> none
      store entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|LEAF
    `,
  },
  {
    says: 'no block of what is not valid',
    ...contpte,
    given: [...huge8, ...leaves(2, 10, USED - F.PRESENT, 1)],
    code: (cpu) => set_pte_at(cpu, MM, 3 * PAGE, at(3), mkLeaf(11, USED - F.PRESENT)),
    does: `
      load entry[2][3] -> none
      store entry[2][3] P11|WRITE|USER|ACCESSED|LEAF
    `,
  },
  {
    says: 'no block of what is special',
    ...contpte,
    given: [...huge8, ...leaves(2, 10, USED | F.SPECIAL, 1)],
    code: (cpu) => set_pte_at(cpu, MM, 3 * PAGE, at(3), mkLeaf(11, USED | F.SPECIAL)),
    does: `
      load entry[2][3] -> none
      store entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|LEAF|SPECIAL
    `,
  },
  {
    says: 'set_ptes marks the blocks that it covers, and no other entry',
    ...contpte,
    code: (cpu) => set_ptes(cpu, MM, PAGE, at(1), mkLeaf(9, CONT), 3),
    does: `
      store entry[2][1] P9|PRESENT|WRITE|USER|ACCESSED|LEAF
      store entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      store entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
    `,
  },
  {
    says: 'set_ptes looks at how entry and frame lie to each other',
    kernel: { with: ['arm64_contpte'] },
    geometry: { pte: 3 },
    numbers: { CONT_PTES: 4 },
    code: (cpu) => set_ptes(cpu, MM, PAGE, at(1), mkLeaf(9, USED), 7),
    does: `
      store entry[2][1] P9|PRESENT|WRITE|USER|ACCESSED|LEAF
      store entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|LEAF
      store entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|LEAF
      store entry[2][4] P12|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      store entry[2][5] P13|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      store entry[2][6] P14|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      store entry[2][7] P15|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
    `,
  },
  {
    says: 'set_ptes that ends within a block marks it not',
    ...contpte,
    code: (cpu) => set_ptes(cpu, MM, 0, at(0), mkLeaf(8, USED), 3),
    does: `
      store entry[2][0] P8|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      store entry[2][1] P9|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      store entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|LEAF
    `,
  },
  {
    says: 'set_ptes of frames that are not aligned marks nothing',
    ...contpte,
    code: (cpu) => set_ptes(cpu, MM, 0, at(0), mkLeaf(9, USED), 2),
    does: `
      store entry[2][0] P9|PRESENT|WRITE|USER|ACCESSED|LEAF
      store entry[2][1] P10|PRESENT|WRITE|USER|ACCESSED|LEAF
    `,
  },
  {
    says: 'set_ptes of what is not valid marks nothing',
    ...contpte,
    code: (cpu) => set_ptes(cpu, MM, 0, at(0), mkLeaf(8, USED - F.PRESENT), 2),
    does: `
      store entry[2][0] P8|WRITE|USER|ACCESSED|LEAF
      store entry[2][1] P9|WRITE|USER|ACCESSED|LEAF
    `,
  },
  {
    says: 'ptep_get_and_clear of one entry unfolds its block, and gives it without the mark',
    ...contpte,
    given: block,
    code: (cpu) => ptep_get_and_clear(cpu, MM, 3 * PAGE, at(3)),
    does: `
      load entry[2][3] -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][2] none -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][3] none -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 2..4 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
      store entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|LEAF
      store entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|LEAF
      xchg entry[2][3] none -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF
    `,
    gives: mkLeaf(11, USED),
  },
  {
    says: 'ptep_get_and_clear of an entry of no block is one exchange',
    ...contpte,
    given: leaves(2, 10, USED, 2),
    code: (cpu) => ptep_get_and_clear(cpu, MM, 3 * PAGE, at(3)),
    does: `
      load entry[2][3] -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF
      xchg entry[2][3] none -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF
    `,
    gives: mkLeaf(11, USED),
  },
  {
    says: 'of a whole block nothing is unfolded, and accessed and dirty of all of it come back',
    ...contpte,
    given: [...leaves(2, 10, CONT - F.ACCESSED, 1), [entryRef(at(3)), mkLeaf(11, CONT | F.DIRTY | F.SWDIRTY)]],
    code: (cpu) => get_and_clear_full_ptes(cpu, MM, 2 * PAGE, at(2), 2, true),
    does: `
      xchg entry[2][2] none -> P10|PRESENT|WRITE|USER|LEAF|CONT
      xchg entry[2][3] none -> P11|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|SWDIRTY|CONT
    `,
    gives: mkLeaf(10, CONT | F.DIRTY | F.SWDIRTY),
  },
  {
    says: 'of a block and a half before it the half is unfolded',
    ...contpte,
    given: [...leaves(0, 8, CONT, 2), ...block],
    code: (cpu) => get_and_clear_full_ptes(cpu, MM, PAGE, at(1), 3, false),
    does: `
      load entry[2][1] -> P9|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][0] none -> P8|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][1] none -> P9|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..2 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
      store entry[2][0] P8|PRESENT|WRITE|USER|ACCESSED|LEAF
      store entry[2][1] P9|PRESENT|WRITE|USER|ACCESSED|LEAF
      xchg entry[2][1] none -> P9|PRESENT|WRITE|USER|ACCESSED|LEAF
      xchg entry[2][2] none -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][3] none -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
    `,
    gives: mkLeaf(9, USED),
  },
  {
    says: 'of a block and a half after it the half is unfolded',
    ...contpte,
    given: [...leaves(0, 8, CONT, 2), ...block],
    code: (cpu) => get_and_clear_full_ptes(cpu, MM, 0, at(0), 3, false),
    does: `
      load entry[2][2] -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][2] none -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][3] none -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 2..4 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
      store entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|LEAF
      store entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|LEAF
      xchg entry[2][0] none -> P8|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][1] none -> P9|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][2] none -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF
    `,
    gives: mkLeaf(8, CONT),
  },
  {
    says: 'of one entry its block is unfolded once',
    ...contpte,
    given: block,
    code: (cpu) => get_and_clear_full_ptes(cpu, MM, 2 * PAGE, at(2), 1, false),
    does: `
      load entry[2][2] -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][2] none -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][3] none -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 2..4 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
      store entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|LEAF
      store entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|LEAF
      load entry[2][2] -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF
      xchg entry[2][2] none -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF
    `,
    gives: mkLeaf(10, USED),
  },
  {
    says: 'of the last entry of a block too',
    ...contpte,
    given: block,
    code: (cpu) => get_and_clear_full_ptes(cpu, MM, 3 * PAGE, at(3), 1, false),
    does: `
      load entry[2][3] -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][2] none -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][3] none -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 2..4 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
      store entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|LEAF
      store entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|LEAF
      xchg entry[2][3] none -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF
    `,
    gives: mkLeaf(11, USED),
  },
  {
    says: 'ptep_set_wrprotect of one entry unfolds its block',
    ...contpte,
    given: block,
    code: (cpu) => ptep_set_wrprotect(cpu, MM, 2 * PAGE, at(2)),
    does: `
      load entry[2][2] -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][2] none -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][3] none -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 2..4 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
      store entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|LEAF
      store entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|LEAF
      load entry[2][2] -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF
      cmpxchg entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|LEAF P10|PRESENT|USER|ACCESSED|LEAF -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF
    `,
  },
  {
    says: 'wrprotect_ptes of a whole block keeps the marks',
    ...contpte,
    given: block,
    code: (cpu) => wrprotect_ptes(cpu, MM, 2 * PAGE, at(2), 2),
    does: `
      load entry[2][2] -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      cmpxchg entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT P10|PRESENT|USER|ACCESSED|LEAF|CONT -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      load entry[2][3] -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      cmpxchg entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT P11|PRESENT|USER|ACCESSED|LEAF|CONT -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
    `,
  },
  {
    says: 'wrprotect_ptes of a part of a block unfolds it',
    ...contpte,
    given: block,
    code: (cpu) => wrprotect_ptes(cpu, MM, 2 * PAGE, at(2), 1),
    does: `
      load entry[2][2] -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][2] none -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][3] none -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 2..4 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
      store entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|LEAF
      store entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|LEAF
      load entry[2][2] -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF
      load entry[2][2] -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF
      cmpxchg entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|LEAF P10|PRESENT|USER|ACCESSED|LEAF -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF
    `,
  },
  {
    says: 'a range that begins within a block and ends with it unfolds it once',
    kernel: { with: ['arm64_contpte'] },
    geometry: { pte: 3 },
    numbers: { CONT_PTES: 4 },
    given: leaves(0, 8, CONT, 4),
    code: (cpu) => wrprotect_ptes(cpu, MM, PAGE, at(1), 3),
    does: `
      load entry[2][1] -> P9|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][0] none -> P8|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][1] none -> P9|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][2] none -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      xchg entry[2][3] none -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 0..all pte+pmd ways:all to {0 1 2}
      tlb.sync (dsb(ish))
      store entry[2][0] P8|PRESENT|WRITE|USER|ACCESSED|LEAF
      store entry[2][1] P9|PRESENT|WRITE|USER|ACCESSED|LEAF
      store entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|LEAF
      store entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|LEAF
      load entry[2][1] -> P9|PRESENT|WRITE|USER|ACCESSED|LEAF
      cmpxchg entry[2][1] P9|PRESENT|WRITE|USER|ACCESSED|LEAF P9|PRESENT|USER|ACCESSED|LEAF -> P9|PRESENT|WRITE|USER|ACCESSED|LEAF
      load entry[2][2] -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF
      cmpxchg entry[2][2] P10|PRESENT|WRITE|USER|ACCESSED|LEAF P10|PRESENT|USER|ACCESSED|LEAF -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF
      load entry[2][3] -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF
      cmpxchg entry[2][3] P11|PRESENT|WRITE|USER|ACCESSED|LEAF P11|PRESENT|USER|ACCESSED|LEAF -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF
    `,
  },
  {
    says: 'ptep_set_access_flags marks a whole block, and flushes it at once',
    ...contpte,
    given: block,
    code: (cpu, { vmas: [vma] }) => ptep_set_access_flags(cpu, vma!, 3 * PAGE, at(3), mkLeaf(11, USED | F.DIRTY), true),
    does: `
      load entry[2][3] -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      load entry[2][2] -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      or entry[2][2] ACCESSED|DIRTY
      load entry[2][3] -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      or entry[2][3] ACCESSED|DIRTY
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 2..4 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
    gives: true,
  },
  {
    says: 'after a read fault it flushes nothing',
    ...contpte,
    given: leaves(2, 10, CONT - F.ACCESSED, 2),
    code: (cpu, { vmas: [vma] }) => ptep_set_access_flags(cpu, vma!, 2 * PAGE, at(2), mkLeaf(10, USED), false),
    does: `
      load entry[2][2] -> P10|PRESENT|WRITE|USER|LEAF|CONT
      load entry[2][2] -> P10|PRESENT|WRITE|USER|LEAF|CONT
      or entry[2][2] ACCESSED
      load entry[2][3] -> P11|PRESENT|WRITE|USER|LEAF|CONT
      or entry[2][3] ACCESSED
    `,
    gives: true,
  },
  {
    says: 'where the block has all that already it says so, and does not flush',
    ...contpte,
    given: block,
    code: (cpu, { vmas: [vma] }) => ptep_set_access_flags(cpu, vma!, 2 * PAGE, at(2), mkLeaf(10, USED), true),
    does: `
      load entry[2][2] -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      load entry[2][2] -> P10|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
      load entry[2][3] -> P11|PRESENT|WRITE|USER|ACCESSED|LEAF|CONT
    `,
    gives: false,
  },
  {
    says: 'a permission to write that comes unfolds the block',
    ...contpte,
    given: leaves(2, 10, CONT - F.WRITE, 2),
    code: (cpu, { vmas: [vma] }) => ptep_set_access_flags(cpu, vma!, 2 * PAGE, at(2), mkLeaf(10, CONT | F.DIRTY), true),
    does: `
      load entry[2][2] -> P10|PRESENT|USER|ACCESSED|LEAF|CONT
      load entry[2][2] -> P10|PRESENT|USER|ACCESSED|LEAF|CONT
      xchg entry[2][2] none -> P10|PRESENT|USER|ACCESSED|LEAF|CONT
      xchg entry[2][3] none -> P11|PRESENT|USER|ACCESSED|LEAF|CONT
      fence (dsb(ishst))
      tlb.broadcast asid 0 pages 2..4 pte ways:none to {0 1 2}
      tlb.sync (dsb(ish))
      store entry[2][2] P10|PRESENT|USER|ACCESSED|LEAF
      store entry[2][3] P11|PRESENT|USER|ACCESSED|LEAF
      load entry[2][2] -> P10|PRESENT|USER|ACCESSED|LEAF
      load entry[2][2] -> P10|PRESENT|USER|ACCESSED|LEAF
      cmpxchg entry[2][2] P10|PRESENT|USER|ACCESSED|LEAF P10|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF -> P10|PRESENT|USER|ACCESSED|LEAF
      fence (dsb(ishst))
      tlb.broadcast asid 0 page 2 pte+pmd ways:none to {0 1 2}
      tlb.sync (dsb(ish))
    `,
    gives: true,
  },
  {
    says: 'of an entry of no block it does what it did before blocks, without a mark',
    ...contpte,
    given: leaves(2, 10, USED - F.ACCESSED, 2),
    code: (cpu, { vmas: [vma] }) => ptep_set_access_flags(cpu, vma!, 2 * PAGE, at(2), mkLeaf(10, CONT), false),
    does: `
      load entry[2][2] -> P10|PRESENT|WRITE|USER|LEAF
      load entry[2][2] -> P10|PRESENT|WRITE|USER|LEAF
      load entry[2][2] -> P10|PRESENT|WRITE|USER|LEAF
      cmpxchg entry[2][2] P10|PRESENT|WRITE|USER|LEAF P10|PRESENT|WRITE|USER|ACCESSED|LEAF -> P10|PRESENT|WRITE|USER|LEAF
    `,
    gives: true,
  },
]);

test('what each flush is as an instruction', () => {
  const what = { asid: 0, start: 0, end: 1, leaves: [], walkCache: 'none' } as const;
  const number = (): number => 1;
  const of = (does: string, more: object = {}): unknown =>
    instructions({ does, what: { ...what, ...more } } as never, number);
  expect(of('sync')).toEqual({ tlbi_vale1is: 1 });
  expect(of('root')).toEqual({});
  expect(of('broadcast', { end: TLB_FLUSH_ALL })).toEqual({ tlbi_aside1is: 1 });
  expect(of('broadcast')).toEqual({ tlbi_vale1is: 1 });
  expect(of('broadcast', { walkCache: 'range' })).toEqual({ tlbi_vae1is: 1 });
  expect(of('broadcast', { end: 2 * PAGE })).toEqual({ tlbi_rvale1is: 1 });
  expect(of('broadcast', { end: 2 * PAGE, walkCache: 'range' })).toEqual({ tlbi_rvae1is: 1 });
});

test('what the machine is: Arm ARM, D8; asm/tlbflush.h', () => {
  expect(arm64.machine).toMatchObject({
    geometry: { pageShift: 12, bits: { pgd: 9, p4d: 0, pud: 9, pmd: 9, pte: 9 } },
    memory: 'arm',
    shootdown: 'broadcast',
    walkCache: true,
    hardwareAccessed: 'always',
    hardwareDirty: 'always',
    insufficientRights: { does: 'faults', faultForgets: false },
    config: { MMU_GATHER_RCU_TABLE_FREE: true, TRANSPARENT_HUGEPAGE: true, HAVE_FAST_GUP: true },
    numbers: {
      system_supports_tlb_range: 1,
      MAX_TLBI_OPS: 512,
      MAX_TLBI_RANGE_PAGES: 2 ** 21,
      CONT_PTES: 16,
      ARM64_WORKAROUND_REPEAT_TLBI: 0,
    },
    exploring: { MAX_TLBI_OPS: 2, MAX_TLBI_RANGE_PAGES: 4 },
    shape: { CONT_PTES: 2 },
    counted: {
      flushes: ['tlb.sync'],
      ipis: {},
      compared: [
        'insn:tlbi_aside1is@cpu0',
        'insn:tlbi_vae1is@cpu0',
        'insn:tlbi_vale1is@cpu0',
        'insn:tlbi_rvae1is@cpu0',
        'insn:tlbi_rvale1is@cpu0',
      ],
    },
  });
  expect(arm64NoRange.machine.numbers).toEqual({
    ...arm64.machine.numbers,
    system_supports_tlb_range: 0,
    ARM64_WORKAROUND_REPEAT_TLBI: 1,
  });
});

test('what each rule switches off', () => {
  expect(Object.fromEntries(arm64.rules.map(({ name, off }) => [name, off]))).toEqual({
    range_instructions: { numbers: { system_supports_tlb_range: 0 } },
    single_page_flush_ceiling: { numbers: { MAX_TLBI_OPS: 2 ** 40 } },
    last_level_only: { with: ['arm64_flushes_upper_levels'] },
    repeated_tlbi: { numbers: { ARM64_WORKAROUND_REPEAT_TLBI: 0 } },
    contpte: { without: ['arm64_contpte'] },
  });
});
