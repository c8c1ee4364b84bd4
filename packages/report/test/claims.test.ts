/** Claims and contracts as people read them. */
import { describe, expect, test } from '@jest/globals';
import type { Frequency, HookFacts } from '@shootdown/core';
import { text, type HookPage, type RenderOptions } from '../src/index.ts';
import { options } from './values.ts';

const source = { version: 'v6.1', file: 'mm/pgtable-generic.c', symbol: 'pmdp_collapse_flush' };
const frequency = (arch: string, claim: string, word: Frequency['word'], some: Partial<Frequency> = {}): Frequency => ({
  hook: 'pmdp_collapse_flush',
  claim,
  kind: 'may',
  arch,
  word,
  held: word === 'never' ? 0 : 3,
  failed: word === 'always' ? 0 : 2,
  ...some,
});
const facts = (arch: string, waits: readonly string[], some: Partial<HookFacts> = {}): HookFacts => ({
  arch,
  hook: 'pmdp_collapse_flush',
  layer: 'Generic',
  source,
  waits,
  states: 10,
  complete: true,
  ...some,
});

test('how often claims hold, and why', () => {
  const frequencies = [
    frequency('x86-64', 'the PMD is none', 'always', { kind: 'must' }),
    frequency('x86-64', 'walkers have left', 'always'),
    frequency('arm64', 'the PMD is none', 'always', { kind: 'must' }),
    frequency('arm64', 'walkers have left', 'sometimes', {
      heldAt: 'v1:w:v6.1/pmdp_collapse_flush:arm64:0.1',
      failedAt: 'v1:w:v6.1/pmdp_collapse_flush:arm64:1.0',
    }),
  ];
  expect(
    text.say(
      {
        schemaVersion: 1,
        kind: 'claims',
        frequencies,
        facts: [facts('x86-64', ['every target has run it']), facts('arm64', [])],
      },
      options,
    ),
  ).toBe(`\
pmdp_collapse_flush
claim                    x86-64  arm64
-----------------  ----  ------  -------------
the PMD is none    must  always  always
walkers have left  may   always  sometimes [1]

x86-64  Generic (v6.1 mm/pgtable-generic.c pmdp_collapse_flush); waits until every target has run it
arm64   Generic (v6.1 mm/pgtable-generic.c pmdp_collapse_flush); waits for nobody

[1] arm64, 'walkers have left': holds in 3 of 5 states
    holds: npx shootdown replay v1:w:v6.1/pmdp_collapse_flush:arm64:0.1
    fails: npx shootdown replay v1:w:v6.1/pmdp_collapse_flush:arm64:1.0

must: the same on every architecture; may: allowed to differ, and measured. 20 states; every
  interleaving of the workloads that reach the hook was tried. -: no workload reaches it.
`);
});

describe('nine architectures', () => {
  const archs = Array.from({ length: 9 }, (_, i) => `x86-64-number-${i}`);
  const frequencies = archs.flatMap((arch) => [
    frequency(arch, 'the PMD is none, and whoever reads it is told so', 'always', { kind: 'must' }),
    frequency(arch, 'walkers have left', 'sometimes', {
      heldAt: `v1:collapse-beside-gup-fast:v6.1/pmdp_collapse_flush:${arch}:0.1`,
      failedAt: `v1:collapse-beside-gup-fast:v6.1/pmdp_collapse_flush:${arch}:1.0`,
    }),
  ]);
  const said = (some: Partial<RenderOptions>): string[] =>
    text
      .say(
        { schemaVersion: 1, kind: 'claims', frequencies, facts: archs.map((arch) => facts(arch, [])) },
        { ...options, ...some },
      )
      .split('\n');

  test.each([60, 72, 80, 100])('no line is wider than %i columns, and no word is missing', (columns) => {
    const lines = said({ columns });
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(lines.join('\n').match(/sometimes \[\d\]/g)).toHaveLength(9);
  });
  test('the executions come when they are asked for', () => {
    expect(said({}).join('\n')).not.toContain('replay v1');
    expect(
      said({ verbose: true })
        .join('\n')
        .match(/npx shootdown replay v1/g),
    ).toHaveLength(18);
  });
});

test('a search that did not end proves nothing', () => {
  const shown = text.say(
    {
      schemaVersion: 1,
      kind: 'claims',
      frequencies: [frequency('arm64', 'walkers have left', 'always')],
      facts: [facts('arm64', [], { complete: false })],
    },
    options,
  );
  expect(shown.replaceAll(/\s+/g, ' ')).toContain(
    'not every interleaving was tried to its end on arm64: always and never are not proved there',
  );
});

test('the page of a hook', () => {
  const page: HookPage = {
    hook: 'pmd_clear',
    group: 'pmd update',
    does: 'Makes a PMD none.',
    calledBy: ['free_pte_range', 'collapse'],
    locks: [],
    waits: 'for nobody',
    sleeps: 'never',
    before: ['the PMD points to a table'],
    after: ['the PMD is none'],
    mayDiffer: [],
    doubts: ['Whether anybody flushes.'],
    source,
    answers: [
      { arch: 'x86-64', layer: 'X86', source, own: true },
      { arch: 'xen-pv', layer: 'X86', own: false },
    ],
  };
  expect(text.say({ schemaVersion: 1, kind: 'hook', page }, options)).toBe(`\
pmd_clear  (pmd update)
  Makes a PMD none.

called by       free_pte_range, collapse
locks           none required
before          the PMD points to a table
after           the PMD is none
waits           for nobody
sleeps          never
doubts          Whether anybody flushes.
source          v6.1 mm/pgtable-generic.c pmdp_collapse_flush

x86-64          X86  v6.1 mm/pgtable-generic.c pmdp_collapse_flush
xen-pv          X86  (not its own)
`);
});

test('a list', () => {
  const items = [
    { name: 'x86-64', facts: ['ipi'], says: 'x86-64, bare metal' },
    { name: 'arm64', facts: ['broadcast'], says: 'arm64' },
  ];
  expect(text.say({ schemaVersion: 1, kind: 'list', what: 'archs', items }, options)).toBe(
    'x86-64  ipi        x86-64, bare metal\narm64   broadcast  arm64\n',
  );
});
