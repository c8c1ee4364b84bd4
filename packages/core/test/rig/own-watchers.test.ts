/** Watchers that somebody else declares: of an architecture, of a package of stories, or given by their value. */
import { expect, test } from '@jest/globals';
import {
  askingWatchers,
  breachOf,
  exploreSync,
  judgeScenario,
  replay,
  rig,
  user_load,
  user_store,
  watches,
} from '../../src/testing.ts';
import { region, type Watch } from '../../src/plugin.ts';
import type { Scenario } from '../../src/workload/scenario.ts';
import { toyArch, v6_1 } from './toy-arch.ts';

// begin watcher
/** How often user code has stored. */
const stores = region('ghost.stores', ['mm'], { ghost: true });

/** No story may store more than once: what it sees is its own affair. */
const once: Watch = {
  claim: 'nobody stores twice',
  breach: 'second-store',
  ghosts: [stores],
  follows: {
    access: (book, { mm, kind }) => {
      if (kind === 'write') book.note(stores(mm.id), book.value(stores(mm.id)) + 1);
    },
  },
  kinds: ['mmu.lookup', 'mmu.finish'],
  holdsAfter: (facts) => facts.value(stores(0)) < 2,
  explain: (facts, step) => [
    `CPU${step.cpu} stored for the ${facts.value(stores(0))}nd time `,
    { word: 'at', cell: facts.cellOf(stores(0)) },
  ],
};
// end watcher

const story = (asks: Scenario['asks'], tokens: readonly number[]): Scenario => ({
  name: 'stores',
  title: 'Stores.',
  cpus: 1,
  asks,
  setup: [],
  areas: [{ from: 0, to: 2, thp: 'never' }],
  threads: [
    {
      name: 'U',
      cpu: 0,
      runs: 0,
      *does(cpu, s) {
        for (let i = 0; i < tokens.length; i++) yield* user_store(cpu, s.page(0), tokens[i]!);
        yield* user_load(cpu, s.page(0));
      },
    },
  ],
});
const bounds = { maxStates: 1000 };

test('a story names one by its value', async () => {
  const found = await judgeScenario(toyArch(), story([once], [1, 2]), v6_1, 'test', bounds);
  expect(found.counterexample).toMatchObject({ claim: once.claim, breach: 'second-store' });
  expect(found.asks).toEqual([once.claim]);
  expect((await judgeScenario(toyArch(), story([once], [1]), v6_1, 'test', bounds)).outcome).toBe('clean');
});

test('a story names one of its architecture by its sentence', async () => {
  const arch = toyArch({ watches: [once] });
  expect((await judgeScenario(arch, story([once.claim], [1, 2]), v6_1, 'test', bounds)).counterexample?.breach).toBe(
    'second-store',
  );
  expect(() => rig(toyArch(), story([once.claim], [1]), v6_1)).toThrow('SD_UNKNOWN_CLAIM');
});

test('a package of stories resolves its own sentences', () => {
  expect(askingWatchers(story([once.claim, watches[0]!.claim], []), [once]).asks).toEqual([once, watches[0]!.claim]);
});

test('what it says names the step', () => {
  const { system } = rig(toyArch(), story([once], [1, 2]), v6_1);
  const trace = replay(system, exploreSync(system, { stopAtFirst: true, ...bounds }).violations[0]!.schedule);
  const last = trace.events.at(-1)!;
  expect(last.broken).toEqual([
    {
      claim: once.claim,
      seen: `CPU0 stored for the 2nd time at step ${last.number}`,
      because: [{ cell: 'mm0.ghost.stores', step: last.number }],
    },
  ]);
});

test.each<[string, Partial<Watch>]>([
  ['has no sentence of its own', { claim: 'pmd_clear: something' }],
  ['calls a breach', { breach: 'Two Words' }],
  ['have the breach page-uaf both', { breach: 'page-uaf' }],
  ['have one sentence', { claim: watches[0]!.claim }],
  ['which is none', { ghosts: [region('real', ['mm'])] }],
])('a mistake is told: %s', (what, wrong) => {
  expect(() => rig(toyArch(), story([{ ...once, ...wrong }], [1]), v6_1)).toThrow(what);
  expect(() => rig(toyArch(), story([{ ...once, ...wrong }], [1]), v6_1)).toThrow('SD_BAD_WATCHER');
});

test('a watcher writes nothing that code can see, and follows steps that exist', () => {
  const real = region('seen by code', ['mm']);
  const writes: Watch = { ...once, follows: { access: (book) => book.note(real(0), 1) } };
  expect(() =>
    exploreSync(rig(toyArch(), story([writes], [1]), v6_1).system, { stopAtFirst: true, ...bounds }),
  ).toThrow('which is no ghost');
  const strange: Watch = { ...once, follows: { steps: { 'mmu.finnish': () => undefined } } };
  expect(() => rig(toyArch(), story([strange], [1]), v6_1)).toThrow('follows steps of kind mmu.finnish');
});

test('every watcher has a word of its own', () => {
  expect(new Set(watches.map((w) => w.breach)).size).toBe(watches.length);
  expect(watches.map((w) => breachOf(w.claim))).toEqual(watches.map((w) => w.breach));
});
