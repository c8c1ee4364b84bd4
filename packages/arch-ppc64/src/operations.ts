/** Code that only powerpc has and that walks without locks. */
import { F, has, linux, operation, pte_pfn, type Cpu, type Mm, type Op, type Pfn, type Va } from '@shootdown/core/plugin';
import { find_linux_pte, read_linux_pte } from './find_linux_pte.ts';

/**
 * How perf reads the user stack in an interrupt that must not fault. Until 5.7 through the pointer that the walk gave it; the
 * later form is a stand-in for every walker that tests what it reads (perf itself uses GUP-fast since then).
 * @returns the frame, or 0
 */
export const read_user_stack = operation(
  linux('v4.1', 'arch/powerpc/perf/callchain.c', 'read_user_stack_slow'),
  function* (cpu: Cpu, mm: Mm, addr: Va): Op<Pfn> {
    const masked = !cpu.has('ppc_walker_leaves_interrupts_on');
    if (masked) yield* cpu.local_irq_save();
    const ptep = yield* find_linux_pte(cpu, mm, addr);
    const pte = ptep ? yield* read_linux_pte(cpu, ptep) : 0;
    if (masked) yield* cpu.local_irq_restore();
    return has(pte, F.PRESENT | F.LEAF | F.USER) ? pte_pfn(pte) : 0;
  },
);
