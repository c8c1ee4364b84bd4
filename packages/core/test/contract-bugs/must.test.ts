/** Every claim that must hold has a bug that breaks it, and holds where the kernel is right. */
import { describe, expect, test } from '@jest/globals';
import { claimsOf } from './claims.ts';
import { forgottenLocks, locksForReading } from './locks.ts';
import { spoiledBodies } from './post.ts';
import { wrongEntries } from './pre.ts';
import { broken, type Planted } from './spoil.ts';

const mustClaims = claimsOf('must');
const table: readonly Planted[] = [...forgottenLocks, ...wrongEntries, ...spoiledBodies];

describe.each([...table, ...locksForReading].map((planted) => [planted.claim, planted.says, planted] as const))(
  '%s',
  (claim, says, { holdsIn, bug }) => {
    test(`is broken when the hook or its caller errs: ${says}`, () =>
      expect(broken(holdsIn, claim, bug)).toEqual([claim]));
    test('holds without that', () => expect(broken(holdsIn, claim)).toEqual([]));
  },
);

test(`each of the ${mustClaims.length} claims has its bug, once`, () => {
  expect(table.map(({ claim }) => claim).toSorted()).toEqual(mustClaims.toSorted());
});
