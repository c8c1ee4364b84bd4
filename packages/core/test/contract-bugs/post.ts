/** For every claim about what a hook has done on return: a body that forgets it, in a story where the kernel calls the hook. */
import { flush_tlb_range, pmdp_huge_get_and_clear } from '../../src/contract/hooks/index.ts';
import type { Va } from '../../src/words/address.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import { F, none, type Table } from '../../src/words/entry.ts';
import { HPAGE_PMD_SIZE } from '../../src/words/geometry.ts';
import type { Layer } from '../../src/arch/layer.ts';
import { entryRef, tableCells, type Vma } from '../../src/words/objects.ts';
import type { Op } from '@shootdown/explorer';
import type { Scenario } from '../../src/workload/scenario.ts';
import { direct } from './direct.ts';
import { leaf } from './drive.ts';
import { generic, toy, type Planted } from './spoil.ts';
import * as s from './stories.ts';

const spoiled = (hookName: string, sentence: string, says: string, holdsIn: Scenario, layer: Layer): Planted => ({
  claim: `${hookName}: ${sentence}`,
  says,
  holdsIn,
  bug: { layer },
});

/** The last table of CPU 1: no story comes so far. */
const NEVER_ALLOCATED: Table = 16;
/** An empty table with an entry left in it. */
function* stained(cpu: Cpu, table: Table): Op<Table> {
  yield* cpu.store(tableCells.entry(table, 1), leaf);
  return table;
}

const newTables: Planted[] = [
  spoiled('pgd_alloc', 'the new table is allocated', 'gives out a table without taking it', s.exec, {
    *pgd_alloc() {
      return NEVER_ALLOCATED;
    },
  }),
  spoiled('pud_alloc_one', 'the new table is allocated', 'gives out a table without taking it', s.faultFourLevels, {
    *pud_alloc_one() {
      return NEVER_ALLOCATED;
    },
  }),
  spoiled('pmd_alloc_one', 'the new table is allocated', 'gives out a table without taking it', s.fault, {
    *pmd_alloc_one() {
      return NEVER_ALLOCATED;
    },
  }),
  spoiled('pte_alloc_one', 'the new table is allocated', 'gives out a table without taking it', s.fault, {
    *pte_alloc_one() {
      return NEVER_ALLOCATED;
    },
  }),
  spoiled('pgd_alloc', 'the new table is empty', 'does not zero it', s.exec, {
    *pgd_alloc(cpu, mm) {
      return yield* stained(cpu, yield* generic.pgd_alloc(cpu, mm));
    },
  }),
  spoiled('pud_alloc_one', 'the new table is empty', 'does not zero it', s.faultFourLevels, {
    *pud_alloc_one(cpu, mm, addr) {
      return yield* stained(cpu, yield* generic.pud_alloc_one(cpu, mm, addr));
    },
  }),
  spoiled('pmd_alloc_one', 'the new table is empty', 'does not zero it', s.fault, {
    *pmd_alloc_one(cpu, mm, addr) {
      return yield* stained(cpu, yield* generic.pmd_alloc_one(cpu, mm, addr));
    },
  }),
  spoiled('pte_alloc_one', 'the new table is empty', 'does not zero it', s.fault, {
    *pte_alloc_one(cpu, mm) {
      return yield* stained(cpu, yield* generic.pte_alloc_one(cpu, mm));
    },
  }),
  spoiled(
    'pgtable_trans_huge_withdraw',
    'the withdrawn table is empty',
    'leaves its list pointers in the table',
    s.split,
    {
      *pgtable_trans_huge_withdraw(cpu, mm, pmdp) {
        return yield* stained(cpu, yield* generic.pgtable_trans_huge_withdraw(cpu, mm, pmdp));
      },
    },
  ),
];

const links: Planted[] = [
  spoiled('pmd_populate', 'the PMD points to the table', 'does nothing', s.fault, { *pmd_populate() {} }),
  spoiled('pud_populate', 'the entry points to the table', 'does nothing', s.fault, { *pud_populate() {} }),
  spoiled('p4d_populate', 'the entry points to the table', 'does nothing', s.faultFourLevels, { *p4d_populate() {} }),
  spoiled('pgd_populate', 'the entry points to the table', 'does nothing', direct.pgd_populate.story(), {
    *pgd_populate() {},
  }),
  spoiled('pmd_clear', 'the PMD is none', 'does nothing', s.unmap, { *pmd_clear() {} }),
  spoiled('pud_clear', 'the entry is none', 'does nothing', s.unmap, { *pud_clear() {} }),
  spoiled('p4d_clear', 'the entry is none', 'does nothing', s.unmapFourLevels, { *p4d_clear() {} }),
  spoiled('pgd_clear', 'the entry is none', 'does nothing', direct.pgd_clear.story(), { *pgd_clear() {} }),
];

