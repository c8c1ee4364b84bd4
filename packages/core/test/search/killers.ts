/** What notices a mistake in the engine: a random system, or one that was made for it. */
import { EXPECTED, unexpected } from '../../../explorer/test/search/expected.ts';
import { tryAgain, tryOut } from '../../../explorer/test/search/families.ts';
import { SHOWN, shownUnlike } from '../../../explorer/test/search/shown.ts';
import { EXPECTED_OF_THE_MACHINE } from './expected.ts';
import { FAMILIES } from './families.ts';

/** Where a mistake was noticed first: one of a family as `seed` draws them, or the system that has the name of the mistake. */
export type Killer = { readonly family: string; readonly seed: number; readonly path: string } | 'made for it';

export interface Found {
  /** Absent: nothing noticed it. */
  readonly killer?: Killer;
  /** Random systems that were tried. */
  readonly tried: number;
  /** What differs, in words. */
  readonly why?: string;
}

/** Tries random systems, the quick families first, then the one that was made for the mistake. */
export function findKiller(mutant: string, howMany: number, seed: number): Found {
  let tried = 0;
  for (const family of [...FAMILIES].reverse()) {
    const found = tryOut(family, Math.max(10, Math.ceil(howMany * family.share)), seed, 250, false);
    tried += found.tried;
    if (found.failure !== undefined)
      return { killer: { family: family.name, seed, path: found.path }, tried, why: found.failure };
  }
  const why = noticed(mutant, 'made for it');
  return why === undefined ? { tried } : { killer: 'made for it', tried, why };
}

/** What this killer says of the engine that this module was imported with; undefined when it notices nothing. */
export function noticed(mutant: string, killer: Killer): string | undefined {
  if (killer === 'made for it') {
    const [shown, expected] = [SHOWN[mutant], { ...EXPECTED, ...EXPECTED_OF_THE_MACHINE }[mutant]];
    return shown ? shownUnlike(shown) : expected && unexpected(expected);
  }
  const family = FAMILIES.find(({ name }) => name === killer.family);
  return family ? tryAgain(family, killer.seed, killer.path) : undefined;
}
