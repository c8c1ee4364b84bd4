/** A list of litmus tests that is said piece by piece reads as if it had been said as a whole. */
import { describe, expect, test } from '@jest/globals';
import { json, text, type Format, type LitmusAnswer, type LitmusEnd } from '../src/index.ts';

const options = { columns: 100, colour: false, version: '' };
const outcome = {
  name: 'sb',
  isa: 'X86_64',
  memory: 'tso',
  verdict: 'Allowed',
  holds: true,
  condition: 'exists (0:rax=0)',
  ends: [{ '0:rax': '0' }, { '0:rax': '1' }],
  witnesses: 1,
  states: 12,
  complete: true,
} as const;
const ran: LitmusAnswer = { file: 'sb.litmus', isa: 'X86_64', outcome };
const cut: LitmusAnswer = {
  file: 'cut.litmus',
  isa: 'X86_64',
  outcome: { ...outcome, name: 'cut', verdict: 'Unknown', complete: false, cut: 'interrupt' },
};
const stuck: LitmusAnswer = {
  file: 'stuck.litmus',
  isa: 'C',
  outcome: {
    ...outcome,
    name: 'stuck',
    isa: 'C',
    verdict: 'Deadlock',
    holds: false,
    ends: [],
    witnesses: 0,
    deadlock: [{ thread: 'P0', waitsFor: 'spin_lock(a)' }],
    kept: [{ thread: 'P1', what: 'b' }],
  },
};
const other: LitmusAnswer = { file: 'a\nb.litmus', isa: 'PPC', notModelled: 'nobody did it' };

const whole = (format: Format, answers: readonly LitmusAnswer[], compared: boolean, end: LitmusEnd): string =>
  format.say({ schemaVersion: 7, kind: 'litmus', answers, compared, ...end }, options);
const pieces = ({ litmus }: Format, answers: readonly LitmusAnswer[], compared: boolean, end: LitmusEnd): string =>
  [
    litmus!.begin(7),
    ...answers.map((answer, i) => litmus!.answer(answer, i, compared)),
    litmus!.end(answers, compared, end, options),
  ].join('');

describe.each([
  ['text', text],
  ['json', json],
] as const)('%s', (_name, format) => {
  test.each([
    ['none', [], { asked: 0, complete: true }],
    ['one', [ran], { asked: 1, complete: true }],
    ['several', [ran, stuck, other], { asked: 3, complete: true }],
    ['some of several', [ran, cut], { asked: 9, complete: false }],
    ['none of several', [], { asked: 9, complete: false }],
  ] as const)('%s', (_what, answers, end) => {
    for (const compared of [false, true])
      expect(pieces(format, answers, compared, end)).toBe(whole(format, answers, compared, end));
  });
});

test('what was cut short is no answer, and the text says how many there are', () =>
  expect(whole(text, [ran, cut], false, { asked: 9, complete: false })).toMatch(
    /Explored 12 states under TSO: the search was interrupted, there may be more ends\n\nInterrupted: 1 of 9 tests were answered\.\n$/,
  ));

test('who waits for ever, and what stays with whom', () => {
  const said = whole(text, [stuck], false, {});
  expect(said).toContain('Test stuck Deadlock\nStates 0\nNo\n');
  expect(said).toContain('Deadlock: P0 waits for ever for spin_lock(a)\nNot given back: P1 may end with b\n');
});

test('the table has a column for deadlocks where there are some', () => {
  expect(whole(text, [{ ...stuck, agreement: 'deadlock' }], true, {})).toMatch(/ends differ {2}deadlock {2}bound/);
  expect(whole(text, [{ ...ran, agreement: 'equal' }], true, {})).not.toContain('deadlock');
});

test('always and never are said of whole searches in which every execution ends', () => {
  const said = (some: Partial<typeof outcome> | object): string =>
    whole(text, [{ ...ran, outcome: { ...outcome, ...some } }], false, {});
  expect(said({ witnesses: 2 })).toContain('Observation sb Always 2 0');
  expect(said({ witnesses: 2, complete: false, cut: 'states' })).toContain('Observation sb Unknown 2 0');
  expect(said({ witnesses: 0, complete: false, verdict: 'Unknown' })).toContain('Observation sb Unknown 0 2');
  expect(said({ witnesses: 0, deadlock: [], verdict: 'Deadlock' })).toContain('Observation sb Deadlock 0 2');
  expect(said({ witnesses: 1, complete: false })).toContain('Observation sb Sometimes 1 1');
});