const ptes: Planted[] = [
  spoiled('ptep_get_and_clear', 'the PTE is none', 'only reads', s.zap, {
    *ptep_get_and_clear(cpu, _mm, _addr, ptep) {
      return yield* cpu.read_entry(ptep);
    },
  }),
  spoiled('ptep_get_and_clear_full', 'the PTE is none', 'only reads', s.zap, {
    *ptep_get_and_clear_full(cpu, _vma, _addr, ptep) {
      return yield* cpu.read_entry(ptep);
    },
  }),
  spoiled('ptep_clear_flush', 'the PTE is none', 'flushes and does not clear', direct.ptep_clear_flush.story(), {
    *ptep_clear_flush(cpu, vma, addr, ptep) {
      yield* toy.flush_tlb_page(cpu, vma, addr);
      return yield* cpu.read_entry(ptep);
    },
  }),
  spoiled('ptep_clear_flush', 'no TLB holds the page', 'flushes only its own CPU', direct.ptep_clear_flush.story(), {
    *flush_tlb_page(cpu, vma) {
      yield* cpu.flush_local({ asid: vma.mm.id, start: vma.start, end: vma.end, leaves: ['pte'], walkCache: 'none' });
    },
  }),
  spoiled('ptep_set_wrprotect', 'the PTE is not writable', 'does nothing', direct.ptep_set_wrprotect.story(), {
    *ptep_set_wrprotect() {},
  }),
  spoiled(
    'reload_tlb_mm',
    'every CPU that has the address space loaded is on its root',
    'flushes, and loads nothing',
    direct.reload_tlb_mm.story(),
    {
      *reload_tlb_mm(cpu, mm) {
        yield* toy.flush_tlb_mm(cpu, mm);
      },
    },
  ),
  spoiled(
    'flush_tlb_fix_spurious_fault',
    'this CPU does not go on faulting from a translation that is stricter than the PTE',
    'does nothing, where a change has not flushed either',
    s.relaxedBeside,
    {
      *flush_tlb_fix_spurious_fault() {},
    },
  ),
  spoiled(
    'ptep_set_access_flags',
    'after a write fault the PTE permits what was asked',
    'sets accessed and forgets write',
    s.writeProtected,
    {
      *ptep_set_access_flags(cpu, _vma, _addr, ptep) {
        yield* cpu.or(entryRef(ptep), F.ACCESSED);
        return true;
      },
    },
  ),
];

const pmds: Planted[] = [
  spoiled('set_pmd_at', 'the PMD holds the new value', 'does nothing', s.hugeFault, { *set_pmd_at() {} }),
  spoiled('pmdp_huge_get_and_clear', 'the PMD is none', 'only reads', s.zapHuge, {
    *pmdp_huge_get_and_clear(cpu, _mm, _addr, pmdp) {
      return yield* cpu.read_entry(pmdp);
    },
  }),
  spoiled('pmdp_huge_get_and_clear_full', 'the PMD is none', 'only reads', s.zapHuge, {
    *pmdp_huge_get_and_clear_full(cpu, _vma, _addr, pmdp) {
      return yield* cpu.read_entry(pmdp);
    },
  }),
  spoiled(
    'pmdp_huge_clear_flush',
    'the PMD is none',
    'flushes and does not clear',
    direct.pmdp_huge_clear_flush.story(),
    {
      *pmdp_huge_clear_flush(cpu, vma, addr, pmdp) {
        yield* toy.flush_tlb_range(cpu, vma, addr, vma.end);
        return yield* cpu.read_entry(pmdp);
      },
    },
  ),
  spoiled(
    'pmdp_huge_clear_flush',
    'no TLB holds the huge translation',
    'does not flush',
    direct.pmdp_huge_clear_flush.story(),
    { *flush_pmd_tlb_range() {} },
  ),
  spoiled('pmdp_establish', 'the PMD holds the new value', 'only reads', s.split, {
    *pmdp_establish(cpu, _vma, _addr, pmdp) {
      return yield* cpu.read_entry(pmdp);
    },
  }),
  spoiled('pmdp_set_wrprotect', 'the PMD is not writable', 'does nothing', direct.pmdp_set_wrprotect.story(), {
    *pmdp_set_wrprotect() {},
  }),
  spoiled(
    'pmdp_set_access_flags',
    'after a write fault the PMD permits what was asked',
    'sets accessed and forgets write',
    s.hugeWriteProtected,
    {
      *pmdp_set_access_flags(cpu, _vma, _addr, pmdp) {
        yield* cpu.or(entryRef(pmdp), F.ACCESSED);
        return true;
      },
    },
  ),
];

