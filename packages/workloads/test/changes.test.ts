/** The table of changes beside the built-in races and architectures. */
import { describe, expect, test } from '@jest/globals';
import { changesKnownTo, didYouMean, GENERIC_CHANGES, inForce, notApplicable } from '@shootdown/core';
import arm64 from '../../arch-arm64/src/index.ts';
import ppc64 from '../../arch-ppc64/src/index.ts';
import x86 from '../../arch-x86/src/index.ts';
import xen from '../../arch-xen/src/index.ts';
import { races, variations } from '../src/index.ts';

const archs = [...x86, ...xen, ...arm64, ...ppc64];

describe('changes', () => {
  test.each([...races, ...variations].map((race) => [race.id, race] as const))(
    '%s: what its commit brings to the kernel after it is called a fix',
    (_, { scenario, before, after, commits }) => {
      for (const arch of archs.filter((one) => notApplicable(one, scenario, after) === undefined)) {
        const known = changesKnownTo(arch);
        const had = inForce(known, before);
        const brought = inForce(known, after).filter(
          (change) =>
            !had.includes(change) && change.shipped === undefined && commits.includes(change.commit.split(/\W/)[0]!),
        );
        expect(brought.filter(({ fix }) => !fix).map(({ name }) => name)).toEqual([]);
      }
    },
  );

  test('of an architecture are not called nearly like generic ones: such a name is taken for a slip', () => {
    const generic = GENERIC_CHANGES.map(({ name }) => name);
    const others = archs.flatMap(changesKnownTo).filter((change) => !GENERIC_CHANGES.includes(change));
    expect(others.filter(({ name }) => didYouMean(name, generic) !== undefined)).toEqual([]);
  });
});
