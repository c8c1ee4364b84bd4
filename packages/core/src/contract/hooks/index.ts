/** The list of hooks: what the generic kernel demands of an architecture. */

// pte update
export { ptep_get_lockless } from './ptep_get_lockless.ts';
export { set_pte_at } from './set_pte_at.ts';
export { set_ptes } from './set_ptes.ts';
export { pte_clear } from './pte_clear.ts';
export { ptep_get_and_clear } from './ptep_get_and_clear.ts';
export { ptep_get_and_clear_full } from './ptep_get_and_clear_full.ts';
export { get_and_clear_full_ptes } from './get_and_clear_full_ptes.ts';
export { pte_accessible } from './pte_accessible.ts';
export { ptep_clear_flush } from './ptep_clear_flush.ts';
export { ptep_set_wrprotect } from './ptep_set_wrprotect.ts';
export { wrprotect_ptes } from './wrprotect_ptes.ts';
export { ptep_set_access_flags } from './ptep_set_access_flags.ts';
export { ptep_modify_prot_start } from './ptep_modify_prot_start.ts';
export { ptep_modify_prot_commit } from './ptep_modify_prot_commit.ts';
export { update_mmu_cache } from './update_mmu_cache.ts';
export { flush_tlb_fix_spurious_fault } from './flush_tlb_fix_spurious_fault.ts';
export { arch_enter_lazy_mmu_mode } from './arch_enter_lazy_mmu_mode.ts';
export { arch_leave_lazy_mmu_mode } from './arch_leave_lazy_mmu_mode.ts';

// pmd update
export { set_pmd_at } from './set_pmd_at.ts';
export { pmd_clear } from './pmd_clear.ts';
export { pmd_populate } from './pmd_populate.ts';
export { pud_populate } from './pud_populate.ts';
export { p4d_populate } from './p4d_populate.ts';
export { pgd_populate } from './pgd_populate.ts';
export { pud_clear } from './pud_clear.ts';
export { p4d_clear } from './p4d_clear.ts';
export { pgd_clear } from './pgd_clear.ts';
export { pmdp_huge_get_and_clear } from './pmdp_huge_get_and_clear.ts';
export { pmdp_huge_get_and_clear_full } from './pmdp_huge_get_and_clear_full.ts';
export { pmdp_huge_clear_flush } from './pmdp_huge_clear_flush.ts';
export { pmdp_establish } from './pmdp_establish.ts';
export { pmdp_invalidate } from './pmdp_invalidate.ts';
export { pmdp_invalidate_ad } from './pmdp_invalidate_ad.ts';
export { pmdp_huge_split_prepare } from './pmdp_huge_split_prepare.ts';
export { pmdp_set_wrprotect } from './pmdp_set_wrprotect.ts';
export { pmdp_set_access_flags } from './pmdp_set_access_flags.ts';
export { pmdp_collapse_flush } from './pmdp_collapse_flush.ts';
export { pgtable_trans_huge_deposit } from './pgtable_trans_huge_deposit.ts';
export { pgtable_trans_huge_withdraw } from './pgtable_trans_huge_withdraw.ts';
export { arch_needs_pgtable_deposit } from './arch_needs_pgtable_deposit.ts';
export { update_mmu_cache_pmd } from './update_mmu_cache_pmd.ts';

// TLB
export { flush_tlb_page } from './flush_tlb_page.ts';
export { flush_tlb_range } from './flush_tlb_range.ts';
export { flush_pmd_tlb_range } from './flush_pmd_tlb_range.ts';
export { flush_tlb_mm } from './flush_tlb_mm.ts';
export { tlb_flush } from './tlb_flush.ts';
export { pte_needs_flush } from './pte_needs_flush.ts';
export { huge_pmd_needs_flush } from './huge_pmd_needs_flush.ts';
export { tlb_remove_table } from './tlb_remove_table.ts';
export { tlb_needs_table_invalidate } from './tlb_needs_table_invalidate.ts';
export { tlb_remove_table_sync_one } from './tlb_remove_table_sync_one.ts';
export { switch_mm } from './switch_mm.ts';
export { activate_mm } from './activate_mm.ts';
export { reload_tlb_mm } from './reload_tlb_mm.ts';
export { enter_lazy_tlb } from './enter_lazy_tlb.ts';
export { arch_start_context_switch } from './arch_start_context_switch.ts';
export { arch_end_context_switch } from './arch_end_context_switch.ts';

// table lifetime
export { pgd_alloc } from './pgd_alloc.ts';
export { pgd_free } from './pgd_free.ts';
export { pud_alloc_one } from './pud_alloc_one.ts';
export { pmd_alloc_one } from './pmd_alloc_one.ts';
export { pte_alloc_one } from './pte_alloc_one.ts';
export { pte_free } from './pte_free.ts';
export { pmd_free } from './pmd_free.ts';
export { arch_dup_mmap } from './arch_dup_mmap.ts';
export { arch_exit_mmap } from './arch_exit_mmap.ts';
export { pte_free_tlb } from './pte_free_tlb.ts';
export { pmd_free_tlb } from './pmd_free_tlb.ts';
export { pud_free_tlb } from './pud_free_tlb.ts';
export { __tlb_remove_table } from './__tlb_remove_table.ts';

// lockless walk
export { gup_fast_permitted } from './gup_fast_permitted.ts';
export { register_lockless_pgtable_walker } from './register_lockless_pgtable_walker.ts';
export { deregister_lockless_pgtable_walker } from './deregister_lockless_pgtable_walker.ts';
export { serialize_against_pte_lookup } from './serialize_against_pte_lookup.ts';

// secondary MMU
export { mmu_notifier_invalidate_range_start } from './mmu_notifier_invalidate_range_start.ts';
export { mmu_notifier_invalidate_range_end } from './mmu_notifier_invalidate_range_end.ts';
