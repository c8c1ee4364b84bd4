/** The same with systems on the machine: slower, for what the toys do not notice. */
import { expect, test } from '@jest/globals';
import { EXPECTED_OF_THE_MACHINE } from '../../packages/core/test/search/expected.ts';
import { FAMILIES } from '../../packages/core/test/search/families.ts';
import { unexpected } from '../../packages/explorer/test/search/expected.ts';
import { TOY_FAMILIES, tryAgain } from '../../packages/explorer/test/search/families.ts';

const SEED = 1;
const MANY = 50;

test.each(Object.entries(EXPECTED_OF_THE_MACHINE))('made for it: %s', (_rule, it) =>
  expect(unexpected(it)).toBeUndefined(),
);
for (const family of FAMILIES.filter((one) => !TOY_FAMILIES.includes(one)))
  for (let number = 0; number < MANY; number++)
    test(`${family.name}, number ${number + 1} of seed ${SEED}`, () =>
      expect(tryAgain(family, SEED, `${number}`)).toBeUndefined());
