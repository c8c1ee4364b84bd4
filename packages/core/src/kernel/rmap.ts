/** From a page to the areas that may map it: walks by rmap. mm/rmap.c. */
import type { Va } from '../words/address.ts';
import { wholeOf } from '../words/areas.ts';
import type { Cpu } from '../words/cpu.ts';
import { vmaCells, type Mm, type Vma } from '../words/objects.ts';
import type { Op } from '../words/step.ts';
import { vmas_between } from './vma.ts';

// Simplified: each declared area has an anon_vma of its own, forked copies included; a page is looked for where it was found, in
// every address space, not where mremap has moved it since: then it keeps a reference and stays where it is.

/** Numbers of the address spaces that have areas in the range, parents before the copies that fork made of them. Pure. */
function mmsWith(cpu: Cpu, start: Va, end: Va): Mm[] {
  const ids = cpu.vmas.filter((vma) => vma.pieceOf === undefined && vma.start < end && start < vma.end).map((vma) => vma.mm.id);
  return [...new Set(ids)].sort((a, b) => a - b).map((id) => ({ id }));
}

/** Locks of the areas that may map something in a range. Areas may go before the locks are held. */
export function* anon_vmas_of(cpu: Cpu, start: Va, end: Va): Op<number[]> {
  const mms = mmsWith(cpu, start, end);
  const found: number[] = [];
  for (let m = 0; m < mms.length; m++) {
    const vmas = yield* vmas_between(cpu, mms[m]!, start, end);
    for (let i = 0; i < vmas.length; i++) if (!found.includes(wholeOf(vmas[i]!))) found.push(wholeOf(vmas[i]!));
  }
  return found;
}

/** The areas that a lock covers, as they are while it is held. */
function* areasUnder(cpu: Cpu, anon_vma: number, start: Va, end: Va): Op<Vma[]> {
  const vmas = yield* vmas_between(cpu, cpu.vmas[anon_vma]!.mm, start, end);
  return vmas.filter((vma) => wholeOf(vma) === anon_vma);
}

/** What is done in each area. @returns how many entries it changed */
export type RmapOne = (vma: Vma) => Op<number>;

/**
 * Goes to every area that may map a page of the range.
 * @param lock `read`: takes the lock of each area in turn; `held`: the caller has all of them, see `anon_vmas_of`
 * @returns how many entries were changed
 */
export function* rmap_walk(cpu: Cpu, start: Va, end: Va, anon_vmas: readonly number[], lock: 'read' | 'held', rmap_one: RmapOne): Op<number> {
  let changed = 0;
  for (let a = 0; a < anon_vmas.length; a++) {
    // Under the lock no part of the area goes: unlink_anon_vmas waits for us before the tables are freed.
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
