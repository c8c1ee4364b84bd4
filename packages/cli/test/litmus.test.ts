/** Which exit code a folder of litmus tests has: what is wrong beats what is not known, and neither is taken for the other. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { shootdown } from './fakes.ts';

const folder = mkdtempSync(join(tmpdir(), 'shootdown-litmus-'));
afterAll(() => rmSync(folder, { recursive: true }));
const storing = 'X86_64 storing\n{ uint64_t x; }\n P0 | P1 ;\n movq $1,(x) | movq $2,(x) ;\nexists ([x]=1)\n';
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const good = file('good.litmus', storing);
const broken = file('broken.litmus', storing.replace('movq', 'pushq'));
const foreign = file('foreign.litmus', 'MIPS foreign\n{ }\n');
const references = file(
  'references.json',
  JSON.stringify({ tests: [{ file: 'good.litmus', verdict: 'Forbidden', states: [], states_complete: true }] }),
);

test.each([
  ['it ran', good, 0],
  ['nobody models it', foreign, 4],
  ['one is not understood', `${good} ${broken}`, 65],
  ['one is not understood, and the other was given up', `${good} ${broken} --max-states 1`, 65],
  ['given up', `${good} --max-states 1`, 75],
  ['allowed here, forbidden there', `${good} --against ${references}`, 1],
])('%s', async (_what, args, exit) => expect((await shootdown(`litmus ${args}`)).exit).toBe(exit));

test('a file that is not there is named', async () => {
  const { exit, err } = await shootdown('litmus nowhere.litmus');
  expect(exit).toBe(65);
  expect(err).toContain('nowhere.litmus cannot be read');
});

test('a file of a folder that cannot be read costs its own line, and the others are answered', async () => {
  const here = join(folder, 'many');
  mkdirSync(join(here, 'no-file.litmus'), { recursive: true });
  file('many/a.litmus', storing);
  file('many/z.litmus', storing);
  const { exit, out } = await shootdown(`litmus ${here}`);
  expect(exit).toBe(65);
  expect(out.match(/^Test storing Allowed/gm)).toHaveLength(2);
  expect(out).toContain('no-file.litmus cannot be read');
});
