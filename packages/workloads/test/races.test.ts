/** Every race on every architecture of which the reference data say something: the verdicts agree, and for the stated reason. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  agreement,
  expectedAfter,
  expectedBefore,
  inReference,
  type Expected,
  type ExpectedRow,
  type RaceCase,
  type Verdict,
} from '@shootdown/core';
import arm64 from '../../arch-arm64/src/index.ts';
import ppc64 from '../../arch-ppc64/src/index.ts';
import x86 from '../../arch-x86/src/index.ts';
import xen from '../../arch-xen/src/index.ts';
import { large, races as cases, told } from '../src/all-races.ts';
import { expected } from '../src/index.ts';

const races = [...cases, ...told, ...large];

const archs = [...x86, ...xen, ...arm64, ...ppc64];
type Arch = (typeof archs)[number];

/**
 * A story that an architecture has no part in is clean there, in the words of the reference. What met a bound says nothing: only a long
 * search may.
 */
const agrees = (race: RaceCase, expected: Expected, { outcome }: Verdict): boolean =>
  (outcome === 'bound' && large.includes(race)) ||
  agreement(expected, outcome) === 'agree' ||
  (expected === 'clean' && outcome === 'n/a');
/** The reference also says what goes wrong. */
type Row = ExpectedRow & { readonly violated: readonly string[] };
/** One race of the reference says of a migration entry that stays that the unmap was missed. */
const inWords = (row: Row | undefined, breach: string): string =>
  breach === 'stale-migration-entry' && row?.violated.includes('missed-unmap') ? 'missed-unmap' : inReference(breach);
const rowOf = (race: RaceCase): Row | undefined => expected.find((row) => row.id === race.id) as Row | undefined;
const stated = (race: RaceCase): Arch[] =>
  archs.filter(
    (arch) =>
      ['violates', 'clean'].includes(expectedBefore(rowOf(race), arch)) &&
      // Of long searches the two shortest are made here; `shootdown compare RACE` makes all.
      (!large.includes(race) || ['x86-64-invlpgb', 'arm64'].includes(arch.id)),
  );

interface Compared {
  readonly comparison: {
    readonly rows: readonly {
      readonly id: string;
      readonly cells: readonly { readonly arch: string; readonly before: Verdict; readonly after: Verdict }[];
    }[];
  };
}

const shootdown = fileURLToPath(new URL('../../cli/bin/shootdown.mjs', import.meta.url));
const verdicts = new Map<string, Verdict>();
const keyOf = (id: string, arch: string, which: 'before' | 'after'): string => `${id} ${arch} ${which}`;

/** The command judges them: it has a thread for each CPU. */
function compare(chosen: readonly RaceCase[]): void {
  const on = archs.filter((arch) => chosen.some((race) => stated(race).includes(arch))).map(({ id }) => id);
  const args = ['compare', ...chosen.map(({ id }) => id), '--arch', on.join(','), '--max-states', '300000'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [shootdown, ...args, '--json', '--quiet'], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  // Nothing is different from what is expected, or some search met its bound.
  if (status === null || ![0, 12, 75].includes(status)) throw new Error(`compare ended with ${status}: ${stderr}`);
  for (const { id, cells } of (JSON.parse(stdout) as Compared).comparison.rows)
    for (const { arch, before, after } of cells) {
      verdicts.set(keyOf(id, arch, 'before'), before);
      verdicts.set(keyOf(id, arch, 'after'), after);
    }
}

beforeAll(() => {
  compare([...cases, ...told]);
  compare(large);
}, 1_200_000);

function judged(arch: Arch, race: RaceCase, which: 'before' | 'after'): Verdict {
  const verdict = verdicts.get(keyOf(race.id, arch.id, which));
  if (!verdict) throw new Error(`${race.id} was not judged on ${arch.id}`);
  return verdict;
}

test('every race has a row of the reference, and a name of its own', () => {
  expect(races.filter((race) => !rowOf(race)).map((race) => race.id)).toEqual([]);
  expect(new Set(races.map((race) => race.id)).size).toBe(races.length);
});

describe.each(races.map((race) => [race.id, race] as const))('%s', (_id, race) => {
  const row = rowOf(race);
  test.each(stated(race).map((arch) => [arch.id, expectedBefore(row, arch), arch] as const))(
    '%s: %s before the fix',
    (_arch, before, arch) => {
      const verdict = judged(arch, race, 'before');
      expect([verdict.outcome, agrees(race, before, verdict)]).toEqual([verdict.outcome, true]);
      // Frames tell its local states: nothing of the machine or the operations hides what it will do.
      expect(verdict.evidence.toldByHistory).toBeUndefined();
      if (verdict.counterexample)
        expect(row?.violated).toEqual(expect.arrayContaining([inWords(row, verdict.counterexample.breach)]));
    },
  );
  test.each(stated(race).map((arch) => [arch.id, arch] as const))('%s: clean after it', (_arch, arch) => {
    const verdict = judged(arch, race, 'after');
    expect([verdict.counterexample?.claim, agrees(race, expectedAfter(row, arch), verdict)]).toEqual([undefined, true]);
  });
});
