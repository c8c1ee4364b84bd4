/** Small systems that searches are compared on, for mistakes that are made in the explorer: random ones, and those made for one rule. */
import { expect, test } from '@jest/globals';
import { EXPECTED, unexpected } from '../../packages/explorer/test/search/expected.ts';
import { TOY_FAMILIES, tryAgain } from '../../packages/explorer/test/search/families.ts';
import { SHOWN, shownUnlike } from '../../packages/explorer/test/search/shown.ts';

const SEED = 1;
/** Of each family. */
const MANY = 40;
/** The first that notices something is told: the quick ones come first. */
const families = [...TOY_FAMILIES].reverse();

for (let number = 0; number < MANY; number++)
  for (const family of families)
    test(`${family.name}, number ${number + 1} of seed ${SEED}`, () =>
      expect(tryAgain(family, SEED, `${number}`)).toBeUndefined());
test.each(Object.entries(SHOWN))('made for it: %s', (_rule, shown) => expect(shownUnlike(shown)).toBeUndefined());
test.each(Object.entries(EXPECTED))('made for it: %s', (_rule, it) => expect(unexpected(it)).toBeUndefined());
