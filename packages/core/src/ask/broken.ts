/** What is wrong with one execution: a sentence that does not hold, and a word for that. */
import type { Trace } from '@shootdown/explorer';
import { breachOf } from '../rig/watchers.ts';
import type { Watch } from '../words/watch.ts';

/** Asked of every execution, by no watcher: every thread comes to its end. */
export const EVERYBODY_ENDS = 'nobody waits for ever';

/** A claim that fails, and the word of the reference data for that, such as `table-uaf`. */
export interface Broken {
  readonly claim: string;
  readonly breach: string;
}

/**
 * What breaks first in a trace, or who never ends; undefined where nothing is wrong.
 * @param watches those that were asked
 */
export function brokenIn({ events, brokenAtEnd, stuck, loop }: Trace, watches: readonly Watch[]): Broken | undefined {
  const [first] = [...events.flatMap(({ broken }) => broken), ...brokenAtEnd];
  if (first) return { claim: first.claim, breach: breachOf(first.claim, watches) };
  if (stuck.length > 0) return { claim: EVERYBODY_ENDS, breach: 'deadlock' };
  return loop && { claim: EVERYBODY_ENDS, breach: 'livelock' };
}
