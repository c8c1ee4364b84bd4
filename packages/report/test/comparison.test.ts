/** The comparison as people read it. */
import { describe, expect, test } from '@jest/globals';
import { text, type RenderOptions } from '../src/index.ts';
import { broken, comparison, evidence, options, raceCell, verdict } from './values.ts';

const say = (value: ReturnType<typeof comparison>, some: Partial<RenderOptions> = {}): string =>
  text.say({ schemaVersion: 1, kind: 'comparison', comparison: value }, { ...options, ...some });
const fails = raceCell('arm64', { before: broken('arm64'), expectedBefore: 'violates' });
const notApplicable = raceCell('xen-pv', {
  before: verdict({ arch: 'xen-pv', outcome: 'n/a', evidence: evidence({ grade: 'none', states: 0 }) }),
  after: verdict({
    arch: 'xen-pv',
    variant: 'after',
    outcome: 'n/a',
    evidence: evidence({ grade: 'none', states: 0 }),
  }),
  expectedBefore: 'n/a',
  expectedAfter: 'n/a',
  agreement: 'n/a',
});

test('a race on three architectures', () => {
  expect(say(comparison([['some-race', [raceCell('x86-64'), fails, notApplicable]]]))).toBe(`\
Observation some-race x86-64 Never | arm64 Sometimes | xen-pv N/A | fixed: Never (2 CPUs, tables
  2x2, sc, 3,040 states)

table-uaf: 'no page table is used after it was freed' does not hold
[1] table-uaf, 3 steps: npx shootdown replay v1:some-race:before:arm64:0.1.0

race       x86-64   arm64          xen-pv
---------  -------  -------------  ------
some-race  ok | ok  FAIL | ok [1]  N/A

before the fix | after it; ok: no interleaving breaks a claim; FAIL: an interleaving breaks one;
  N/A: does not apply

2 agree, 0 disagree, 0 open, 1 not applicable
4 verdicts (3 proved over every interleaving within the sizes printed above, 1 by counterexample),
  3,040 states, 1.5 s. Omission risk: none (states are compared in full).
`);
});

describe('marks against the reference', () => {
  const unexpected = raceCell('arm64', {
    after: broken('arm64', 'after'),
    before: broken('arm64'),
    expectedBefore: 'violates',
    agreement: 'disagree',
  });
  const missing = raceCell('ppc64', { expectedBefore: 'violates', agreement: 'disagree' });
  const open = raceCell('s390', {
    before: broken('s390'),
    expectedBefore: 'unstated',
    expectedAfter: 'clean',
    agreement: 'open',
  });
  const shown = say(comparison([['some-race', [unexpected, missing, open]]]));

  test('differing is !, a prediction is *', () =>
    expect(shown).toMatch(/some-race +FAIL \| FAIL! \[1,2\] +ok! \| ok +FAIL\* \| ok \[3\]/));
  test('each difference has its sentence', () => {
    expect(shown).toMatch(
      /! some-race on arm64, after the fix: the reference says clean, found 'no page table is used after it\s+was freed' broken\./,
    );
    expect(shown).toContain('! some-race on ppc64, before the fix: the reference says violates, found clean.');
  });
  test('the sum', () => expect(shown).toContain('0 agree, 2 disagree, 1 open, 0 not applicable'));
});

describe('width', () => {
  const archs = ['x86-64', 'x86-64-paravirt', 'ppc64-radix', 'ppc64-hash', 'arm64', 'xen-pv', 's390', 'riscv64'];
  const id = 'ppc-zap-huge-pmd-vs-lockless-walk';
  const wide = comparison([
    [id, archs.map((arch) => raceCell(arch, { before: broken(arch), expectedBefore: 'violates' }))],
  ]);
  const table = (columns: number): string[] =>
    (/\n\n(race [\s\S]*?)\n\nbefore/.exec(say(wide, { columns, verbose: true }))?.[1] ?? '').split('\n');

  test('beside each other where there is room', () => expect(table(180)).toHaveLength(3));
  test('stacked where there is not', () => {
    expect(table(105)).toEqual([
      'race               fix     x86-64    x86-64-   ppc64-    ppc64-    arm64     xen-pv    s390      riscv64',
      '                                     paravirt  radix     hash',
      '-----------------  ------  --------  --------  --------  --------  --------  --------  --------  --------',
      'ppc-zap-huge-pmd-  before  FAIL [1]  FAIL [2]  FAIL [3]  FAIL [4]  FAIL [5]  FAIL [6]  FAIL [7]  FAIL [8]',
      'vs-lockless-walk   after   ok        ok        ok        ok        ok        ok        ok        ok',
    ]);
  });
  test.each([60, 72, 80, 100])('in parts, never wider than %i', (columns) => {
    for (const line of table(columns)) expect(line.length).toBeLessThanOrEqual(columns);
    expect(
      table(columns)
        .join('\n')
        .match(/FAIL \[\d\]/g),
    ).toHaveLength(8);
  });
});

