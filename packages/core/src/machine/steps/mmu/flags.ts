/** Accessed and dirty: who sets them, the hardware in the walk or software after a fault. */
import { F, type Entry } from '../../../words/entry.ts';
import type { Parts } from '../../parts.ts';

/** Flags that the hardware must set to go on with an access through this entry. */
export const flagsNeeded = (entry: Entry, write: boolean): number => (F.ACCESSED | (write ? F.DIRTY : 0)) & ~entry;

/** Does the hardware never set one of these flags, so that software must? */
export const leftToSoftware = (p: Pick<Parts, 'spec'>, flags: number): boolean =>
  ((flags & F.ACCESSED) !== 0 && p.spec.hardwareAccessed === 'never') ||
  ((flags & F.DIRTY) !== 0 && p.spec.hardwareDirty === 'never');

/** May the hardware leave one of them to software? */
export const mayBeLeft = (p: Pick<Parts, 'spec'>, flags: number): boolean =>
  ((flags & F.ACCESSED) !== 0 && p.spec.hardwareAccessed === 'may') ||
  ((flags & F.DIRTY) !== 0 && p.spec.hardwareDirty === 'may');
