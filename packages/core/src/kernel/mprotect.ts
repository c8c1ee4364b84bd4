/** mprotect: the area says what is allowed from now on, then what is mapped is made to agree. mm/mprotect.c. */
import type { Range, Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import type { MmuGather } from '../words/mmu_gather.ts';
import { mmCells, type Mm, type Protection, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { change_protection } from './change_protection.ts';
import { tlb_finish_mmu, tlb_gather_mmu } from './mmu_gather.ts';
import { operation } from './operation.ts';
import { vm_page_prot } from './page.ts';
import { change_vma } from './vma_merge.ts';
import { vmas_between } from './vma.ts';

/** Gives a range another protection, up to the first address that is not mapped; areas that reach beyond it are cut. */
export const mprotect = operation(
  linux('v6.1', 'mm/mprotect.c', 'do_mprotect_pkey'),
  function* (cpu: Cpu, mm: Mm, start: Va, end: Va, prot: Protection): Op {
    yield* cpu.down_write(mmCells.mmap_lock(mm.id));
    const vmas = yield* vmas_between(cpu, mm, start, end);
    const tlb = cpu.has('protecting_gathers_flushes') ? yield* tlb_gather_mmu(cpu, mm) : undefined;
    const done: Range[] = [];
    let nstart = start;
    for (let i = 0; i < vmas.length && vmas[i]!.start <= nstart; i++) {
      const to = Math.min(end, vmas[i]!.end);
      yield* cpu.note({ kind: 'ghost.protecting', mm, start: nstart, end: to, prot });
      yield* mprotect_fixup(cpu, tlb, vmas[i]!, nstart, to, prot);
      done.push({ start: nstart, end: to });
      nstart = to; // a gap after it is ENOMEM: what comes behind stays as it is
    }
    if (tlb) yield* tlb_finish_mmu(cpu, tlb, start, end);
    // Only now: the flush of all of them came last.
    for (let i = 0; i < done.length; i++)
      yield* cpu.note({ kind: 'ghost.protected', mm, start: done[i]!.start, end: done[i]!.end, prot });
    yield* cpu.up_write(mmCells.mmap_lock(mm.id));
  },
);

export const mprotect_fixup = operation(
  linux('v6.1', 'mm/mprotect.c', 'mprotect_fixup'),
  function* (cpu: Cpu, tlb: MmuGather | undefined, vma: Vma, start: Va, end: Va, prot: Protection): Op {
    if ((vma.prot ?? 'read-write') === prot) return;
    // Before the entries: a fault that comes from here on waits for mmap_lock, and then goes by what the area says.
    const now = yield* change_vma(cpu, vma, start, end, { prot });
    yield* change_protection(cpu, { tlb, vma: now, newprot: vm_page_prot(now), why: 'mprotect' }, start, end);
  },
);
