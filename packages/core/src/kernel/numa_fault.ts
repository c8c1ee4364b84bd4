/** A fault on an entry that NUMA balancing made inaccessible: the access is noted, the entry is restored. mm/memory.c. */
import { ptep_modify_prot_commit, ptep_modify_prot_start, set_pmd_at, update_mmu_cache, update_mmu_cache_pmd } from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { pmd_mkwrite, pmd_mkyoung, pmd_modify, pmd_write, pte_mkwrite, pte_mkyoung, pte_modify, pte_write, type Pmd, type Pte } from '../words/entry.ts';
import { HPAGE_PMD_SIZE, roundDown } from '../words/geometry.ts';
import type { PmdSlot, PteSlot, Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '../words/step.ts';
import { operation } from './operation.ts';
import { vm_page_prot } from './page.ts';
import { pmd_lock, pmd_same, pmd_unlock, pte_lock, pte_same, pte_unlock } from './pgtable.ts';

// Left out: moving the page to the node of the access. It is always where it should be.

export const do_huge_pmd_numa_page = operation(
  linux('v6.1', 'mm/huge_memory.c', 'do_huge_pmd_numa_page'),
  function* (cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot, orig: Pmd): Op {
    const haddr = roundDown(address, HPAGE_PMD_SIZE(cpu.geometry));
    yield* pmd_lock(cpu, pmdp);
    const pmd = yield* cpu.read_entry(pmdp);
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
  function* (cpu: Cpu, vma: Vma, address: Va, ptep: PteSlot, orig: Pte): Op {
    yield* pte_lock(cpu, ptep);
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