test('what an interruption left', () => {
  const cut = raceCell('arm64', {
    before: verdict({ arch: 'arm64', outcome: 'interrupted', evidence: evidence({ grade: 'partial', states: 12345 }) }),
    after: verdict({
      arch: 'arm64',
      variant: 'after',
      outcome: 'interrupted',
      evidence: evidence({ grade: 'none', states: 0 }),
    }),
    expectedBefore: 'violates',
    agreement: 'open',
  });
  const shown = say(comparison([['some-race', [raceCell('x86-64'), cut]]], { complete: false }));
  expect(shown).toContain(
    '.. some-race before on arm64: interrupted after 12,345 states, depth 30, nothing found so far.',
  );
  expect(shown).toContain('.. 1 verdict not begun.');
  expect(shown).toContain('1 agree, 0 disagree, 0 open, 0 not applicable, 1 not finished');
});

test('where code gave up nothing is proved: it says at what', () => {
  const limits = [{ why: 'swap is not modelled', process: 'F', where: ['do_fault', 'do_swap_page'], states: 3 }];
  const after = verdict({
    arch: 'arm64',
    outcome: 'bound',
    evidence: evidence({ grade: 'partial', gaveUp: 3, limits }),
  });
  const shown = say(
    comparison([['some-race', [raceCell('arm64', { after: { ...after, variant: 'after' } })]]]),
  ).replaceAll(/\s+/g, ' ');
  expect(shown).toContain(
    "some-race after on arm64: code gave up ('swap is not modelled', in do_swap_page (F), 3 states)",
  );
  expect(shown).toMatch(/some-race ok \| \?/);
  expect(shown).toContain('2 verdicts (1 proved');
});

test('colours only when asked', () => {
  const value = comparison([['some-race', [raceCell('x86-64'), fails]]]);
  expect(say(value)).not.toContain('\x1b');
  expect(say(value, { colour: true })).toContain('\x1b[');
});

describe('states told apart by fingerprints', () => {
  const compact = (states: number) => evidence({ states, compact: { seed: 7, omissionRisk: states ** 2 / 2 ** 65 } });
  const one = verdict({ evidence: compact(1000) });
  const big = verdict({ evidence: compact(2_000_000_000) });
  const verdicts = (...all: ReturnType<typeof verdict>[]): string =>
    text.say({ schemaVersion: 1, kind: 'verdicts', verdicts: all }, options).replace(/\s+/g, ' ');

  test('each verdict says its risk, states^2 / 2^65', () => {
    expect(verdicts(one)).toContain('depth 30, omission risk 2.7e-14 ');
    expect(verdicts(one)).toContain(
      '1 verdict, 1,000 states, 0.5 s; omission risk: 2.7e-14 (64-bit fingerprints, seed 7: states^2 / 2^65)',
    );
  });
  test('and the last line the sum', () =>
    expect(verdicts(one, big)).toContain(
      'omission risk: 1.1e-1 (64-bit fingerprints, seed 7: states^2 / 2^65, summed over the verdicts)',
    ));
  test('of a comparison too', () =>
    expect(
      say(comparison([['some-race', [raceCell('x86-64', { before: one, after: one })]]])).replace(/\s+/g, ' '),
    ).toContain('Omission risk: 5.4e-14 (64-bit'));
  test('nothing was searched: nothing is said', () =>
    expect(verdicts(verdict({ outcome: 'n/a', evidence: evidence({ grade: 'none' }) }))).not.toContain('omission'));
});

describe('more than a screen', () => {
  const many = comparison(
    Array.from({ length: 30 }, (_, i) => [
      `race-${i}`,
      [raceCell('x86-64'), raceCell('arm64', { before: broken('arm64'), expectedBefore: 'violates' })],
    ]),
  );

  test('the headline comes last: a line for each architecture, and the sum', () => {
    const last = say(many).trimEnd().split('\n').slice(-15).join('\n');
    expect(last).toMatch(/of the races +FAIL before +FAIL after +ok on both +open +N\/A/);
    expect(last).toMatch(/\nx86-64 +0 +0 +30 +0 +0\narm64 +30 +0 +0 +0 +0\n/);
    expect(last).toContain('60 agree, 0 disagree, 0 open, 0 not applicable');
  });
  test('observations and replay commands come when they are asked for', () => {
    expect(say(many)).not.toMatch(/Observation|replay v1/);
    expect(say(many)).toContain('[1] to [30] are shown step by step by run');
    expect(say(many)).toContain('\n  npx shootdown run some-race --variant before --arch arm64\n');
    expect(say(many, { verbose: true }).match(/Observation|npx shootdown replay v1/g)).toHaveLength(60);
  });
  test('a screen that is high enough has all of it', () =>
    expect(say(many, { rows: 500 })).toBe(say(many, { verbose: true })));
});

test('races that were left out are named, with what judges them', () => {
  const said = text.say(
    {
      schemaVersion: 1,
      kind: 'comparison',
      comparison: comparison([['some-race', [raceCell('x86-64')]]]),
      leftOut: ['long-race', 'longer-race'],
    },
    options,
  );
  expect(said).toContain('Not judged, because the searches are long: long-race, longer-race.');
  expect(said).toContain('\n  npx shootdown compare long-race\n');
});

test('commands are printed as the command line is called here', () => {
  const said = say(comparison([['some-race', [fails]]]), { program: 'shootdown' });
  expect(said).toContain(': shootdown replay v1:some-race');
});
