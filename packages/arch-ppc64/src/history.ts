/** What powerpc did otherwise over the years: first updaters waited for walkers without locks, then walkers looked twice. */
import {
  below,
  cpuBit,
  from,
  ipiHandler,
  kick_all_cpus_sync,
  pmd_clear,
  pmdp_huge_get_and_clear,
  serialize_against_pte_lookup,
  type Change,
  type Cpu,
  type Layer,
  type Mm,
  type MmHooks,
  type Op,
  type Pmd,
  type PmdSlot,
  type Va,
  type Vma,
} from '@shootdown/core/plugin';
import { flush_hash_table_pmd_range } from './hash_tlb.ts';
import { KvmGuest } from './kvm.ts';
import { radix__flush_tlb_collapsed_pmd } from './radix_tlb.ts';

/** fa4531f753f1: only the CPUs that have run the mm. */
function* waitForWalkers(cpu: Cpu, mm: Mm): Op {
  if (cpu.has('ppc_waits_for_mm_cpumask_only')) yield* serialize_against_pte_lookup(cpu, mm);
  else yield* kick_all_cpus_sync(cpu);
}

class ClearWaitsForWalkers implements Layer {
  constructor(@below() private readonly below: MmHooks) {}
  @from('v4.1', 'arch/powerpc/mm/pgtable_64.c', 'pmdp_huge_get_and_clear')
  *pmdp_huge_get_and_clear(cpu: Cpu, mm: Mm, addr: Va, pmdp: PmdSlot): Op<Pmd> {
    const old = yield* this.below.pmdp_huge_get_and_clear(cpu, mm, addr, pmdp);
    // A walker may have typed a pointer to this PMD as one to a leaf. A table may stand here soon.
    yield* waitForWalkers(cpu, mm);
    return old;
  }
}

class InvalidateWaitsForWalkers implements Layer {
  constructor(@below() private readonly below: MmHooks) {}
  @from('v5.4', 'arch/powerpc/mm/book3s64/pgtable.c', 'pmdp_invalidate')
  *pmdp_invalidate(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot): Op<Pmd> {
    const old = yield* this.below.pmdp_invalidate(cpu, vma, addr, pmdp);
    yield* waitForWalkers(cpu, vma.mm);
    return old;
  }
}

class InvalidateWaitsFirst implements Layer {
  constructor(@below() private readonly below: MmHooks) {}
  *pmdp_invalidate(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot): Op<Pmd> {
    yield* waitForWalkers(cpu, vma.mm);
    return yield* this.below.pmdp_invalidate(cpu, vma, addr, pmdp);
  }
}

class WaitsForItself implements Layer {
  *serialize_against_pte_lookup(cpu: Cpu, _mm: Mm): Op {
    yield* cpu.smp_call_function_many(cpuBit(cpu.id), ipiHandler('do_serialize'), {});
  }
}

class ZapLeavesHugeTranslation implements Layer {
  @from('v5.4', 'include/asm-generic/pgtable.h', 'pmdp_huge_get_and_clear_full')
  *pmdp_huge_get_and_clear_full(cpu: Cpu, vma: Vma, addr: Va, pmdp: PmdSlot, _full: boolean): Op<Pmd> {
    return yield* pmdp_huge_get_and_clear(cpu, vma.mm, addr, pmdp);
  }
}

class RadixCollapseSerializes implements Layer {
  @from('v5.19', 'arch/powerpc/mm/book3s64/radix_pgtable.c', 'radix__pmdp_collapse_flush')
  *pmdp_collapse_flush(cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot): Op<Pmd> {
    const pmd = yield* cpu.read_entry(pmdp);
    yield* pmd_clear(cpu, pmdp);
    yield* serialize_against_pte_lookup(cpu, vma.mm); // what GUP-fast relied on
    yield* radix__flush_tlb_collapsed_pmd(cpu, vma.mm, address);
    return pmd;
  }
}

class HashCollapseWithoutSerialize implements Layer {
  *pmdp_collapse_flush(cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot): Op<Pmd> {
    const pmd = yield* cpu.read_entry(pmdp);
    yield* pmd_clear(cpu, pmdp);
    yield* flush_hash_table_pmd_range(cpu, vma.mm, pmd, address);
    return pmd;
  }
}

