/** Areas of an address space. The maple tree is not modelled: whether an area is in it, and how far it reaches, is one cell of the area. */
import type { Va } from '../words/address.ts';
import { areaNow, attachedAs, CUT_AWAY, isCut, reachesInto } from '../words/areas.ts';
import type { Cpu } from '../words/cpu.ts';
import { HPAGE_PMD_SIZE, PAGE_SIZE, type Geometry } from '../words/geometry.ts';
import { vmaCells, type Mm, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';

const overlaps = (vma: Vma, start: Va, end: Va): boolean => vma.start < end && start < vma.end;
/** The handle as it was made. */
const declared = (cpu: Cpu, vma: Vma): Vma => cpu.vmas[vma.id]!;

/** The mapped area that holds an address. The caller holds mmap_lock. */
export const vma_lookup = operation(
  linux('v6.1', 'include/linux/mm.h', 'vma_lookup'),
  function* (cpu: Cpu, mm: Mm, address: Va): Op<Vma | undefined> {
    const found = yield* vmas_between(cpu, mm, address, address + 1);
    return found[0];
  },
);

/** The mapped areas that share an address with a range, by address. The caller holds mmap_lock. */
export function* vmas_between(cpu: Cpu, mm: Mm, start: Va, end: Va): Op<Vma[]> {
  const whole = cpu.vmas.filter((vma) => vma.mm.id === mm.id && vma.pieceOf === undefined && overlaps(vma, start, end));
  const mapped: Vma[] = [];
  for (let i = 0; i < whole.length; i++) {
    const attached = yield* cpu.load(vmaCells.attached(whole[i]!.id));
    keepIfThere(cpu, mapped, whole[i]!, attached, start, end);
    // Pieces have handles of their own, which nobody has to look at before the area is cut.
    if (isCut(attached)) yield* addPieces(cpu, mapped, whole[i]!, start, end);
  }
  return mapped.sort((a, b) => a.start - b.start);
}

function* addPieces(cpu: Cpu, mapped: Vma[], whole: Vma, start: Va, end: Va): Op {
  const pieces = cpu.vmas.filter((vma) => vma.pieceOf === whole.id && overlaps(vma, start, end));
  for (let i = 0; i < pieces.length; i++) {
    const attached = yield* cpu.load(vmaCells.attached(pieces[i]!.id));
    keepIfThere(cpu, mapped, pieces[i]!, attached, start, end);
  }
}

/** Adds the area as it is now to a list, if it is mapped and shares an address with the range. Pure. */
function keepIfThere(cpu: Cpu, mapped: Vma[], handle: Vma, attached: number, start: Va, end: Va): void {
  if (!reachesInto(cpu.geometry, handle, attached, start, end)) return;
  const now = areaNow(cpu.geometry, handle, attached);
  if (now) mapped.push(now);
}

/** Place of an address in the numbering that pages of the area are found by, in base pages. It stays theirs when mremap moves the area. */
export const linear_page_index = operation(
  linux('v6.1', 'include/linux/pagemap.h', 'linear_page_index'),
  function* (cpu: Cpu, vma: Vma, address: Va): Op<number> {
    const shift = yield* cpu.load(vmaCells.vm_pgoff(vma.id));
    return Math.floor(address / PAGE_SIZE(cpu.geometry)) + shift;
  },
);

/** Gives an area the numbering of another one. */
export function* copy_pgoff(cpu: Cpu, to: Vma, from: Vma): Op {
  const shift = yield* cpu.load(vmaCells.vm_pgoff(from.id));
  yield* set_pgoff(cpu, to, shift);
}

/** Gives an area a numbering: by how many pages it differs from that of a new one at the same place. */
export function* set_pgoff(cpu: Cpu, vma: Vma, shift: number): Op {
  yield* cpu.store(vmaCells.vm_pgoff(vma.id), shift);
}

/** Puts an area into the tree, or changes it there: from now on it is as `now` says. The caller holds mmap_lock for writing. */
export function* store_vma(cpu: Cpu, now: Vma): Op {
  yield* cpu.store(vmaCells.attached(now.id), attachedAs(cpu.geometry, declared(cpu, now), now));
}

/** Takes an area out of the tree. The caller holds mmap_lock for writing. */
export function* detach_vma(cpu: Cpu, vma: Vma): Op {
  // Of an area that was cut, pieces may stay: they are found by way of its handle.
  const whole = declared(cpu, vma);
  const cut = whole.pieceOf === undefined && (vma.start !== whole.start || vma.end !== whole.end);
  yield* cpu.store(vmaCells.attached(vma.id), cut ? CUT_AWAY : 0);
}

/** Can the handle of an area hold these bounds? */
export const canReach = (cpu: Cpu, now: Vma): boolean =>
  declared(cpu, now).start <= now.start && now.end <= declared(cpu, now).end;

/** Does the area hold the whole huge page at `haddr`? */
export const transhuge_vma_suitable = (g: Geometry, vma: Vma, haddr: Va): boolean =>
  haddr >= vma.start && haddr + HPAGE_PMD_SIZE(g) <= vma.end;
