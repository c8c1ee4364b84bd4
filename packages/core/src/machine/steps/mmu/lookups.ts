/** What a CPU remembers of one address, and what it may do with that. */
import type { Store } from '@shootdown/explorer';
import type { CpuId, Va } from '../../../words/address.ts';
import { F, withFlags, type Entry } from '../../../words/entry.ts';
import { blockOf, levelIndex, type Level } from '../../../words/geometry.ts';
import { ghosts } from '../../../words/ghosts.ts';
import { CAREFUL, type InsufficientRights } from '../../../words/spec.ts';
import type { Ref } from '../../../words/cells.ts';
import { hw } from '../../hardware.ts';
import { reader, type Parts } from '../../parts.ts';
import { invalidate, LEAF_LEVELS, usable, withRights } from '../../translation.ts';

/** Where the CPU keeps leaves of that level for the address, in the address space that is loaded. */
export const tlbAt = (p: Parts, store: Store, cpu: CpuId, level: Level, va: Va): Ref =>
  hw.tlb(cpu, reader(p).get(store, hw.asid(cpu)), levelIndex(level), blockOf(p.geometry, level, va));

const remembered = (p: Parts, store: Store, cpu: CpuId, level: Level, va: Va): Entry =>
  reader(p).get(store, tlbAt(p, store, cpu, level, va));

/** Does the CPU remember a translation that does for a read? */
export const isRemembered = (p: Parts, store: Store, cpu: CpuId, va: Va): boolean =>
  LEAF_LEVELS.some((level) => usable(remembered(p, store, cpu, level, va), false));

/** One access of a user, as steps carry it. */
export interface UserAccess {
  readonly cpu: CpuId;
  readonly va: Va;
  readonly write: boolean;
  readonly token: number;
}

/** The translations that the CPU remembers and that permit the access: none, one, or a base page and a huge page at once. */
export function hits(p: Parts, store: Store, { cpu, va, write }: UserAccess): { level: Level; entry: Entry }[] {
  const found: { level: Level; entry: Entry }[] = [];
  for (const level of LEAF_LEVELS) {
    const entry = remembered(p, store, cpu, level, va);
    if (usable(entry, write)) found.push({ level, entry });
  }
  return found;
}

/** What this machine does about insufficient rights. */
export const ruleOf = ({ spec }: Parts): InsufficientRights => spec.insufficientRights ?? CAREFUL;

/** Does the CPU remember a translation that lacks a right this access needs, and what may it do about that? */
export function lacking(p: Parts, store: Store, { cpu, va, write }: UserAccess): InsufficientRights['does'] {
  if (!write || ruleOf(p).does === 'walks again') return 'walks again';
  const does = LEAF_LEVELS.map((level) => withRights(p.spec, remembered(p, store, cpu, level, va)));
  return does.find((one) => one === 'faults') ?? does.find((one) => one === 'may fault') ?? 'walks again';
}

/** A page fault drops the translations of the address that caused it. */
export const forget = (p: Parts, store: Store, cpu: CpuId, va: Va): void =>
  invalidate(p, store, cpu, {
    asid: reader(p).get(store, hw.asid(cpu)),
    start: va,
    end: va + 1,
    leaves: LEAF_LEVELS,
    walkCache: 'range',
  });

/** Hardware that may fault need never do otherwise as long as it remembers the entry. */
export function keep(p: Parts, store: Store, cpu: CpuId, va: Va): void {
  const { get, set } = reader(p);
  for (const level of LEAF_LEVELS) {
    const at = tlbAt(p, store, cpu, level, va);
    const entry = get(store, at);
    if (withRights(p.spec, entry) === 'may fault') set(store, at, withFlags(entry, F.FAULTED));
  }
}

/** The instruction is over: interrupts and broadcast invalidations may come. */
export function endInstruction(p: Parts, store: Store, cpu: CpuId): void {
  const { set } = reader(p);
  set(store, hw.inInsn(cpu), 0);
  set(store, ghosts.hardwareWalking(cpu), 0);
}

/** `page 3` */
export const pageName = (p: Parts, va: Va): string => `page ${blockOf(p.geometry, 'pte', va)}`;
