/** A thread stores to a page while another asks for a part of the area: a verdict on every architecture, and no search that gives up. */
import { describe, expect, test } from '@jest/globals';
import {
  mprotect,
  mremap_to,
  munmap,
  user_load,
  user_store,
  watches,
  type Configuration,
  type Scenario,
} from '@shootdown/core';
import { exploreSync, rig, USUAL_REDUCTIONS } from '@shootdown/core/testing';
import arm64 from '../../arch-arm64/src/index.ts';
import ppc64 from '../../arch-ppc64/src/index.ts';
import x86 from '../../arch-x86/src/index.ts';
import xen from '../../arch-xen/src/index.ts';

const archs = [...x86, ...xen, ...arm64, ...ppc64];
const LINUX: Configuration = { release: 'v6.1', says: 'Linux 6.1' };
const claimsOf = (...breaches: string[]): string[] =>
  watches.filter(({ breach }) => breaches.includes(breach)).map(({ claim }) => claim);
type Does = Scenario['threads'][number]['does'];

/** Both huge pages of the area are there; the other thread stores to the page in the middle and loads it. */
const besideStore = (
  name: string,
  does: Does,
  asks: readonly string[],
  areas: Scenario['areas'] = [{ from: 0, to: 4, thp: 'always' }],
): Scenario => ({
  name,
  title: name,
  cpus: 2,
  quiet: true,
  areas,
  asks,
  pool: { frames: 16, tables: 8 },
  setup: [
    {
      cpu: 0,
      *does(cpu, s) {
        for (let i = 0; i < 4; i++) yield* user_store(cpu, s.page(i), i + 1);
      },
    },
  ],
  threads: [
    {
      name: 'U',
      cpu: 0,
      runs: 0,
      *does(cpu, s) {
        yield* user_store(cpu, s.page(1), 9);
        yield* user_load(cpu, s.page(1));
      },
    },
    { name: 'M', cpu: 1, runs: 0, does },
  ],
});

const stories = [
  besideStore(
    'mprotect of the middle',
    function* (cpu, s) {
      yield* mprotect(cpu, s.mm, s.page(1), s.page(3), 'read-only');
    },
    claimsOf('lost-write', 'page-uaf', 'table-uaf'),
  ),
  besideStore(
    'munmap of the middle',
    function* (cpu, s) {
      yield* munmap(cpu, s.mm, s.page(1), s.page(3));
    },
    claimsOf('lost-write', 'page-uaf', 'table-uaf', 'missed-unmap'),
  ),
  // Four pages are as much as a PUD maps here: the table of both huge pages moves.
  besideStore(
    'mremap of a whole PUD',
    function* (cpu, s) {
      yield* mremap_to(cpu, s.mm, 0, 4 * s.pageSize, s.area(1));
    },
    claimsOf('page-uaf', 'table-uaf'),
    [
      { from: 0, to: 4, thp: 'always' },
      { from: 4, to: 8, thp: 'always' },
    ],
  ),
];

describe.each(stories.map((story) => [story.name, story] as const))('%s', (_name, story) => {
  test.each(archs.map((arch) => [arch.id, arch] as const))('%s: nothing breaks, and that is shown', (_id, arch) => {
    const { outcome, violations, deadlocks, bounded, ends } = exploreSync(rig(arch, story, LINUX).system, {
      stopAtFirst: false,
      maxStates: 20_000,
      reduce: USUAL_REDUCTIONS,
    });
    expect({ outcome, violations, deadlocks, bounded }).toEqual({
      outcome: 'complete',
      violations: [],
      deadlocks: 0,
      bounded: 0,
    });
    expect(ends).toBeGreaterThan(1); // the store came before, or after
  });
});
