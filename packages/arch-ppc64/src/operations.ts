/** Code that only powerpc has and that walks without locks. */
import {
  deregister_lockless_pgtable_walker,
  F,
  has,
  linux,
  none,
  operation,
  pte_pfn,
  register_lockless_pgtable_walker,
  type Cpu,
  type Entry,
  type Mm,
  type Op,
  type Pfn,
  type Va,
} from '@shootdown/core/plugin';
import { find_linux_pte, read_linux_pte } from './find_linux_pte.ts';

const usable = (pte: Entry): Pfn => (has(pte, F.PRESENT | F.LEAF | F.USER) ? pte_pfn(pte) : 0);

/**
 * How perf reads the user stack in an interrupt that must not fault. Until 5.7 through the pointer that the walk gave it; the
 * later form is a stand-in for every walker that tests what it reads (perf itself uses GUP-fast since then).
 * @returns the frame, or 0
 */
export const read_user_stack = operation(
  linux('v4.1', 'arch/powerpc/perf/callchain.c', 'read_user_stack_slow'),
  function* (cpu: Cpu, mm: Mm, addr: Va): Op<Pfn> {
    const masked = !cpu.has('ppc_walker_leaves_interrupts_on');
    yield* register_lockless_pgtable_walker(cpu, mm);
    if (masked) yield* cpu.local_irq_save();
    const ptep = yield* find_linux_pte(cpu, mm, addr);
    const pte = ptep ? yield* read_linux_pte(cpu, ptep) : none;
    if (masked) yield* cpu.local_irq_restore();
    yield* deregister_lockless_pgtable_walker(cpu, mm);
    return usable(pte);
  },
);

/**
 * A machine check wants to know which page frame an address of its process has. It comes at any time, interrupts on or off.
 * @returns the frame, or 0
 */
export const addr_to_pfn = operation(
  linux('v5.4', 'arch/powerpc/kernel/mce_power.c', 'addr_to_pfn'),
  function* (cpu: Cpu, mm: Mm, addr: Va): Op<Pfn> {
    // Before 5.4 interrupts were on again when the pointer was used.
    const through = cpu.has('mce_reads_pte_with_interrupts_off');
    yield* register_lockless_pgtable_walker(cpu, mm);
    yield* cpu.local_irq_save();
    const ptep = yield* find_linux_pte(cpu, mm, addr);
    if (!through) yield* cpu.local_irq_restore();
    const pte = ptep ? yield* read_linux_pte(cpu, ptep) : none;
    if (through) yield* cpu.local_irq_restore();
    yield* deregister_lockless_pgtable_walker(cpu, mm);
    return usable(pte);
  },
);

/**
 * A guest's hypercall that enters a translation, in real mode: the exit from the guest has set MSR_EE to 0, and nothing of Linux
 * has masked interrupts.
 * @returns the frame, or 0
 */
export const kvmppc_do_h_enter = operation(
  linux('v5.4', 'arch/powerpc/kvm/book3s_hv_rm_mmu.c', 'kvmppc_do_h_enter'),
  function* (cpu: Cpu, mm: Mm, hva: Va): Op<Pfn> {
    yield* cpu.hard_irq_disable(); // by the hardware, on the way out of the guest
    const ptep = yield* find_linux_pte(cpu, mm, hva);
    const pte = ptep ? yield* read_linux_pte(cpu, ptep) : none;
    yield* cpu.hard_irq_enable();
    return usable(pte);
  },
);
