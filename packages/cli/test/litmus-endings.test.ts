/** A list of litmus tests that is interrupted, and tests that do not end: what was answered is printed as it comes, and nothing passes for more. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_STATES, Mistake, SCHEMA_VERSION } from '@shootdown/core';
import { afterAll, describe, expect, test } from '@jest/globals';
import { invoke } from '../src/invoke.ts';
import { CLOCK, CORE, INTERRUPT, MODULES, TERMINAL, type Core } from '../src/tokens.ts';
import { modulesOf, shootdown } from './fakes.ts';

const folder = mkdtempSync(join(tmpdir(), 'shootdown-litmus-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const storing = (name: string): string =>
  file(`${name}.litmus`, `X86_64 ${name}\n{ }\n P0 ;\n movq $1,(x) ;\nexists ([x]=1)\n`);
const c = (name: string, body: string): string =>
  file(`${name}.litmus`, `C ${name}\n{ }\nP0(spinlock_t *a, int *x) { ${body} }\nforall (x=0)\n`);
const columns = [0, 1, 2, 3, 4, 5, 6];
const large = file(
  'large.litmus',
  `X86_64 large\n{ }\n ${columns.map((i) => `P${i}`).join(' | ')} ;\n${[0, 1, 2].map((k) => ` ${columns.map((i) => `movq $${k + 1},(x${(i + k) % 7})`).join(' | ')} ;\n`).join('')}exists ([x0]=9)\n`,
);

const controllerOf: { current?: AbortController } = {};
/** Runs `litmus`, interrupted once so much was printed that `when` is satisfied. */
async function interrupted(line: string, when: (out: string) => boolean): Promise<{ exit: number; out: string }> {
  const controller = new AbortController();
  controllerOf.current = controller;
  let out = '';
  const exit = await invoke(line.split(' '), {
    [CORE]: async () => ({ Mistake, MAX_STATES, SCHEMA_VERSION }) as unknown as Core,
    [MODULES]: modulesOf({}),
    [CLOCK]: { now: () => 0 },
    [INTERRUPT]: controller.signal,
    [TERMINAL]: {
      columns: 100,
      colour: false,
      live: false,
      err: () => undefined,
      out: (text) => {
        out += text;
        if (when(out)) controller.abort();
      },
    },
  });
  return { exit, out };
}

describe('a list that is interrupted', () => {
  const [one, two] = [storing('one'), storing('two')];
  test('an answer is printed before the next test begins, and the list says that it is partial', async () => {
    const { exit, out } = await interrupted(`litmus ${one} ${two}`, (text) => text.includes('Test one'));
    expect(out).toContain('Test one Allowed');
    expect(out).not.toContain('Test two');
    expect(out).toContain('Interrupted: 1 of 2 tests were answered.');
    expect(exit).toBe(130);
  });
  test('a test that is being searched ends at once, and says so', async () => {
    const { out } = await interrupted(`litmus ${one} ${large} ${two}`, (text) => {
      // The next test is being searched by then.
      if (text.includes('Test one')) setTimeout(() => controllerOf.current?.abort(), 300);
      return false;
    });
    expect(out).toContain('the search was interrupted, there may be more ends');
    expect(out).toContain('Interrupted: 1 of 3 tests were answered.');
  });
  test('as JSON it is a whole document that says how many there were', async () => {
    const { out } = await interrupted(`litmus ${one} ${two} --json`, (text) => text.includes('"witnesses"'));
    expect(JSON.parse(out)).toMatchObject({ kind: 'litmus', answers: [{ isa: 'X86_64' }], asked: 2, complete: false });
  });
  test('beside a reference the table says of how many it is', async () => {
    const references = file('references.json', JSON.stringify({ tests: [] }));
    const { out } = await interrupted(`litmus ${one} ${two} --against ${references}`, () => true);
    expect(out).toContain('instructions');
  });
});

test('a whole list says that it is whole', async () => {
  const { out, exit } = await shootdown(`litmus ${storing('one')} ${storing('two')} --json`);
  expect(JSON.parse(out)).toMatchObject({ answers: [{}, {}], asked: 2, complete: true });
  expect(exit).toBe(0);
});

test.each([
  ['waits for ever', c('stuck', 'spin_lock(a); spin_lock(a);'), 11, 'Deadlock: P0 waits for ever for spin_lock(a)'],
  ['keeps a lock', c('kept', 'spin_lock(a);'), 11, 'Not given back: P0 may end with a'],
  ['gives it back', c('fine', 'spin_lock(a); spin_unlock(a);'), 0, 'Ok'],
  ['is too large', `${large} --max-states 500`, 75, 'the bound on states was reached'],
  ['takes too long', `${large} --timeout 0.001`, 75, 'the time was over'],
])('a test that %s', async (_what, line, exit, says) => {
  const ran = await shootdown(`litmus ${line}`);
  expect(ran.exit).toBe(exit);
  expect(ran.out).toContain(says);
});

test('more threads than there are CPUs are no crash', async () => {
  const all = Array.from({ length: 33 }, (_, i) => i);
  const many = file(
    'many.litmus',
    `X86_64 many\n{ }\n ${all.map((i) => `P${i}`).join(' | ')} ;\n ${all.map(() => 'mfence').join(' | ')} ;\nexists (0:rax=1)\n`,
  );
  expect(await shootdown(`litmus ${many}`)).toMatchObject({
    exit: 4,
    out: expect.stringContaining('not modelled: it has 33 threads'),
  });
});
