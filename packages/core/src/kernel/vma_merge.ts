/** Other flags for a part of an area: neighbours that become alike are one area again, else the area is cut. mm/mmap.c. */
import type { Va } from '../words/address.ts';
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
import { canReach, copy_pgoff, detach_vma, store_vma, vmas_between } from './vma.ts';

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
 * Lets a neighbour that has these flags already grow over the range. Simplified: of declared areas only pieces that were cut from
 * one become one again, for no handle reaches over two of them.
 * @returns undefined when there is no such neighbour
 */
export const vma_merge = operation(
  linux('v6.1', 'mm/mmap.c', 'vma_merge'),
  function* (cpu: Cpu, vma: Vma, start: Va, end: Va, flags: Flags): Op<Vma | undefined> {
    const mayHave = cpu.makesAreas || vma.pieceOf !== undefined || !isWhole(cpu, vma);
    const around = mayHave ? yield* vmas_between(cpu, vma.mm, Math.max(0, vma.start - 1), vma.end + 1) : [];
    // The neighbours of the range, if they are areas of their own: only at the ends of an area.
    const below = start === vma.start ? around.find((one) => one.end === start) : undefined;
    const above = end === vma.end ? around.find((one) => one.start === end) : undefined;
    const like: Vma = { ...vma, ...flags };
    const prev = yield* ifMergeable(cpu, like, below);
    const next = yield* ifMergeable(cpu, like, above);
    // A range between two areas with pages of their own joins the one below.
    const both = prev && next && (yield* is_mergeable_anon_vma(cpu, prev, next));
    const grows = prev ?? next;
    if (!grows) return undefined;
    const gone = both ? [next] : [];
    return yield* grow(cpu, vma, { ...grows, ...boundsOf(prev, both || !prev ? next : undefined, start, end) }, gone);
  },
);

const boundsOf = (prev: Vma | undefined, next: Vma | undefined, start: Va, end: Va): Pick<Vma, 'start' | 'end'> => ({
  start: prev ? prev.start : start,
  end: next ? next.end : end,
});

/**
 * An area grows over a range of `vma`, which loses it.
 * @param now the area as it will be
 * @param gone an area that it grows over beside
 */
function* grow(cpu: Cpu, vma: Vma, now: Vma, gone: readonly Vma[]): Op<Vma | undefined> {
  const takesAll = now.start <= vma.start && vma.end <= now.end;
  const handle = yield* handleFor(cpu, now, takesAll ? [...gone, vma] : gone);
  if (!handle) return undefined;
  // The border of the area goes to where the range ends: no huge page may lie across it.
  if (!takesAll) yield* split_huge_pmd_if_needed(cpu, vma, now.end < vma.end ? now.end : now.start);
  const parts = [now, ...gone, vma];
  const rest = takesAll ? undefined : restOf(vma, now);
  yield* becomeOne(cpu, handle, parts, rest);
  return handle;
}

/** What is left of an area that lost a range at one of its ends. */
const restOf = (vma: Vma, now: Vma): Vma =>
  now.end < vma.end ? { ...vma, start: now.end } : { ...vma, end: now.start };

/**
 * The parts become one area. The caller holds mmap_lock for writing.
 * @param now with a handle of one of them, or a new one
 * @param rest of the last part, which keeps its handle
 */
function* becomeOne(cpu: Cpu, now: Vma, parts: readonly Vma[], rest?: Vma): Op {
  for (let i = 0; i < parts.length; i++) if (parts[i]!.id !== now.id) yield* import_anon_vma(cpu, now, parts[i]!);
  const anon_vma = yield* anon_vma_of(cpu, now);
  if (anon_vma !== undefined) yield* anon_vma_lock_write(cpu, anon_vma);
  const gone = parts.filter(({ id }) => id !== now.id && id !== rest?.id);
  if (rest) yield* store_vma(cpu, rest);
  for (let i = 0; i < gone.length; i++) yield* detach_vma(cpu, gone[i]!);
  yield* store_vma(cpu, now);
  if (anon_vma !== undefined) yield* anon_vma_unlock_write(cpu, anon_vma);
  for (let i = 0; i < gone.length; i++) yield* unlink_anon_vmas(cpu, gone[i]!); // anon_vma_merge
}

/**
 * The area with a handle that reaches as far: its own, that of an area which becomes part of it, or a new one. In Linux its own always does.
 * @returns undefined when none does
 */
function* handleFor(cpu: Cpu, now: Vma, gone: readonly Vma[]): Op<Vma | undefined> {
  const own = [now, ...gone]
    .map((one) => ({ ...one, start: now.start, end: now.end }))
    .find((one) => canReach(cpu, one));
  if (own) return { ...now, ...handleOf(own) };
  const spares = cpu.spares(now, now.start, now.end);
  for (let i = 0; i < spares.length; i++) {
    if (!canReach(cpu, { ...spares[i]!, start: now.start, end: now.end })) continue;
    const taken = yield* cpu.load(vmaCells.attached(spares[i]!.id));
    if (taken !== 0) continue;
    yield* copy_pgoff(cpu, spares[i]!, now);
    const { pieceOf: _whole, ...area } = now;
    return { ...area, ...handleOf(spares[i]!) };
  }
  return undefined;
}
const handleOf = ({ id, pieceOf }: Vma): Pick<Vma, 'id' | 'pieceOf'> => ({
  id,
  ...(pieceOf !== undefined && { pieceOf }),
});

/** A neighbour, if an area with these flags could become one with it: can_vma_merge_after, can_vma_merge_before. */
function* ifMergeable(cpu: Cpu, like: Vma, near: Vma | undefined): Op<Vma | undefined> {
  if (!near || !areAlike(near, like)) return undefined;
  const mine = yield* cpu.load(vmaCells.vm_pgoff(like.id));
  const its = yield* cpu.load(vmaCells.vm_pgoff(near.id));
  if (mine !== its) return undefined;
  const mergeable = yield* is_mergeable_anon_vma(cpu, like, near, 'alone');
  return mergeable ? near : undefined;
}

/**
 * May these become one area? Not when their pages are found by different anon_vmas.
 * @param second `alone`: where one of them has none yet, the second must have one, and no fork may have linked it to others
 */
export const is_mergeable_anon_vma = operation(
  linux('v6.1', 'mm/mmap.c', 'is_mergeable_anon_vma'),
  function* (cpu: Cpu, a: Vma, b: Vma, second: 'alone' | 'any' = 'any'): Op<boolean> {
    const one = yield* anon_vma_of(cpu, a);
    const other = yield* anon_vma_of(cpu, b);
    if (one === other) return true;
    if (one !== undefined && other !== undefined) return false;
    if (second === 'any') return true;
    const chain = yield* cpu.list_read(vmaCells.anon_vma_chain(b.id));
    return chain.length === 1; // list_is_singular
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

const isWhole = (cpu: Cpu, vma: Vma): boolean =>
  vma.start === cpu.vmas[vma.id]!.start && vma.end === cpu.vmas[vma.id]!.end;
/** Have they the same flags? */
const areAlike = (a: Pick<Vma, 'thp' | 'prot'>, b: Pick<Vma, 'thp' | 'prot'>): boolean =>
  a.thp === b.thp && (a.prot ?? 'read-write') === (b.prot ?? 'read-write');
