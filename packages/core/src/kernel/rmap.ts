/** From a page to the areas that may map it: walks by rmap. mm/rmap.c. */
import type { Va } from '../words/address.ts';
import { anonVmaOf } from '../words/areas.ts';
import type { Cpu } from '../words/cpu.ts';
import { vmaCells, type Vma } from '../words/objects.ts';
import type { Op } from '@shootdown/explorer';
import { vmas_between } from './vma.ts';

// Simplified: an area has an anon_vma from the beginning, which is its own, that of the area it was cut from, or that of the area it
// is a copy of; and a page is looked for at the address where it was found, in every address space that shares the anon_vma.

/** The anon_vmas that cover a part of a range, in one order for everybody who takes several. Their areas may go before they are locked. Pure. */
export function anon_vmas_of(cpu: Cpu, start: Va, end: Va): number[] {
  const there = cpu.vmas.filter((vma) => vma.pieceOf === undefined && vma.start < end && start < vma.end);
  return [...new Set(there.map(anonVmaOf))].sort((a, b) => a - b);
}

/** The areas of an anon_vma in a range, parents before their copies: whoever copies an entry while we walk has it copied before we come there. */
function* areasUnder(cpu: Cpu, anon_vma: number, start: Va, end: Va): Op<Vma[]> {
  const mms = [...new Set(cpu.vmas.filter((vma) => anonVmaOf(vma) === anon_vma).map((vma) => vma.mm.id))].sort(
    (a, b) => a - b,
  );
  const areas: Vma[] = [];
  for (let m = 0; m < mms.length; m++) {
    const vmas = yield* vmas_between(cpu, { id: mms[m]! }, start, end);
    for (let i = 0; i < vmas.length; i++) if (anonVmaOf(vmas[i]!) === anon_vma) areas.push(vmas[i]!);
  }
  return areas;
}

/** What is done in each area. @returns how many entries it changed */
export type RmapOne = (vma: Vma) => Op<number>;

/**
 * Goes to every area that may map a page of the range.
 * @param lock `read`: takes the lock of each anon_vma in turn; `held`: the caller has all of them
 * @returns how many entries were changed
 */
export function* rmap_walk(cpu: Cpu, start: Va, end: Va, lock: 'read' | 'held', rmap_one: RmapOne): Op<number> {
  const anon_vmas = anon_vmas_of(cpu, start, end);
  let changed = 0;
  for (let a = 0; a < anon_vmas.length; a++) {
    // Under the lock no area is cut, copied, or loses its tables: unlink_anon_vmas waits for us.
    if (lock === 'read') yield* cpu.down_read(vmaCells.anon_vma(anon_vmas[a]!));
    const vmas = yield* areasUnder(cpu, anon_vmas[a]!, start, end);
    for (let i = 0; i < vmas.length; i++) {
      const more = yield* rmap_one(vmas[i]!);
      changed += more;
    }
    if (lock === 'read') yield* cpu.up_read(vmaCells.anon_vma(anon_vmas[a]!));
  }
  return changed;
}
