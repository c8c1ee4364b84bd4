/** The layer and its machine as such: which hooks it leaves to x86, and whether the hypervisor's steps touch what they say. */
import { readFileSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { hooksOf } from '@shootdown/core';
import { auditFootprints, rig } from '@shootdown/core/testing';
import { xenPv } from '../src/index.ts';
import { exec, exit, fault, fork, outcomeOf, teardown } from './stories.ts';

jest.setTimeout(60_000); // explorations, on slow machines too

test('the README lists the hooks that are left to the layers below', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const section = readme.split('## Left to x86 below')[1]?.split('\n## ')[0] ?? '';
  const listed = [...section.matchAll(/`([a-z_]\w*)`/g)].map(([, name]) => name);
  expect(listed.toSorted()).toEqual(
    hooksOf(xenPv)
      .filter(({ own }) => !own)
      .map(({ hookName }) => hookName)
      .toSorted(),
  );
});

test.each([exec, exit, fault, fork, teardown])('footprints of the steps of $name', (scenario) => {
  expect(auditFootprints(rig(xenPv, scenario, { release: 'v6.1', says: 'test' }).system, 500_000)).toEqual([]);
});

test('a trap waits for stores that are held back', async () => {
  const tso = { ...teardown, memory: 'tso' } as const;
  expect(await outcomeOf(xenPv, tso)).toBe('clean');
  expect(auditFootprints(rig(xenPv, tso, { release: 'v6.1', says: 'test' }).system, 500_000)).toEqual([]);
});
