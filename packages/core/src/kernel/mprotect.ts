/** mprotect: the area says what is allowed from now on, then what is mapped is made to agree. mm/mprotect.c. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import { mmCells, vmaCells, type Mm, type Protection, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '../words/step.ts';
import { change_protection } from './change_protection.ts';
import { tlb_finish_mmu, tlb_gather_mmu } from './mmu_gather.ts';
import { operation } from './operation.ts';
import { vm_page_prot } from './page.ts';
import { attachedWith, vmas_between } from './vma.ts';

/** Changes the areas of a range. Simplified: as a whole; cutting one is not modelled. */
export const mprotect = operation(
  linux('v6.1', 'mm/mprotect.c', 'do_mprotect_pkey'),
  function* (cpu: Cpu, mm: Mm, start: Va, end: Va, prot: Protection): Op {
    yield* cpu.down_write(mmCells.mmap_lock(mm.id));
    const vmas = yield* vmas_between(cpu, mm, start, end);
    if (vmas.some((vma) => vma.start < start || end < vma.end)) yield* cpu.give_up('mprotect of a part of an area is not modelled');
    const tlb = cpu.has('protecting_gathers_flushes') ? yield* tlb_gather_mmu(cpu, mm) : undefined;
    for (let i = 0; i < vmas.length; i++) {
      yield* cpu.note({ kind: 'ghost.protecting', mm, start: vmas[i]!.start, end: vmas[i]!.end, prot });
      yield* mprotect_fixup(cpu, tlb, vmas[i]!, prot);
    }
    if (tlb) yield* tlb_finish_mmu(cpu, tlb);
    // Only now: the flush of all of them came last.
    for (let i = 0; i < vmas.length; i++) yield* cpu.note({ kind: 'ghost.protected', mm, start: vmas[i]!.start, end: vmas[i]!.end, prot });
    yield* cpu.up_write(mmCells.mmap_lock(mm.id));
  },
);

export const mprotect_fixup = operation(
  linux('v6.1', 'mm/mprotect.c', 'mprotect_fixup'),
  function* (cpu: Cpu, tlb: MmuGather | undefined, vma: Vma, prot: Protection): Op {
    if ((vma.prot ?? 'read-write') === prot) return;
    // Before the entries: a fault that comes from here on waits for mmap_lock, and then goes by what the area says.
    yield* cpu.store(vmaCells.attached(vma.id), attachedWith(prot));
    const now: Vma = { ...vma, prot };
    yield* change_protection(cpu, { tlb, vma: now, newprot: vm_page_prot(now), why: 'mprotect' }, vma.start, vma.end);
  },
);
