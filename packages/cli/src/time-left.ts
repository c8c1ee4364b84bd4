/** How long a search may still take: said only where its frontier shrinks, for nothing else tells how much there is to come. */
import type { HowFar } from '@shootdown/core';

/** Of the time that a round has taken, the last part over which the frontier has to have shrunk. */
const PART = 0.2;
/** Rounds that are over sooner need no estimate. */
const LEAST_SECONDS = 2;
/** Frontier now, of that at the beginning of the part: shrinking more slowly says too little. */
const SHRUNK = 0.9;

interface Seen {
  readonly seconds: number;
  readonly waiting: number;
}

/** Looks at one search at a time. */
export class TimeLeft {
  #seen: Seen[] = [];
  #round = 0;

  /** @returns seconds that the round takes if its frontier goes on to shrink as it did last; undefined where nothing can be said */
  after({ waiting, seconds, round = 1 }: HowFar): number | undefined {
    if (waiting === undefined) return undefined;
    if (round !== this.#round || seconds < (this.#seen.at(-1)?.seconds ?? 0)) this.#seen = [];
    this.#round = round;
    this.#seen.push({ seconds, waiting });
    const begun = this.#seen[0]!.seconds;
    const from = seconds - (seconds - begun) * PART;
    if (seconds - begun < LEAST_SECONDS) return undefined;
    const before = this.#seen.findLast((one) => one.seconds <= from)!;
    // Only what lies within the part is looked at again, and where it begins moves on half as fast as time does.
    if (this.#seen.length > 1000) this.#seen = this.#seen.filter((_, i) => i === 0 || i % 2 === 1);
    const shrunk = before.waiting - waiting;
    return waiting < SHRUNK * before.waiting ? (waiting * (seconds - before.seconds)) / shrunk : undefined;
  }
}
