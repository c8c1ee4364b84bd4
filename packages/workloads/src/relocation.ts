/** Kernels that move page tables: Linux 6.1 with one of the ways that were proposed, or with one part of it done otherwise. */
import type { Configuration } from '@shootdown/core';

const moves = (how: string, says: string, ...parts: readonly string[]): Configuration => ({
  release: 'v6.1',
  with: [how, ...parts],
  says: `Linux 6.1 that moves page tables ${says}`,
});

/** The posting of April 2008, with parts of it done otherwise. */
export const posted = (says: string, ...parts: readonly string[]): Configuration =>
  moves('relocation_posted', `as posted in April 2008${says}`, ...parts);
export const POSTED = posted('');
/** Else a hypervisor would refuse what comes of it before anything else could be seen. */
export const byLevel = (says: string, ...parts: readonly string[]): Configuration =>
  posted(`, but frees the old ones by their level${says}`, 'relocation_frees_by_level', ...parts);
export const BY_LEVEL = byLevel('');
/** The posting of May 2008, as it is, and with the old tables freed by a gather. */
export const POSTED_AGAIN = moves('relocation_posted_again', 'as posted in May 2008');
export const AGAIN_BY_LEVEL = moves(
  'relocation_posted_again',
  'as posted in May 2008, but frees the old ones by their level',
  'relocation_frees_by_level',
);
/** Copy, link, flush, wait, merge; with parts of it done otherwise. */
export const merged = (says: string, ...parts: readonly string[]): Configuration =>
  moves('relocation_merges', `by copy, flush, wait and merge${says}`, ...parts);
export const MERGED = merged('');
export const DETACHED = moves('relocation_detaches', 'that it has taken out and flushed before');
export const PARKED_LAST = moves('relocation_parks_at_end', 'from init_mm, and has the other CPUs reload at the end');
export const PARKED_FIRST = moves('relocation_parks_first', 'once every CPU has left the address space');
