/** Other flags for a part of an area: neighbours that become alike are one area again, else the area is cut. mm/mmap.c. */
import type { Va } from '../words/address.ts';
import { wholeOf } from '../words/areas.ts';
import type { Cpu } from '../words/cpu.ts';
import { vmaCells, type Vma } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import {
  anon_vma_clone,
  anon_vma_lock_write,
  anon_vma_of,
  anon_vma_unlock_write,
  unlink_anon_vmas,
} from './anon_vma.ts';
import { operation } from './operation.ts';
import { __split_vma, split_huge_pmd_if_needed } from './split_vma.ts';
import { canReach, detach_vma, store_vma, vmas_between } from './vma.ts';

/** What mprotect and madvise change. */
export type Flags = Partial<Pick<Vma, 'prot' | 'thp'>>;

/**
 * Gives a part of an area other flags. The caller holds mmap_lock for writing, and changes what is mapped afterwards.
 * @returns the area that holds the range from now on; it may reach beyond it
 */
export function* change_vma(cpu: Cpu, vma: Vma, start: Va, end: Va, flags: Flags): Op<Vma> {
  const merged = yield* vma_merge(cpu, vma, start, end, flags);
  if (merged) return merged;
  let part = vma;
  if (part.start < start) {
    const parts = yield* __split_vma(cpu, part, start, 'below');
    part = parts.above;
  }
  if (end < part.end) {
    const parts = yield* __split_vma(cpu, part, end, 'above');
    part = parts.below;
  }
  const now: Vma = { ...part, ...flags };
  yield* store_vma(cpu, now);
  return now;
}

/**
 * Lets a neighbour that has these flags already grow over the range. Simplified: only pieces that were cut from one area become
 * one again; areas that are declared beside each other stay apart, as they do in Linux once both have pages of their own.
 * @returns undefined when there is no such neighbour
 */
export const vma_merge = operation(
  linux('v6.1', 'mm/mmap.c', 'vma_merge'),
  function* (cpu: Cpu, vma: Vma, start: Va, end: Va, flags: Flags): Op<Vma | undefined> {
    // Only an area that was cut has such neighbours, and only at its own ends.
    const isPart = vma.pieceOf !== undefined || !isWhole(cpu, vma);
    const around = isPart ? yield* vmas_between(cpu, vma.mm, Math.max(0, vma.start - 1), vma.end + 1) : [];
    const like: Vma = { ...vma, ...flags };
    const prev = start === vma.start ? around.find((one) => one.end === start && areAlike(one, like)) : undefined;
    const next = end === vma.end ? around.find((one) => one.start === end && areAlike(one, like)) : undefined;
    const grows = prev ?? next;
    if (!grows) return undefined;
    const mergeable = yield* is_mergeable_anon_vma(cpu, prev && next ? [prev, next, vma] : [grows, vma]);
    if (!mergeable) return undefined;
    const now: Vma = { ...grows, start: prev ? prev.start : start, end: next ? next.end : end };
    if (!canReach(cpu, now)) return undefined;
    // The border of the area goes to where the range ends: no huge page may lie across it.
    if (prev && end < vma.end) yield* split_huge_pmd_if_needed(cpu, vma, end);
    if (next && !prev && vma.start < start) yield* split_huge_pmd_if_needed(cpu, vma, start);
    yield* import_anon_vma(cpu, grows, vma);
    if (prev && next) yield* import_anon_vma(cpu, prev, next);
    const anon_vma = yield* anon_vma_of(cpu, vma);
    if (anon_vma !== undefined) yield* anon_vma_lock_write(cpu, anon_vma);
    yield* shrink(cpu, vma, start, end);
    if (prev && next) yield* detach_vma(cpu, next);
    yield* store_vma(cpu, now);
    if (anon_vma !== undefined) yield* anon_vma_unlock_write(cpu, anon_vma);
    // anon_vma_merge: of those that are gone
    if (start === vma.start && end === vma.end) yield* unlink_anon_vmas(cpu, vma);
    if (prev && next) yield* unlink_anon_vmas(cpu, next);
    return now;
  },
);

/** May these become one area? Not when pages of two of them are found by different anon_vmas. */
const is_mergeable_anon_vma = operation(
  linux('v6.1', 'mm/mmap.c', 'is_mergeable_anon_vma'),
  function* (cpu: Cpu, vmas: readonly Vma[]): Op<boolean> {
    const found: number[] = [];
    for (let i = 0; i < vmas.length; i++) {
      const anon_vma = yield* anon_vma_of(cpu, vmas[i]!);
      if (anon_vma !== undefined) found.push(anon_vma);
    }
    return found.every((one) => one === found[0]);
  },
);

/** The area that grows is found where pages of the other are. */
function* import_anon_vma(cpu: Cpu, importer: Vma, exporter: Vma): Op {
  const own = yield* anon_vma_of(cpu, importer);
  const other = yield* cpu.load(vmaCells.anon_vma(exporter.id));
  if (own !== undefined || other === 0) return;
  yield* cpu.store(vmaCells.anon_vma(importer.id), other);
  yield* anon_vma_clone(cpu, importer, exporter);
}

/** What is left of the area that lost the range, which lies at one of its ends. */
function* shrink(cpu: Cpu, vma: Vma, start: Va, end: Va): Op {
  if (vma.start === start && vma.end === end) yield* detach_vma(cpu, vma);
  else if (vma.start === start) yield* store_vma(cpu, { ...vma, start: end });
  else yield* store_vma(cpu, { ...vma, end: start });
}

const isWhole = (cpu: Cpu, vma: Vma): boolean =>
  vma.start === cpu.vmas[vma.id]!.start && vma.end === cpu.vmas[vma.id]!.end;
const areAlike = (a: Vma, b: Vma): boolean =>
  wholeOf(a) === wholeOf(b) && a.thp === b.thp && (a.prot ?? 'read-write') === (b.prot ?? 'read-write');
