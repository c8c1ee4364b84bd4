/** The sentences that stories ask, by the word reference data use for a breach. */
import { watches } from '@shootdown/core';

const sentence = (breach: string): string => {
  const watch = watches.find((w) => w.breach === breach);
  if (!watch) throw new Error(`no watcher looks for ${breach}`);
  return watch.claim;
};

export const tableUaf = sentence('table-uaf');
export const pageUaf = sentence('page-uaf');
export const wrongTypeWalk = sentence('wrong-type-walk');
export const lostWrite = sentence('lost-write');
export const lostDirty = sentence('lost-dirty');
export const missedUnmap = sentence('missed-unmap');
export const secondaryUaf = sentence('secondary-uaf');
export const stalePin = sentence('stale-pin');
