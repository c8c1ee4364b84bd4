/** Operations of the generic kernel, as scenarios and programs call them. */
export { GENERIC_CHANGES, inForce, type KernelChoice } from './changes.ts';
export { migrate_page_tables_mm } from './relocate.ts';
export { LACKS, lackedBy, type Lack } from './lacks.ts';
export { RELEASES, releaseNamed, seriesOf, type Release } from './releases.ts';
export { do_user_addr_fault, handle_mm_fault, type FaultKind } from './fault.ts';
export { exit_mm, exit_mmap, mmput } from './exit.ts';
export { fork, ret_from_fork } from './fork.ts';
export { async_pf_execute, get_user_pages_fast, get_user_pages_unlocked, put_user_pages } from './gup.ts';
export { get_user_pages_fast_only } from './gup_fast.ts';
export { shrink_huge_zero_page_scan } from './huge_zero_page.ts';
export { follow_page } from './follow_page.ts';
export { split_huge_page, split_huge_pages_pid, type SplitResult } from './split_huge_page.ts';
export { try_to_migrate, type TtuFlags } from './try_to_migrate.ts';
export { remove_migration_ptes } from './remove_migration_ptes.ts';
export { rmap_walk, type RmapWalkControl } from './rmap.ts';
export { clear_refs_pte_range, clear_refs_write } from './clear_refs.ts';
export { __oom_reap_task_mm, oom_reap_task_mm } from './oom_kill.ts';
export { page_vma_mapped_walk, page_vma_mapped_walk_done, type PageVmaMappedWalk } from './page_vma_mapped.ts';
export { __split_huge_pmd, split_huge_pmd_address } from './split_huge_pmd.ts';
export { type ScanResult } from './collapse_pages.ts';
export { collapse_huge_page, khugepaged_collapse } from './khugepaged.ts';
export { hugepage_madvise } from './madvise.ts';
export { madvise_collapse } from './madvise_collapse.ts';
export { madvise_free } from './madvise_free.ts';
export { host_pfn_mapping_level } from './lookup_address.ts';
export { move_pages } from './migrate.ts';
export { munmap } from './mmap.ts';
export { mprotect } from './mprotect.ts';
export { mremap_to } from './mremap.ts';
export {
  tlb_change_page_size,
  tlb_finish_mmu,
  tlb_flush_mmu,
  tlb_gather_mmu,
  tlb_gather_mmu_fullmm,
  tlb_remove_page_size,
  tlb_remove_pmd_tlb_entry,
  tlb_remove_tlb_entry,
} from './mmu_gather.ts';
export { task_numa_work } from './numa.ts';
export { exploringNumbers, genericNumbers } from './numbers.ts';
export { operation, type Operation } from './operation.ts';
export {
  compound_head,
  folio_mapcount,
  folio_mapped,
  get_page,
  lock_page,
  PageCompound,
  put_page,
  trylock_page,
  unlock_page,
} from './page.ts';
export {
  mm_find_pmd,
  pgd_offset,
  pmd_lock,
  pmd_offset,
  pmd_unlock,
  pte_lock,
  pte_offset,
  pte_offset_map_lock,
  pte_unlock,
} from './pgtable.ts';
export { context_switch, mmdrop } from './sched.ts';
export { attach_vma, exec_mmap, paging_init } from './setup.ts';
export { user_load, user_store } from './uaccess.ts';
export { madvise_dontneed, zap_page_range_single } from './zap.ts';
