/** The list of watchers. */
import { freedOnce, interruptible, noBug, notRefused, noWildPointer } from './kernel-sanity.ts';
import { lostDirty } from './lost-dirty.ts';
import { lostWrite } from './lost-write.ts';
import { missedUnmap } from './missed-unmap.ts';
import { pageLifetime } from './page-lifetime.ts';
import { secondary } from './secondary.ts';
import { stalePin } from './stale-pin.ts';
import { tableLifetime } from './table-lifetime.ts';
import type { Watch } from './watch.ts';
import { wrongType } from './wrong-type.ts';

export const watches: readonly Watch[] = [tableLifetime, pageLifetime, wrongType, lostWrite, lostDirty, stalePin, missedUnmap, secondary, noBug, noWildPointer, notRefused, freedOnce, interruptible];

/** Asked of every scenario: what no correct kernel does. */
export const ALWAYS_ASKED: readonly string[] = [noBug, noWildPointer, notRefused, freedOnce, interruptible].map((w) => w.claim);
