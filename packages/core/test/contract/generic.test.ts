/** What the bodies of the kernel do, in which order, and where they reach the layers above. */
import { expect, test } from '@jest/globals';
import { tlb_flush_mmu_tlbonly, tlb_remove_table_rcu, tlb_table_flush } from '../../src/contract/gather.ts';
import * as hooks from '../../src/contract/hooks/index.ts';
import { F, has, mkLeaf, mkTable, pmd_present, pmd_trans_huge, type Pte } from '../../src/words/entry.ts';
import { refName } from '../../src/words/cells.ts';
import { entryRef, mmCells } from '../../src/words/objects.ts';
import { gather, mm, oneCpu, pmdp, ptep, vma } from './one-cpu.ts';

const RW = F.PRESENT | F.USER | F.WRITE;
const page: Pte = mkLeaf(4, RW);
const huge = mkLeaf(8, RW | F.DIRTY);

test('collapse clears the PMD, then flushes the whole range, not only huge translations', () => {
  const one = oneCpu();
  one.set(pmdp, mkTable(7));
  expect(one.run(hooks.pmdp_collapse_flush(one.cpu, vma, 0, pmdp))).toBe(mkTable(7));
  expect(one.did).toEqual(['read pmd', 'store none', 'flush_tlb_range mm1 0 8192']);
});

test('a layer above is reached from bodies below it', () => {
  const one = oneCpu({
    layer: {
      *pmd_clear(cpu, slot) {
        yield* cpu.fence('hypercall');
        yield* cpu.store(entryRef(slot), 0);
      },
    },
  });
  one.set(pmdp, mkTable(7));
  one.run(hooks.pmdp_collapse_flush(one.cpu, vma, 0, pmdp));
  expect(one.did).toEqual(['read pmd', 'hypercall', 'store none', 'flush_tlb_range mm1 0 8192']);
});

test('the non-atomic exchange loses a dirty flag that hardware sets in between', () => {
  const cell = refName(entryRef(ptep));
  const one = oneCpu({ between: (cells, step) => step === 1 && cells.set(cell, cells.get(cell)! | F.DIRTY) });
  one.set(ptep, page);
  const old = one.run(hooks.ptep_get_and_clear(one.cpu, mm, 0, ptep));
  expect(has(old, F.DIRTY)).toBe(false);
  expect(one.entry(ptep)).toBe(0);
});

test.each([
  ['a valid PTE', page, 0, true],
  ['an empty PTE', 0, 0, true],
  ['a PROT_NONE PTE', mkLeaf(4, F.PROTNONE), 0, true],
  ['a PROT_NONE PTE that somebody has not flushed yet', mkLeaf(4, F.PROTNONE), 1, true],
])('ptep_clear_flush of %s: whatever an architecture does not say, a TLB may hold', (_what, pte, pending, flushes) => {
  const one = oneCpu();
  one.set(ptep, pte);
  one.cells.set(refName(mmCells.tlb_flush_pending(mm.id)), pending);
  expect(one.run(hooks.ptep_clear_flush(one.cpu, vma, 0, ptep))).toBe(pte);
  expect(one.did.includes('flush_tlb_page mm1 0')).toBe(flushes);
});

test('access flags: nothing happens when nothing changes', () => {
  const one = oneCpu();
  one.set(ptep, page);
  expect(one.run(hooks.ptep_set_access_flags(one.cpu, vma, 0, ptep, page, true))).toBe(false);
  expect(one.run(hooks.ptep_set_access_flags(one.cpu, vma, 0, ptep, page | F.DIRTY, true))).toBe(true);
  expect(one.did).toEqual(['read pte', 'read pte', 'store P4 r w d', 'flush_tlb_page mm1 0']);
});

test('an invalidated PMD is a present huge page to software only', () => {
  const one = oneCpu();
  one.set(pmdp, huge);
  expect(one.run(hooks.pmdp_invalidate(one.cpu, vma, 0, pmdp))).toBe(huge);
  expect(has(one.entry(pmdp), F.PRESENT)).toBe(false);
  expect(pmd_present(one.entry(pmdp)) && pmd_trans_huge(one.entry(pmdp))).toBe(true);
  expect(one.did.at(-1)).toBe('flush_tlb_range mm1 0 8192');
});

test('what is deposited can be withdrawn, and no more', () => {
  const one = oneCpu();
  one.run(hooks.pgtable_trans_huge_deposit(one.cpu, mm, pmdp, 9));
  expect(one.run(hooks.pgtable_trans_huge_withdraw(one.cpu, mm, pmdp))).toBe(9);
  one.run(hooks.pgtable_trans_huge_withdraw(one.cpu, mm, pmdp));
  expect(one.did).toEqual(['BUG no page table was deposited for the huge PMD']);
});

