/**
 * A guest whose memory is that of a process. KVM copies translations of the process for it, from walks without locks, and drops
 * them when the process changes. Simplified: one guest, one base page a translation, no TLB of the guest's own.
 */
import {
  blockOf,
  F,
  from,
  frameOf,
  has,
  HPAGE_PMD_NR,
  linux,
  none,
  operation,
  PAGE_SIZE,
  perMm,
  region,
  type Cpu,
  type Layer,
  type Mm,
  type Op,
  type Va,
} from '@shootdown/core/plugin';
import { find_linux_pte, read_linux_pte } from './find_linux_pte.ts';

const KVM_MAIN = 'virt/kvm/kvm_main.c';

export const kvmCells = {
  mmu_lock: region('kvm.mmu_lock', ['mm'], { shape: 'lock' }),
  /** Changes of the process that are under way, and how many are over. */
  mmu_notifier_count: perMm('kvm.mmu_notifier_count'),
  mmu_notifier_seq: perMm('kvm.mmu_notifier_seq'),
};

/** On an address space that a guest uses. */
export class KvmGuest implements Layer {
  @from('v4.1', KVM_MAIN, 'kvm_mmu_notifier_invalidate_range_start')
  *mmu_notifier_invalidate_range_start(cpu: Cpu, mm: Mm, start: Va, end: Va): Op {
    yield* cpu.spin_lock(kvmCells.mmu_lock(mm.id));
    yield* cpu.add(kvmCells.mmu_notifier_count(mm.id), 1);
    for (let va = start; va < end; va += PAGE_SIZE(cpu.geometry))
      yield* cpu.note({ kind: 'ghost.copy', mm, page: blockOf(cpu.geometry, 'pte', va), frame: undefined });
    yield* cpu.spin_unlock(kvmCells.mmu_lock(mm.id));
  }

  @from('v4.1', KVM_MAIN, 'kvm_mmu_notifier_invalidate_range_end')
  *mmu_notifier_invalidate_range_end(cpu: Cpu, mm: Mm, _start: Va, _end: Va): Op {
    yield* cpu.spin_lock(kvmCells.mmu_lock(mm.id));
    yield* cpu.add(kvmCells.mmu_notifier_seq(mm.id), 1);
    yield* cpu.fence('smp_wmb');
    yield* cpu.add(kvmCells.mmu_notifier_count(mm.id), -1);
    yield* cpu.spin_unlock(kvmCells.mmu_lock(mm.id));
  }
}

/**
 * The guest touched a page that it has no translation for. The page is found by a walk without locks, and without a reference to it.
 * Left out: what happens when the process has no page there.
 * @returns whether a translation was inserted; if not, the guest faults again
 */
export const kvmppc_book3s_hv_page_fault = operation(
  linux('v4.1', 'arch/powerpc/kvm/book3s_64_mmu_hv.c', 'kvmppc_book3s_hv_page_fault'),
  function* (cpu: Cpu, mm: Mm, hva: Va): Op<boolean> {
    const seq = yield* cpu.load(kvmCells.mmu_notifier_seq(mm.id));
    yield* cpu.fence('smp_rmb');
    yield* cpu.local_irq_save();
    const ptep = yield* find_linux_pte(cpu, mm, hva);
    const pte = ptep ? yield* read_linux_pte(cpu, ptep) : none;
    yield* cpu.local_irq_restore();
    if (!ptep || !has(pte, F.PRESENT | F.LEAF | F.USER)) return false;
    const block = blockOf(cpu.geometry, 'pte', hva);
    const pfn = frameOf(pte) + (ptep.level === 'pmd' ? block % HPAGE_PMD_NR(cpu.geometry) : 0);
    yield* cpu.spin_lock(kvmCells.mmu_lock(mm.id));
    const stale = cpu.has('kvm_inserts_without_retry') ? false : yield* mmu_notifier_retry(cpu, mm, seq);
    if (!stale) yield* cpu.note({ kind: 'ghost.copy', mm, page: block, frame: pfn });
    yield* cpu.spin_unlock(kvmCells.mmu_lock(mm.id));
    return !stale;
  },
);

/** Has the process changed since `seq` was read, or is it changing? */
function* mmu_notifier_retry(cpu: Cpu, mm: Mm, seq: number): Op<boolean> {
  const count = yield* cpu.load(kvmCells.mmu_notifier_count(mm.id));
  if (count !== 0) return true;
  yield* cpu.fence('smp_rmb');
  const now = yield* cpu.load(kvmCells.mmu_notifier_seq(mm.id));
  return now !== seq;
}
