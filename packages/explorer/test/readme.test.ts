/** The first page is true: its example is a file that runs, prints what the page shows, and is judged by the oracle. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { exploreSync } from '../src/search/explore.ts';
import { ALL_REDUCTIONS } from '../src/api/reductions.ts';
import { oracle } from '../src/testing/oracle.ts';

const root = new URL('../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const EXAMPLE = new URL('examples/mutual-exclusion.ts', root);

/** The first block of code of a language on the page. */
const block = (language: string): string | undefined =>
  new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(readme)?.[1];

const printed: string[] = [];
const log = jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
const { careless, mutualExclusion, peterson } = await import('../examples/mutual-exclusion.ts');
log.mockRestore();

test('the page shows the text of the example', () => expect(block('ts')).toBe(readFileSync(EXAMPLE, 'utf8')));

test('the page shows what the example prints', () => expect(block('text')).toBe(`${printed.join('\n')}\n`));

test.each([careless, peterson])('the oracle agrees on %p', (code) => {
  const system = mutualExclusion(code);
  const judged = oracle(system, 1000);
  const found = exploreSync(system, { stopAtFirst: false, maxStates: 1000 });
  expect([found.states, found.transitions, found.ends]).toEqual([judged.states, judged.transitions, judged.ends]);
  for (const { violations } of [
    found,
    exploreSync(system, { stopAtFirst: true, maxStates: 1000, reduce: ALL_REDUCTIONS }),
  ])
    expect(violations.map(({ claim, depth }) => ({ claim, depth }))).toEqual(judged.violated);
});

test('the page lists every room', () => {
  const rooms = readdirSync(new URL('src', root), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const listed = [...readme.matchAll(/^\| `src\/(\S+)`/gm)].map(([, room]) => room);
  expect(listed.sort()).toEqual(rooms.map(({ name }) => name).sort());
});
