/** A step touches only what its footprint says: reductions of the search rest on it. */
import { describe, expect, test } from '@jest/globals';
import { madvise_free } from '../../src/kernel/index.ts';
import { auditFootprints, countHook, rig } from '../../src/testing.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import type { Meaning } from '@shootdown/explorer';
import type { Story } from '../../src/workload/scenario.ts';
import { storeBeside, toyArch, v6_1 } from '../rig/toy-arch.ts';

const story = (what: 'collapse' | 'dontneed' | 'munmap') =>
  rig(
    toyArch(),
    storeBeside(what, [
      'no user store is lost',
      'no user access reaches a page after it was freed',
      'a pinned page is the page that the process maps',
      'no page is still mapped where it was when its removal began',
      'every page that user code stored to is known to be dirty',
    ]),
    v6_1,
  ).system;

describe('footprints name every cell that a step reads or writes', () => {
  test.each(['collapse', 'dontneed', 'munmap'] as const)('beside %s', (what) => {
    expect(auditFootprints(story(what), 1e5)).toEqual([]);
  });
  test('beside MADV_FREE', () => {
    const story = { ...storeBeside('dontneed', ['every page that user code stored to is known to be dirty']) };
    const freeing = {
      ...story,
      threads: story.threads.map((t) =>
        t.name === 'K'
          ? {
              ...t,
              *does(cpu: Cpu, s: Story) {
                yield* madvise_free(cpu, s.mm, 0, s.hugePageSize);
              },
            }
          : t,
      ),
    };
    expect(auditFootprints(rig(toyArch(), freeing, v6_1).system, 1e5)).toEqual([]);
  });
  test('with the ghosts of a contract', () => {
    expect(
      auditFootprints(rig(toyArch(), storeBeside('collapse'), v6_1, countHook('pmdp_collapse_flush')).system, 1e5),
    ).toEqual([]);
  });
  test('under TSO', () => {
    expect(auditFootprints(rig(toyArch(), { ...storeBeside('dontneed'), memory: 'tso' }, v6_1).system, 3e4)).toEqual(
      [],
    );
  });
});

test('a footprint that lacks a cell is found', () => {
  const system = story('dontneed');
  const meaning = (kind: string): Meaning =>
    kind === 'spin_lock'
      ? { ...system.meaning(kind), footprint: () => ({ reads: [], writes: [], adds: [] }) }
      : system.meaning(kind);
  expect(auditFootprints({ ...system, meaning }, 1e5)).toContainEqual(
    expect.stringMatching(/^spin_lock writes T\d+\.ptl, which its footprint does not name$/),
  );
});
