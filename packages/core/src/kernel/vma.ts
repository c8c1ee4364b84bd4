/** Areas of an address space. The maple tree is not modelled: whether an area is in it is one cell of the area. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { HPAGE_PMD_SIZE, type Geometry } from '../words/geometry.ts';
import { vmaCells, type Mm, type Protection, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '../words/step.ts';
import { operation } from './operation.ts';

const overlapping = (cpu: Cpu, mm: Mm, start: Va, end: Va): Vma[] =>
  cpu.vmas.filter((vma) => vma.mm.id === mm.id && vma.start < end && start < vma.end);

const CHANGED: readonly Protection[] = ['none', 'read-only', 'read-write'];

/** What `vmaCells.attached` holds for an area whose protection was changed. */
export const attachedWith = (prot: Protection): number => 2 + CHANGED.indexOf(prot);

/** The same for a copy of an area. */
export const attachedLike = (vma: Vma): number => (vma.prot ? attachedWith(vma.prot) : 1);

/** The area with its present protection: good as long as the caller holds mmap_lock. */
function withProtection(vma: Vma, attached: number): Vma {
  const prot = CHANGED[attached - 2];
  return prot === undefined ? vma : { ...vma, prot };
}

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
  const all = overlapping(cpu, mm, start, end);
  const mapped: Vma[] = [];
  for (let i = 0; i < all.length; i++) {
    const vma = all[i]!;
    const attached = yield* cpu.load(vmaCells.attached(vma.id));
    if (attached) mapped.push(withProtection(vma, attached));
  }
  return mapped.sort((a, b) => a.start - b.start);
}

/** Does the area hold the whole huge page at `haddr`? */
export const transhuge_vma_suitable = (g: Geometry, vma: Vma, haddr: Va): boolean =>
  haddr >= vma.start && haddr + HPAGE_PMD_SIZE(g) <= vma.end;
