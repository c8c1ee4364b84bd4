/** A fault on an entry that NUMA balancing made inaccessible: the access is noted, the entry is restored. mm/memory.c. */
import {
  ptep_modify_prot_commit,
  ptep_modify_prot_start,
  set_pmd_at,
  update_mmu_cache,
  update_mmu_cache_pmd,
} from '../contract/hooks/index.ts';
import { cpuBit, type Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import {
  pmd_mkwrite,
  pmd_mkyoung,
  pmd_modify,
  pmd_write,
  pte_mkwrite,
  pte_mkyoung,
  pte_modify,
  pte_write,
  type Pmd,
  type Pte,
} from '../words/entry.ts';
import { HPAGE_PMD_SIZE, roundDown } from '../words/geometry.ts';
import type { PmdSlot, PteSlot, Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { migrate_misplaced_transhuge_page } from './migrate_misplaced.ts';
import { operation } from './operation.ts';
import { vm_page_prot } from './page.ts';
import { pmd_lock, pmd_same, pmd_unlock, pte_lock_walked, pte_same, pte_unlock, walk_ends } from './pgtable.ts';

// Simplified: a page is where it should be, except for the CPUs that a story puts on another node, whose faults move huge
// pages. Left out: moving base pages, and the way by migration entries.

export const do_huge_pmd_numa_page = operation(
  linux('v6.1', 'mm/huge_memory.c', 'do_huge_pmd_numa_page'),
  function* (cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot, orig: Pmd): Op {
    const haddr = roundDown(address, HPAGE_PMD_SIZE(cpu.geometry));
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
    const misplaced = (cpu.number('CPUS_ON_ANOTHER_NODE') & cpuBit(cpu.id)) !== 0;
    if (pmd_same(cpu, pmd, orig) && misplaced && !cpu.has('numa_fault_uses_migration_entries')) {
      yield* pmd_unlock(cpu, pmdp);
      yield* migrate_misplaced_transhuge_page(cpu, vma, haddr, pmdp, orig);
      return; // moved or not, the access is tried again
    }
    if (pmd_same(cpu, pmd, orig)) {
      const restored = pmd_mkyoung(pmd_modify(pmd, vm_page_prot(vma)));
      // No flush: CPUs cache nothing of an entry that they cannot use.
      yield* set_pmd_at(cpu, vma.mm, haddr, pmdp, pmd_write(orig) ? pmd_mkwrite(restored) : restored);
      yield* update_mmu_cache_pmd(cpu, vma, haddr, pmdp);
    }
    yield* pmd_unlock(cpu, pmdp);
  },
);

export const do_numa_page = operation(
  linux('v6.1', 'mm/memory.c', 'do_numa_page'),
  function* (cpu: Cpu, vma: Vma, address: Va, seen: PteSlot, orig: Pte): Op {
    const ptep = yield* pte_lock_walked(cpu, vma.mm, seen, address);
    yield* walk_ends(cpu);
    const pte = yield* cpu.read_entry(ptep);
    if (pte_same(cpu, pte, orig)) {
      const old = yield* ptep_modify_prot_start(cpu, vma, address, ptep);
      const restored = pte_mkyoung(pte_modify(old, vm_page_prot(vma)));
      yield* ptep_modify_prot_commit(cpu, vma, address, ptep, old, pte_write(orig) ? pte_mkwrite(restored) : restored);
      yield* update_mmu_cache(cpu, vma, address, ptep);
    }
    yield* pte_unlock(cpu, ptep);
  },
);
