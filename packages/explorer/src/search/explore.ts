/** The entry points: runs a search to its end, or until it is told to stop. */
import type { System } from '../api/system.ts';
import type { Exploration, ExploreOptions } from '../api/exploration.ts';
import type { Identity } from '../learned/local-identity.ts';
import { FixpointSearch } from './fixpoint.ts';
import type { Checkpoint } from '../api/checkpoint.ts';

/** Transitions between two looks at the clock and the signal: a few milliseconds. */
const PIECE = 8192;
const PROGRESS_SECONDS = 0.1;
/** Writing checkpoints takes at most one part in so many of the time. */
const WRITING = 100;

/**
 * Explores every schedule of a system. Lets the event loop run between pieces, so that a signal or a timer can end it.
 * @param system what is explored
 * @param options bounds and reductions
 * @param identity when two local states of a process count as one (default: by all it has observed, `byHistory`)
 * @throws Mistake when code or a meaning breaks a rule of the explorer (`SD_HIDDEN_STATE`, `SD_BAD_STEP`,
 * `SD_BAD_SYMMETRY`, ...)
 */
export async function explore(system: System, options: ExploreOptions, identity?: Identity): Promise<Exploration> {
  const search = new FixpointSearch(system, options, identity);
  const advance = pieces(search, options);
  while (advance()) await new Promise<void>((resolve) => void setImmediate(resolve));
  return search.result();
}

/** The same without an event loop: for tests and worker threads. */
export function exploreSync(system: System, options: ExploreOptions, identity?: Identity): Exploration {
  const search = new FixpointSearch(system, options, identity);
  const advance = pieces(search, options);
  while (advance());
  return search.result();
}

/** Makes the function that explores one piece and says whether there is more. */
function pieces(search: FixpointSearch, options: ExploreOptions): () => boolean {
  let told = search.progress.seconds;
  const { checkpoint } = options;
  const write = checkpoint && writer(search, checkpoint);
  return () => {
    if (options.signal?.aborted === true) search.interrupt();
    else if (!search.done) search.advance(PIECE);
    write?.();
    if (search.done) return false;
    if (search.progress.seconds >= told + PROGRESS_SECONDS) {
      told = search.progress.seconds;
      options.onProgress?.(search.progress);
    }
    return true;
  };
}

/** Makes the function that writes a checkpoint when it is due, and once more where the search was cut short. */
function writer(search: FixpointSearch, { every, write }: Checkpoint): () => void {
  let next = performance.now() + 1000 * every;
  let cut = false;
  return () => {
    const begun = performance.now();
    if (cut || (search.done ? !search.isCut : begun < next)) return;
    cut = search.done;
    write(search.save());
    const now = performance.now();
    next = now + Math.max(1000 * every, WRITING * (now - begun));
  };
}
