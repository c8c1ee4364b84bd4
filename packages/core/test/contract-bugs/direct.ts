/** How each hook is called rightly by a thread that does nothing else: for hooks no story reaches, and for calling them wrongly. */
import * as hooks from '../../src/contract/hooks/index.ts';
import { F, mkTable } from '../../src/words/entry.ts';
import { entryRef, mmCells } from '../../src/words/objects.ts';
import { call, leaf } from './drive.ts';

/** The right calls, by hook. Nobody else changes what they name meanwhile: some callers hold more than their contract asks for. */
export const direct = {
  // PTE
  ptep_get_lockless: call(hooks.ptep_get_lockless, 'base pages', (a) => [a.ptep], { interrupts: 'off' }),
  set_pte_at: call(hooks.set_pte_at, 'base pages', (a) => [a.mm, 0, a.ptep, leaf]),
  pte_clear: call(hooks.pte_clear, 'base pages', (a) => [a.mm, 0, a.ptep]),
  ptep_get_and_clear: call(hooks.ptep_get_and_clear, 'base pages', (a) => [a.mm, 0, a.ptep]),
  ptep_get_and_clear_full: call(hooks.ptep_get_and_clear_full, 'base pages', (a) => [a.mm, 0, a.ptep, false]),
  ptep_clear_flush: call(hooks.ptep_clear_flush, 'base pages', (a) => [a.vma, 0, a.ptep]),
  ptep_set_wrprotect: call(hooks.ptep_set_wrprotect, 'base pages', (a) => [a.mm, 0, a.ptep]),
  ptep_set_access_flags: call(hooks.ptep_set_access_flags, 'base pages', (a) => [
    a.vma,
    0,
    a.ptep,
    a.pte | F.SOFT_DIRTY,
    true,
  ]),
  ptep_modify_prot_start: call(hooks.ptep_modify_prot_start, 'base pages', (a) => [a.vma, 0, a.ptep]),
  ptep_modify_prot_commit: call(hooks.ptep_modify_prot_commit, 'base pages', (a) => [a.vma, 0, a.ptep, a.pte, leaf]),
  update_mmu_cache: call(hooks.update_mmu_cache, 'base pages', (a) => [a.vma, 0, a.ptep]),
  flush_tlb_fix_spurious_fault: call(hooks.flush_tlb_fix_spurious_fault, 'base pages', (a) => [a.vma, 0]),
  arch_leave_lazy_mmu_mode: call(hooks.arch_leave_lazy_mmu_mode, 'base pages', () => []),
  // PMD
  set_pmd_at: call(hooks.set_pmd_at, 'a PMD that is none', (a) => [a.mm, 0, a.pmdp, leaf]),
  pmd_clear: call(hooks.pmd_clear, 'base pages', (a) => [a.pmdp]),
  pmd_populate: call(hooks.pmd_populate, 'a PMD that is none', (a) => [a.mm, a.pmdp, a.fresh]),
  pud_populate: call(hooks.pud_populate, 'an empty tree', (a) => [a.mm, a.top('pud'), a.fresh]),
  p4d_populate: call(hooks.p4d_populate, 'an empty tree of four levels', (a) => [a.mm, a.top('p4d'), a.fresh]),
  pgd_populate: call(hooks.pgd_populate, 'an empty tree with P4D', (a) => [a.mm, a.top('pgd'), a.fresh]),
  pgd_clear: call(hooks.pgd_clear, 'an empty tree with P4D', (a) => [a.top('pgd')], {
    before: (cpu, a) => cpu.store(entryRef(a.top('pgd')), mkTable(a.fresh)),
  }),
  pmdp_huge_get_and_clear: call(hooks.pmdp_huge_get_and_clear, 'a huge page', (a) => [a.mm, 0, a.pmdp]),
  pmdp_huge_get_and_clear_full: call(hooks.pmdp_huge_get_and_clear_full, 'a huge page', (a) => [
    a.vma,
    0,
    a.pmdp,
    false,
  ]),
  pmdp_huge_clear_flush: call(hooks.pmdp_huge_clear_flush, 'a huge page', (a) => [a.vma, 0, a.pmdp]),
  pmdp_establish: call(hooks.pmdp_establish, 'a huge page', (a) => [a.vma, 0, a.pmdp, leaf]),
  pmdp_invalidate: call(hooks.pmdp_invalidate, 'a huge page', (a) => [a.vma, 0, a.pmdp]),
  pmdp_invalidate_ad: call(hooks.pmdp_invalidate_ad, 'a huge page', (a) => [a.vma, 0, a.pmdp]),
  pmdp_huge_split_prepare: call(hooks.pmdp_huge_split_prepare, 'a huge page', (a) => [a.vma, 0, a.pmdp]),
  pmdp_set_wrprotect: call(hooks.pmdp_set_wrprotect, 'a huge page', (a) => [a.mm, 0, a.pmdp]),
  pmdp_set_access_flags: call(hooks.pmdp_set_access_flags, 'a huge page', (a) => [
    a.vma,
    0,
    a.pmdp,
    a.pmd | F.SOFT_DIRTY,
    true,
  ]),
  pmdp_collapse_flush: call(hooks.pmdp_collapse_flush, 'base pages', (a) => [a.vma, 0, a.pmdp]),
  pgtable_trans_huge_deposit: call(hooks.pgtable_trans_huge_deposit, 'a PMD that is none', (a) => [
    a.mm,
    a.pmdp,
    a.fresh,
  ]),
  pgtable_trans_huge_withdraw: call(hooks.pgtable_trans_huge_withdraw, 'a PMD that is none', (a) => [a.mm, a.pmdp], {
    before: (cpu, a) => hooks.pgtable_trans_huge_deposit(cpu, a.mm, a.pmdp, a.fresh),
  }),
  update_mmu_cache_pmd: call(hooks.update_mmu_cache_pmd, 'a huge page', (a) => [a.vma, 0, a.pmdp]),
  // TLB
  flush_tlb_page: call(hooks.flush_tlb_page, 'base pages', (a) => [a.vma, 0]),
  flush_tlb_range: call(hooks.flush_tlb_range, 'base pages', (a) => [a.vma, 0, a.end]),
  flush_pmd_tlb_range: call(hooks.flush_pmd_tlb_range, 'a huge page', (a) => [a.vma, 0, a.end]),
  flush_tlb_mm: call(hooks.flush_tlb_mm, 'base pages', (a) => [a.mm]),
  pte_accessible: call(hooks.pte_accessible, 'base pages', (a) => [a.mm, a.pte]),
  pte_needs_flush: call(hooks.pte_needs_flush, 'base pages', (a) => [a.pte, leaf]),
  huge_pmd_needs_flush: call(hooks.huge_pmd_needs_flush, 'a huge page', (a) => [a.pmd, leaf]),
  tlb_flush: call(hooks.tlb_flush, 'base pages', (a) => [a.tlb]),
  tlb_remove_table_sync_one: call(hooks.tlb_remove_table_sync_one, 'base pages', () => []),
  switch_mm: call(hooks.switch_mm, 'base pages', (a) => [a.mm, a.child]),
  activate_mm: call(hooks.activate_mm, 'base pages', (a) => [a.mm, a.child]),
  // The root is another from now on, with the same tables below.
  reload_tlb_mm: call(hooks.reload_tlb_mm, 'base pages', (a) => [a.mm], {
    *before(cpu, a) {
      const entry = yield* cpu.read_entry(a.top('pgd'));
      yield* cpu.store(entryRef({ ...a.top('pgd'), table: a.fresh }), entry);
      yield* cpu.store(mmCells.pgd(a.mm.id), a.fresh);
    },
  }),
  enter_lazy_tlb: call(hooks.enter_lazy_tlb, 'base pages', (a) => [a.mm]),
  arch_start_context_switch: call(hooks.arch_start_context_switch, 'base pages', () => [], { interrupts: 'off' }),
  arch_end_context_switch: call(hooks.arch_end_context_switch, 'base pages', () => [], { interrupts: 'off' }),
  serialize_against_pte_lookup: call(hooks.serialize_against_pte_lookup, 'base pages', (a) => [a.mm]),
  // Tables. They are freed while linked, but not before CPU 0 is out.
  pgd_free: call(hooks.pgd_free, 'base pages, new to CPU 0', (a) => [a.mm, a.top('pgd').table], { beside: 'a load' }),
  pmd_free: call(hooks.pmd_free, 'base pages, new to CPU 0', (a) => [a.mm, a.pmdp.table], { beside: 'a load' }),
  pte_free: call(hooks.pte_free, 'base pages, new to CPU 0', (a) => [a.mm, a.ptep.table], { beside: 'a load' }),
  arch_dup_mmap: call(hooks.arch_dup_mmap, 'base pages', (a) => [a.mm, a.child]),
};
