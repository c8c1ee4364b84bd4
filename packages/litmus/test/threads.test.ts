/** Threads are who their names say they are, wherever they stand in the file. */
import { expect, test } from '@jest/globals';
import { litmus, type Answer } from '../src/index.ts';

const outcomeOf = (answer: Answer) => ('outcome' in answer ? answer.outcome : (undefined as never));
const x86 = (heading: string, rows: string, condition: string): string =>
  `X86_64 t\n{ }\n ${heading} ;\n${rows}\n${condition}\n`;

test('P1 | P0: conditions speak of names, not of columns', () => {
  const rows = ' movq $1,(x) | movq (x),%rax ;';
  expect(outcomeOf(litmus(x86('P1 | P0', rows, 'exists (0:rax=1)'), 't')).verdict).toBe('Allowed');
  expect(outcomeOf(litmus(x86('P0 | P1', rows, 'exists (0:rax=1)'), 't')).verdict).toBe('Forbidden');
});

test('first values of registers are those of the thread of that name', () => {
  const source =
    'X86_64 t\n{ 1:rax=7; 0:rax=3; }\n P1 | P0 ;\n movq %rax,(x) | movq %rax,(y) ;\nforall ([x]=7 /\\ [y]=3)\n';
  expect(outcomeOf(litmus(source, 't')).verdict).toBe('Required');
});

test('of three columns in any order each has its own instructions', () => {
  const rows = ' movq $3,%rax | movq $1,%rax | movq $2,%rax ;';
  expect(outcomeOf(litmus(x86('P2 | P0 | P1', rows, 'forall (0:rax=1 /\\ 1:rax=2 /\\ 2:rax=3)'), 't')).verdict).toBe(
    'Required',
  );
});

test('in C the function P1 may be written first', () => {
  const source =
    'C t\n{ }\nP1(int *x) { WRITE_ONCE(*x, 1); }\nP0(int *x) { int r0 = READ_ONCE(*x); }\nexists (0:r0=1)\n';
  expect(outcomeOf(litmus(source, 't')).verdict).toBe('Allowed');
});

test.each([
  ['two of one name', x86('P0 | P0', ' mfence | mfence ;', 'exists (x=0)'), /t:3:7: there are two threads P0/],
  ['a gap', x86('P0 | P2', ' mfence | mfence ;', 'exists (x=0)'), /t:3:7: there is a thread P2, and none is named P1/],
  ['none is P0', x86('P1', ' mfence ;', 'exists (x=0)'), /there is a thread P1, and none is named P0/],
  [
    'two functions of one name',
    'C t\n{ }\nP0(int *x) { }\nP0(int *x) { }\nexists (x=0)',
    /t:4:1: there are two threads P0/,
  ],
  [
    'a condition about a thread that is not there',
    x86('P0', ' mfence ;', 'exists (1:rax=0)'),
    /1:rax belongs to no thread: there are 1/,
  ],
  [
    'a first value of a thread that is not there',
    'X86_64 t\n{ 3:rax=1; }\n P0 ;\n mfence ;\nexists (0:rax=1)',
    /3:rax belongs to no thread/,
  ],
  ['a register that no thread has', x86('P0', ' mfence ;', 'exists (0:rxa=0)'), /P0 has no rxa: did you mean rax\?/],
  [
    'a variable that a thread does not have',
    'C t\n{ }\nP0(int *x) { int flag = 1; }\nexists (0:flga=1)',
    /P0 has no flga: did you mean flag\?/,
  ],
  [
    'a location that is nowhere',
    x86('P0', ' movq $1,(flag) ;', 'exists (flga=1)'),
    /nothing in the test is named flga: did you mean flag\?/,
  ],
  [
    'a row with a column too many',
    x86('P0', ' mfence | mfence ;', 'exists (x=0)'),
    /t:4:\d+: a row has 2 columns, and there are 1 threads/,
  ],
  [
    'a row with a column too few',
    x86('P0 | P1', ' mfence ;', 'exists (x=0)'),
    /a row has 1 columns, and there are 2 threads/,
  ],
])('%s is a mistake that says where', (_what, source, message) => expect(() => litmus(source, 't')).toThrow(message));
