/** The layer and its machine as such: which hooks it leaves to x86, and whether the hypervisor's steps touch only what they may. */
import { readFileSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { hooksOf } from '@shootdown/core';
import { auditAccesses, rig, type AlsoTouches } from '@shootdown/core/testing';
import { tableCells } from '@shootdown/core/plugin';
import { xen } from '../src/cells.ts';
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

/** The hypervisor looks at the types of whatever tables lead to each other; a write that traps looks whether its table is read-only, and why. */
const TYPES = [xen.type, xen.typeCount, xen.pinned, xen.baseptr, tableCells.entry];
const trapped = { reads: [xen.readOnly, xen.type, xen.typeCount] };
const XEN: AlsoTouches = {
  'xen.mmu_update': { reads: [xen.readOnly], writes: TYPES },
  'xen.update_va_mapping': { reads: TYPES, writes: [xen.readOnly] },
  'xen.pin': { reads: [xen.readOnly], writes: TYPES },
  'xen.unpin': { reads: [xen.readOnly], writes: TYPES },
  'xen.new_baseptr': { reads: [xen.readOnly], writes: TYPES },
  ...Object.fromEntries(['store', 'xchg', 'cmpxchg', 'update', 'or', 'andnot'].map((kind) => [kind, trapped])),
  'table.free': { ...trapped, writes: [tableCells.life, tableCells.entry] },
};

test.each([exec, exit, fault, fork, teardown])('steps of $name touch only what they may', (scenario) => {
  expect(auditAccesses(rig(xenPv, scenario, { release: 'v6.1', says: 'test' }).system, 500_000, XEN)).toEqual([]);
});

test('a trap waits for stores that are held back', async () => {
  const tso = { ...teardown, memory: 'tso' } as const;
  expect(await outcomeOf(xenPv, tso)).toBe('clean');
  expect(auditAccesses(rig(xenPv, tso, { release: 'v6.1', says: 'test' }).system, 500_000, XEN)).toEqual([]);
});
