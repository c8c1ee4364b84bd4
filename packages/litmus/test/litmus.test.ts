/** Litmus tests from text to outcome: each file beside what it must print. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { agreementOf, litmus, litmusOfMany, readReferences, type Answer, type Outcome } from '../src/index.ts';

const folder = new URL('cases/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8');
const cases = readdirSync(folder).filter((file) => file.endsWith('.litmus'));
const outcomeOf = (answer: Answer): Outcome => ('outcome' in answer ? answer.outcome : (undefined as never));

test.each(cases)('%s', (file) => {
  const { verdict, holds, ends } = outcomeOf(litmus(read(file), file));
  const said = [
    verdict,
    holds ? 'Ok' : 'No',
    ...ends.map((end) =>
      Object.entries(end)
        .map(([place, value]) => `${place}=${value}`)
        .join(' '),
    ),
  ];
  expect(`${said.join('\n')}\n`).toBe(read(file.replace('.litmus', '.expected')));
});

describe('another memory model', () => {
  test('without store buffers neither load misses both stores', () => {
    expect(outcomeOf(litmus(read('store-buffering.litmus'), 'sb', { memory: 'sc' }))).toMatchObject({
      verdict: 'Forbidden',
      holds: false,
      memory: 'sc',
    });
  });
});

describe('beside a reference', () => {
  const answer = litmus(read('store-buffering.litmus'), 'sb.litmus');
  const states = outcomeOf(answer).ends.map((vals) => ({ vals }));
  const right = { file: 'sb.litmus', verdict: 'Allowed', states, states_complete: true } as const;
  test('equal', () => expect(agreementOf(answer, right)).toBe('equal'));
  test('an end less', () => expect(agreementOf(answer, { ...right, states: states.slice(1) })).toBe('ends differ'));
  test('an end less, where the reference does not have all', () =>
    expect(agreementOf(answer, { ...right, states: states.slice(1), states_complete: false })).toBe('equal'));
  test('forbidden there, allowed here', () =>
    expect(agreementOf(answer, { ...right, verdict: 'Forbidden' })).toBe('false alarm'));
  test('allowed there, forbidden here: a machine without store buffers misses what happens', () =>
    expect(agreementOf(litmus(read('store-buffering.litmus'), 'sb.litmus', { memory: 'sc' }), right)).toBe('unsound'));
  test('one of many files that is not understood', () =>
    expect(agreementOf(litmusOfMany('X86_64 t', 'sb.litmus'), right)).toBe('not read'));
  test('C: a machine may do less than any machine may', () => {
    const ours = litmus(read('rcu-section-is-no-barrier.litmus'), 'c');
    const vals = outcomeOf(ours).ends.map((end) => ({ vals: end }));
    const reference = {
      file: 'c',
      verdict: 'Allowed',
      states: [...vals, { vals: { '0:r1': '9', '1:r1': '9' } }],
      states_complete: true,
    } as const;
    expect(agreementOf(ours, reference)).toBe('stronger');
    expect(agreementOf(ours, { ...reference, states: vals })).toBe('equal');
    expect(agreementOf(ours, { ...reference, states: vals.slice(1) })).toBe('false alarm');
  });
  test('given up', () =>
    expect(agreementOf(litmus(read('store-buffering.litmus'), 'sb.litmus', { maxStates: 3 }), right)).toBe('bound'));
  test('given up before an end was found: nothing is said to be forbidden', () =>
    expect(outcomeOf(litmus(read('store-buffering-fenced.litmus'), 'sb.litmus', { maxStates: 3 }))).toMatchObject({
      verdict: 'Unknown',
      complete: false,
    }));
  test('a file that is none', () =>
    expect(() => readReferences({ tests: [{ file: 1 }] }, 'r.json')).toThrow(
      /r\.json: test 0 has no file, verdict or states/,
    ));
});

describe('what is wrong with a file', () => {
  const program = (instruction: string, more = 'exists ([x]=1)'): string =>
    `X86_64 t\n{ uint64_t x; }\n P0 ;\n ${instruction} ;\n${more}\n`;
  test.each([
    ['a column too many', 'X86_64 t\n{ }\n P0 ;\n mfence ;\nexists [x]=', /^SD_BAD_LITMUS: t:5:12: /],
    ['an unknown instruction', program('pushq %rax'), /"pushq %rax" is no instruction that is known of X86_64/],
    ['a number where an address is needed', program('movq $1,(%rax)'), /rax holds no address/],
    ['a thread that is not there', program('mfence', 'exists (1:rax=0)'), /1:rax belongs to no thread: there are 1/],
    [
      'a C primitive nobody knows',
      'C t\n{ }\nP0(int *x) { smp_magic(x); }\nexists (x=0)',
      /smp_magic\(\) is not known/,
    ],
    ['C that is none', 'C t\n{ }\nP0(int *x) { WRITE_ONCE(*x 1); }\nexists (x=0)', /Expected .* but "1" found/],
    [
      'a number where C needs an address',
      'C t\n{ }\nP0(int *x) { int r1 = 1; WRITE_ONCE(*r1, 1); }\nexists (x=0)',
      /1 is used as an address/,
    ],
  ])('%s', (_what, source, message) => expect(() => litmus(source, 't')).toThrow(message));
  test('instructions nobody models', () =>
    expect(litmus('MIPS t\n{ }\n', 't')).toEqual({
      file: 't',
      isa: 'MIPS',
      notModelled: expect.stringContaining('nothing is known of "MIPS"'),
    }));
});