const invalidations: Planted[] = (['pmdp_invalidate', 'pmdp_invalidate_ad'] as const).flatMap((name) => {
  const story = name === 'pmdp_invalidate' ? s.split : direct.pmdp_invalidate_ad.story();
  return [
    spoiled(name, 'the hardware cannot use the PMD', 'only flushes', story, {
      *[name](cpu: Cpu, vma: Vma, addr: Va, pmdp: never) {
        yield* flush_tlb_range(cpu, vma, addr, addr + HPAGE_PMD_SIZE(cpu.geometry));
        return yield* cpu.read_entry(pmdp);
      },
    }),
    // The kernel before the invalid entry: MADV_DONTNEED, under mmap_lock for reading, took the none for an empty range.
    spoiled(name, 'software still sees a present huge PMD', 'clears it', story, {
      *[name](cpu: Cpu, _vma: never, _addr: never, pmdp: never) {
        return yield* cpu.xchg(entryRef(pmdp), none);
      },
    }),
  ];
});

const collapse: Planted[] = [
  spoiled('pmdp_collapse_flush', 'the PMD is none', 'flushes and does not clear', s.collapse, {
    *pmdp_collapse_flush(cpu, vma, address, pmdp) {
      yield* toy.flush_tlb_range(cpu, vma, address, vma.end);
      return yield* cpu.read_entry(pmdp);
    },
  }),
  spoiled('pmdp_collapse_flush', 'no TLB holds the range', 'does not flush', s.collapse, { *flush_tlb_range() {} }),
  spoiled('pmdp_collapse_flush', 'no CPU remembers the way to the old table', 'flushes leaves only', s.collapse, {
    *flush_tlb_range(cpu, vma, start, end) {
      yield* cpu.tlbi_broadcast({ asid: vma.mm.id, start, end, leaves: ['pte', 'pmd'], walkCache: 'none' });
      yield* cpu.tlbi_sync('dsb');
    },
  }),
  spoiled(
    'pmdp_collapse_flush',
    'no hardware walker is in the old table',
    'flushes before it clears',
    s.collapseBesideLoad,
    {
      *pmdp_collapse_flush(cpu, vma, address, pmdp) {
        yield* toy.flush_tlb_range(cpu, vma, address, vma.end);
        return yield* pmdp_huge_get_and_clear(cpu, vma.mm, address, pmdp);
      },
    },
  ),
  spoiled('pmdp_invalidate', 'no TLB holds the huge translation', 'does not flush', s.split, {
    *flush_pmd_tlb_range() {},
  }),
];

const LOSES = 'says yes when a valid entry loses its frame, its validity or the write permission';
const protections: Planted[] = [
  spoiled(
    'pte_accessible',
    'what the hardware may use is said to be accessible',
    'always says no',
    direct.pte_accessible.story(),
    {
      *pte_accessible() {
        return false;
      },
    },
  ),
  spoiled('pte_needs_flush', LOSES, 'always says no', direct.pte_needs_flush.story(), {
    *pte_needs_flush() {
      return false;
    },
  }),
  spoiled('huge_pmd_needs_flush', LOSES, 'always says no', direct.huge_pmd_needs_flush.story(), {
    *huge_pmd_needs_flush() {
      return false;
    },
  }),
  spoiled(
    'pmdp_huge_split_prepare',
    'software still sees a present huge PMD',
    'clears it',
    direct.pmdp_huge_split_prepare.story(),
    {
      *pmdp_huge_split_prepare(cpu, _vma, _addr, pmdp) {
        yield* cpu.store(entryRef(pmdp), none);
      },
    },
  ),
];

export const spoiledBodies: readonly Planted[] = [
  ...protections,
  ...newTables,
  ...links,
  ...ptes,
  ...pmds,
  ...invalidations,
  ...collapse,
];