test('a folded level is neither linked nor cleared', () => {
  const one = oneCpu(); // PUD and P4D are folded
  const index = { table: 2, index: 0 };
  one.run(hooks.pgd_populate(one.cpu, mm, { level: 'pgd', ...index }, 5));
  one.run(hooks.p4d_populate(one.cpu, mm, { level: 'p4d', ...index }, 5));
  expect(one.did).toEqual([]);
  one.run(hooks.pud_populate(one.cpu, mm, { level: 'pud', ...index }, 5));
  one.run(hooks.pgd_clear(one.cpu, { level: 'pgd', ...index }));
  one.run(hooks.p4d_clear(one.cpu, { level: 'p4d', ...index }));
  expect(one.did).toEqual(['store table T5']);
  one.run(hooks.pud_clear(one.cpu, { level: 'pud', ...index }));
  expect(one.did).toEqual(['store table T5', 'store none']);
});

test.each([
  ['a range', gather(), ['flush_tlb_range mm1 4096 8192']],
  ['everything, when asked to', gather({ need_flush_all: true }), ['flush_tlb_mm mm1']],
  ['everything of a dying address space', gather({ fullmm: true }), ['flush_tlb_mm mm1']],
  ['nothing, when nothing was unmapped', gather({ cleared_ptes: false }), []],
])('the gather flushes %s', (_what, tlb, did) => {
  const one = oneCpu();
  one.run(tlb_flush_mmu_tlbonly(one.cpu, tlb));
  one.run(tlb_flush_mmu_tlbonly(one.cpu, tlb)); // the range was reset: nothing is left to flush
  expect(one.did).toEqual(did);
});

test('a table goes through the batch to RCU, behind the flush', () => {
  const one = oneCpu({ changes: ['table_batch_flushes_tlb_first'] });
  const tlb = gather({ cleared_ptes: false, start: 16384, end: 0 });
  one.run(hooks.pte_free_tlb(one.cpu, tlb, 7, 4096));
  expect(one.did).toEqual([]);
  expect(tlb).toMatchObject({ start: 4096, end: 8192, freed_tables: true, cleared_pmds: true, tables: [7] });
  one.run(hooks.pmd_free_tlb(one.cpu, tlb, 5, 4096)); // the batch holds two
  expect(one.did).toEqual(['flush_tlb_range mm1 4096 8192', 'tlb_remove_table_rcu {"tables":[7,5]}']);
  expect(tlb).toMatchObject({ tables: [], freed_tables: false });
  one.run(tlb_table_flush(one.cpu, tlb));
  one.run(tlb_remove_table_rcu.body(one.cpu, { tables: [7, 5] }));
  expect(one.did.slice(2)).toEqual(['free T7', 'free T5']);
});

test('before 4.19 a full batch went to RCU without a flush', () => {
  const one = oneCpu();
  one.run(tlb_table_flush(one.cpu, gather({ tables: [7] })));
  expect(one.did).toEqual(['tlb_remove_table_rcu {"tables":[7]}']);
});

test('no flush for tables that hardware never walks', () => {
  const layer = {
    *tlb_needs_table_invalidate() {
      return false;
    },
  };
  const one = oneCpu({ changes: ['table_batch_flushes_tlb_first'], layer });
  one.run(tlb_table_flush(one.cpu, gather({ tables: [7] })));
  expect(one.did).toEqual(['tlb_remove_table_rcu {"tables":[7]}']);
});

test('where the flush interrupts walkers, tables go the way of pages and sync_one is empty', () => {
  const one = oneCpu({ rcuTables: false });
  const tlb = gather();
  one.run(hooks.pud_free_tlb(one.cpu, tlb, 3, 4096));
  one.run(hooks.tlb_remove_table_sync_one(one.cpu));
  expect(tlb).toMatchObject({ pageTables: [3], tables: [], freed_tables: true });
  expect(one.did).toEqual([]);
});

test('sync_one interrupts every other CPU', () => {
  const one = oneCpu();
  one.run(hooks.tlb_remove_table_sync_one(one.cpu));
  expect(one.did).toEqual(['interrupt 2 tlb_remove_table_smp_sync']);
});

test('a CPU is a target of flushes before it walks the new tables', () => {
  const one = oneCpu();
  one.cells.set(refName(mmCells.pgd(mm.id)), 2);
  one.run(hooks.activate_mm(one.cpu, undefined, mm));
  one.run(hooks.switch_mm(one.cpu, mm, undefined));
  expect(one.did).toEqual(['mm_cpumask[1] |= 1', 'smp_mb', 'root 2 of 1', 'root 0 of 0']);
});
