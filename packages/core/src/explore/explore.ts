/** Runs a search to its end, or until it is told to stop. */
import type { System } from '../words/system.ts';
import type { Exploration, ExploreOptions } from './exploration.ts';
import type { Identity } from './identity.ts';
import { Rounds } from './rounds.ts';

/** Transitions between two looks at the clock and the signal: a few milliseconds. */
const PIECE = 8192;
const PROGRESS_SECONDS = 0.1;

/**
 * Tries every schedule of a system.
 * Lets the event loop run between pieces, so that a signal or a timer can end it.
 */
export async function explore(system: System, options: ExploreOptions, identity?: Identity): Promise<Exploration> {
  const search = new Rounds(system, options, identity);
  const advance = pieces(search, options);
  while (advance()) await new Promise<void>((resolve) => void setImmediate(resolve));
  return search.result();
}

/** The same without an event loop: for tests and worker threads. */
export function exploreSync(system: System, options: ExploreOptions, identity?: Identity): Exploration {
  const search = new Rounds(system, options, identity);
  const advance = pieces(search, options);
  while (advance());
  return search.result();
}

/** Makes the function that takes one piece of the search and says whether there is more. */
function pieces(search: Rounds, options: ExploreOptions): () => boolean {
  let told = 0;
  return () => {
    if (options.signal?.aborted === true) search.interrupt();
    if (search.done) return false;
    search.advance(PIECE);
    if (search.progress.seconds >= told + PROGRESS_SECONDS) {
      told = search.progress.seconds;
      options.onProgress?.(search.progress);
    }
    return !search.done;
  };
}
