/** The list of watchers. */
import { cowViolation } from './cow-violation.ts';
import { mapcountMismatch, refcountCorrupt } from './counts.ts';
import { balanced, freedOnce, interruptible, noBug, notRefused, noWildPointer } from './kernel-sanity.ts';
import { lostDirty } from './lost-dirty.ts';
import { lostTable } from './lost-table.ts';
import { lostWrite } from './lost-write.ts';
import { staleMigrationEntry } from './migration-entry.ts';
import { missedUnmap } from './missed-unmap.ts';
import { pageLifetime } from './page-lifetime.ts';
import { secondary } from './secondary.ts';
import { stalePermission } from './stale-permission.ts';
import { stalePin } from './stale-pin.ts';
import { staleTranslation } from './stale-translation.ts';
import { tableLifetime } from './table-lifetime.ts';
import { unmapReturns } from './unmapped.ts';
import { tlbMultihit } from './tlb-multihit.ts';
import type { Watch } from '../words/watch.ts';
import { wrongType } from './wrong-type.ts';

const ALWAYS: readonly Watch[] = [noBug, noWildPointer, notRefused, freedOnce, balanced, interruptible];

/** Every built-in watcher. A story asks them by their claims. */
export const watches: readonly Watch[] = [
  tableLifetime,
  pageLifetime,
  wrongType,
  lostWrite,
  lostDirty,
  stalePin,
  missedUnmap,
  staleTranslation,
  stalePermission,
  secondary,
  cowViolation,
  refcountCorrupt,
  mapcountMismatch,
  lostTable,
  staleMigrationEntry,
  unmapReturns,
  tlbMultihit,
  ...ALWAYS,
];

/** Asked of every scenario: what no correct kernel does. */
export const ALWAYS_ASKED: readonly string[] = ALWAYS.map((w) => w.claim);
