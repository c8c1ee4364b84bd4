/** Functions, instructions and hypervisor calls that are compared with counts of real kernels: one kernel has those of radix and of hash. */
export const compared: readonly string[] = [
  'serialize_against_pte_lookup', 'do_serialize@other', 'do_exit_flush_lazy_tlb@other', '__radix__flush_tlb_range_psize', 'radix__flush_tlb_collapsed_pmd',
  'radix__flush_tlb_mm', 'radix__flush_tlb_page', 'radix__flush_tlb_page_psize', 'radix__flush_tlb_range', 'radix__flush_pmd_tlb_range', 'radix__tlb_flush',
  'radix__pmdp_collapse_flush', 'radix__pmdp_huge_get_and_clear', 'insn:tlbie_ric0_prs1_r1@cpu0', 'insn:tlbie_ric1_prs1_r1@cpu0',
  'insn:tlbie_ric2_prs1_r1@cpu0', 'insn:tlbiel_ric0_prs1_r1@cpu0', 'insn:tlbiel_ric1_prs1_r1@cpu0', 'insn:tlbiel_ric0_prs1_r1@other',
  'insn:tlbiel_ric2_prs1_r1@other', 'insn:tlbsync@cpu0',
  '__flush_tlb_pending', 'flush_hash_range', 'flush_hash_page', 'flush_hash_hugepage', 'flush_hash_table_pmd_range', 'hpte_need_flush',
  'hpte_do_hugepage_flush', 'hash__tlb_flush', 'hash__pmdp_collapse_flush', 'hash__pmdp_huge_get_and_clear', 'hcall_entry:4', 'hcall_entry:8',
  'hcall_entry:24', 'hcall_entry:292',
];
