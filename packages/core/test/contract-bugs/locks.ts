/** For every lock of every contract: a call that does not hold it, or only for reading where that is not enough. */
import { allHooks } from '../../src/contract/mm-hooks.ts';
import type { Scenario } from '../../src/workload/scenario.ts';
import { direct } from './direct.ts';
import type { Planted } from './spoil.ts';

const calls = Object.values(direct) as readonly {
  hookName: string;
  story(way?: { without?: string; reading?: string }): Scenario;
}[];
const each = <T>(make: (lock: string, call: (typeof calls)[number]) => T): T[] =>
  calls.flatMap((call) => Object.keys(allHooks.get(call.hookName)!.locks).map((lock) => make(lock, call)));

export const forgottenLocks: readonly Planted[] = each((lock, { hookName, story }) => ({
  claim: `${hookName}: ${lock} is held`,
  says: 'the caller does not take it',
  holdsIn: story(),
  bug: { story: story({ without: lock }) },
}));

/** The same claims once more. */
export const locksForReading: readonly Planted[] = each((lock, { hookName, story }) => ({
  claim: `${hookName}: ${lock} is held`,
  says: 'the caller takes it for reading',
  holdsIn: story(),
  bug: { story: story({ reading: lock }) },
})).filter(({ claim }) => claim.includes('for writing'));
