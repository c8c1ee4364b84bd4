/** Watchers by name: which there are, how a breach is called, and what is wrong with one that somebody declared. */
import { didYouMean, Mistake } from '@shootdown/explorer';
import { watches } from '../watch/index.ts';
import type { Watch } from '../words/watch.ts';
import type { AskedClaim, Scenario } from '../workload/scenario.ts';

/** The sentence that is asked, whichever way it is. */
export const claimOf = (ask: AskedClaim): string => (typeof ask === 'string' ? ask : ask.claim);

/**
 * The same story, with sentences of these watchers resolved: for a package of workloads that declares its own.
 * @param own what the package exports as `watches`
 */
export function askingWatchers<T extends Pick<Scenario, 'asks'>>(scenario: T, own: readonly Watch[]): T {
  if (own.length === 0) return scenario;
  return { ...scenario, asks: scenario.asks.map((ask) => own.find(({ claim }) => claim === ask) ?? ask) };
}

/** The word for a breach of a claim; `contract` where no watcher but a hook's contract makes it. */
export const breachOf = (claim: string, asked: readonly Watch[] = []): string =>
  [...asked, ...watches].find((w) => w.claim === claim)?.breach ?? 'contract';

/**
 * The sentence of a built-in watcher.
 * @param breach its word, such as `table-uaf`
 * @throws Mistake SD_BAD_WATCHER where none has that word
 */
export function sentenceOfBreach(breach: string): string {
  const watch = watches.find((one) => one.breach === breach);
  if (watch) return watch.claim;
  const words = watches.map((one) => one.breach);
  const near = didYouMean(breach, words);
  throw new Mistake(
    'SD_BAD_WATCHER',
    `no watcher looks for ${breach}.`,
    near ? `Did you mean ${near}?` : `They look for ${words.join(', ')}.`,
  );
}

/** The word that reference data use for a breach. */
export const inReference = (breach: string): string => watches.find((w) => w.breach === breach)?.inReference ?? breach;

/**
 * Can all of them be asked together, and told apart?
 * @throws Mistake SD_BAD_WATCHER
 */
export function checkWatchers(all: readonly Watch[]): void {
  for (const [i, watch] of all.entries()) {
    const bad = (what: string, hint: string): never => {
      throw new Mistake('SD_BAD_WATCHER', `the watcher "${watch.claim}" ${what}.`, hint);
    };
    if (!watch.claim || /^\w+: /.test(watch.claim))
      bad(
        'has no sentence of its own',
        'Its claim is a sentence that is true while nothing is wrong; `word: sentence` would be one of a hook.',
      );
    if (!/^[a-z][a-z-]*$/.test(watch.breach))
      bad(`calls a breach "${watch.breach}"`, 'One word of small letters and dashes, such as lost-write.');
    const twin = all.slice(0, i).find((other) => other.claim === watch.claim || other.breach === watch.breach);
    if (twin)
      bad(
        `and the watcher "${twin.claim}" have ${twin.claim === watch.claim ? 'one sentence' : `the breach ${watch.breach} both`}`,
        'Every watcher has a sentence and a word of its own.',
      );
    const real = watch.ghosts.find((region) => !region.ghost);
    if (real)
      bad(
        `lists ${real.regionName} under ghosts, which is none`,
        'Make the region with `ghost: true`: a watcher changes nothing that code can see.',
      );
  }
}
