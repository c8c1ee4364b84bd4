/** A broken claim says what was seen, with the values and since when they are so. */
import { expect, test } from '@jest/globals';
import { exploreSync, get_user_pages_fast_only, khugepaged_collapse, replay, rig, watches } from '../../src/testing.ts';
import type { Scenario } from '../../src/workload/scenario.ts';
import { storeBeside, toyArch } from './toy-arch.ts';

test('a stale pin: who pinned what, and what is mapped there now', () => {
  const story: Scenario = {
    ...storeBeside('collapse', [watches.find((w) => w.breach === 'stale-pin')!.claim]),
    threads: [
      {
        name: 'G',
        cpu: 0,
        runs: 0,
        *does(cpu, s) {
          yield* get_user_pages_fast_only(cpu, s.page(0), 1, 'write');
        },
      },
      {
        name: 'K',
        cpu: 1,
        runs: 'kernel',
        *does(cpu, s) {
          yield* khugepaged_collapse(cpu, s.mm, 0);
        },
      },
    ],
  };
  const { system } = rig(toyArch(), story, { release: 'v5.8', says: '' });
  const { events, brokenAtEnd } = replay(
    system,
    exploreSync(system, { stopAtFirst: true, maxStates: 1e5 }).violations[0]!.schedule,
  );
  const pin = events.find(({ kind }) => kind === 'ghost.pin')!;
  const mapped = events.findLast(
    ({ where, cells, changes }) =>
      where.includes('collapse_huge_page') && changes.some(({ cell }) => cells.includes(cell) && /^T\d+\[/.test(cell)),
  )!;
  expect(brokenAtEnd[0]!.seen).toMatch(
    new RegExp(`^CPU0 pinned P\\d+ at step ${pin.number}; page 0 is mapped to P\\d+ since step ${mapped.number}$`),
  );
});

test('cells are named for people', () => {
  const { system } = rig(toyArch(), storeBeside('collapse', ['no user store is lost']), { release: 'v6.1', says: '' });
  const names = Array.from({ length: system.cellCount }, (_, cell) => system.names.name(cell));
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  for (const name of [
    'mm0.mmap_lock',
    'mm0.pgd',
    'area0.attached',
    'P2.refcount',
    'T3[0]',
    'T3.ptl',
    'CPU0 irqs off',
    'CPU1->CPU0 csd',
    'CPU0 tlb of page 1',
    'CPU1 tlb of pages 0..1',
  ])
    expect(names).toContain(name);
});