const common: readonly Change[] = [
  {
    name: 'ppc_clear_kicks_walkers',
    commit: '13bd817bb884, removed by e21dfbf0332a',
    since: 'v4.1',
    until: 'v5.8',
    fix: true,
    layer: ClearWaitsForWalkers,
    says: 'Clearing a huge PMD waits for walkers, so that none keeps a pointer to a leaf while a table takes its place.',
  },
  {
    name: 'ppc_invalidate_kicks_walkers',
    commit: 'removed by e21dfbf0332a',
    until: 'v5.8',
    layer: InvalidateWaitsForWalkers,
    says: 'Invalidating a huge PMD for a split waits for walkers.',
  },
  {
    name: 'ppc_waits_for_mm_cpumask_only',
    commit: 'fa4531f753f1',
    since: 'v4.14',
    says: 'Waiting for walkers interrupts the CPUs in mm_cpumask; before, all CPUs.',
  },
  {
    name: 'ppc_walker_leaves_interrupts_on',
    commit: '691e95fd7396 (v4.1) took it from those that had it',
    shipped: 'never',
    says: 'The walker uses its pointer with interrupts on, as some walkers did before 4.1; no release was all of that form.',
  },
  {
    name: 'ppc_invalidate_waits_first',
    commit: 'none',
    shipped: 'never',
    layer: InvalidateWaitsFirst,
    says: 'Invalidating a huge PMD for a split waits for walkers, and then changes the entry.',
  },
  {
    name: 'ppc_waits_for_itself',
    commit: 'none',
    shipped: 'never',
    layer: WaitsForItself,
    says: 'Waiting for walkers interrupts the CPUs of a mask that has the waiting CPU only.',
  },
  {
    name: 'mce_reads_pte_with_interrupts_off',
    commit: 'd9101bfa6adc',
    since: 'v5.4',
    fix: true,
    says: 'A machine check reads the PTE it looked up while interrupts are off; before, after they were on again.',
  },
  {
    name: 'ppc_soft_masked_interrupts',
    commit: 'none',
    shipped: 'never',
    machine: { softMask: 'acknowledges at unmask' },
    says: 'Masked interrupts reach the CPU, which notes them, as on every real machine; else the model lets them wait outside, which should be the same.',
  },
  {
    name: 'ppc_masked_interrupts_are_acknowledged',
    commit: 'none',
    shipped: 'never',
    machine: { softMask: 'acknowledges at delivery' },
    says: 'An interrupt that comes while software masks it is acknowledged at once.',
  },
  {
    name: 'ppc_kvm_guest',
    commit: 'none',
    shipped: 'never',
    layer: KvmGuest,
    says: 'A guest of KVM uses the memory of the process: notifiers drop the translations that were copied for it.',
  },
  {
    name: 'kvm_inserts_without_retry',
    commit: 'none',
    shipped: 'never',
    says: 'KVM inserts a translation without a look whether the process has changed since it was read.',
  },
  {
    name: 'ppc_walkers_validate',
    commit: 'the series up to e21dfbf0332a',
    since: 'v5.8',
    says: 'Walkers copy what they find and test that it is a present leaf; before, a pointer typed as one to a leaf was used as such.',
  },
  // What it would be without one of its rules.
  {
    name: 'ppc_cpus_leave_the_mask',
    commit: 'none',
    shipped: 'never',
    says: 'A CPU takes itself out of mm_cpumask when it switches to another address space.',
  },
];

export const radixHistory: readonly Change[] = [
  ...common,
  {
    name: 'radix_flushes_are_global',
    commit: 'none',
    shipped: 'never',
    says: 'Every flush is a tlbie.',
  },
  {
    name: 'radix_leaves_idle_cpus',
    commit: 'none',
    shipped: 'never',
    says: 'A process with one thread flushes by tlbie as long as other CPUs have run it.',
  },
  {
    name: 'radix_flushes_every_change',
    commit: 'none',
    shipped: 'never',
    says: 'A change of protection flushes also what only gains permissions.',
  },
  {
    name: 'radix_zap_leaves_huge_translation',
    commit: 'removed by 75358ea359e7',
    until: 'v5.8',
    layer: ZapLeavesHugeTranslation,
    says: 'Zapping a huge PMD leaves its translation to the flush of the gather, after the lock.',
  },
  {
    name: 'none_lacks_rights_only',
    commit: 'a5a08dc907c8',
    year: 2023,
    since: 'v6.7',
    says: 'PAGE_NONE is an entry without rights, where it was one of the kernel too (_PAGE_PRIVILEGED): giving a range its rights back needs no flush.',
  },
  {
    name: 'radix_collapse_serializes',
    commit: 'removed by bedf03416913',
    until: 'v6.1',
    layer: RadixCollapseSerializes,
    says: 'Collapse waits for walkers before it flushes.',
  },
];

export const hashHistory: readonly Change[] = [
  ...common,
  {
    name: 'hash_removes_every_entry',
    commit: 'none',
    shipped: 'never',
    says: 'Changing an entry asks the hash table to remove it, whether it was put there or not.',
  },
  {
    name: 'hash_collapse_without_serialize',
    commit: 'none',
    shipped: 'never',
    layer: HashCollapseWithoutSerialize,
    says: 'Collapse removes the entries of the hash table without waiting for hash faults that may still add some.',
  },
];
