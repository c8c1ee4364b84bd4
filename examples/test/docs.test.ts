/** The docs show what the examples are, and what they print. */
import { describe, expect, test } from '@jest/globals';
import { judgeScenario, MAX_STATES } from '@shootdown/core';
import { arm64 } from '@shootdown/arch-arm64';
import { arch } from '@shootdown/core/plugin';
import { races } from '@shootdown/workloads';
import { readdirSync, readFileSync } from 'node:fs';
import { ask } from '../src/ask.ts';
import { Toy } from '../src/toy.ts';

interface Block {
  readonly language: string;
  readonly said: Readonly<Record<string, string | true>>;
  readonly body: string;
}
const refresh = (await import(new URL('../../build/refresh-docs.mjs', import.meta.url).href)) as {
  blocksOf(text: string): Block[];
  regionOf(text: string, name: string): string;
  timeless(text: string): string;
};

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const texts = [
  'README.md',
  ...readdirSync(new URL('../../docs/', import.meta.url)).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));

describe.each(texts)('%s', (name) => {
  const blocks = refresh.blocksOf(read(name));

  test('shows its examples as they are', () => {
    for (const { said, body } of blocks) {
      if (typeof said['file'] !== 'string') continue;
      const source = read(said['file']);
      expect(body).toBe(typeof said['region'] === 'string' ? refresh.regionOf(source, said['region']) : source);
    }
  });

  test('shows what every command printed that it means to show', () => {
    for (const [i, { language, body }] of blocks.entries()) {
      if (language !== 'text') continue;
      expect(body.trim()).not.toBe('');
      expect(blocks[i - 1]?.language).toBe('sh');
    }
  });

  test('links lead to files', () => {
    for (const [, target = ''] of read(name).matchAll(/\]\((?!https?:)([^)#]+)/g))
      expect(() => readFileSync(new URL(target, new URL(`../../${name}`, import.meta.url)))).not.toThrow();
  });
});

test('every package has a line in the README', () => {
  const readme = read('README.md');
  for (const name of readdirSync(new URL('../../packages/', import.meta.url))) expect(readme).toContain(`\`${name}\``);
});

test('a doc shows what an example prints', async () => {
  const shown = refresh.blocksOf(read('docs/reading-a-trace.md')).map(({ body }) => body);
  expect(shown).toContain(`${(await ask('collapse-vs-gup-fast')).join('\n')}\n`);
});

test('the toy breaks where a broadcast architecture breaks, and holds with the fix', async () => {
  const race = races.find(({ id }) => id === 'collapse-vs-gup-fast')!;
  const toy = arch({ id: 'toy', title: 'toy', what: 'A toy.', layers: [Toy], machine: arm64.machine });
  const outcome = async (variant: 'before' | 'after'): Promise<string> =>
    (await judgeScenario(toy, race.scenario, race[variant], variant, { maxStates: MAX_STATES })).outcome;
  expect([await outcome('before'), await outcome('after')]).toEqual(['violates', 'clean']);
});

test('a part of a file loses the indentation it has there', () => {
  expect(refresh.regionOf('x\n  // begin a\n  f {\n    g\n  }\n  // end a\n', 'a')).toBe('f {\n  g\n}\n');
  expect(() => refresh.regionOf('x', 'a')).toThrow('there is no region a');
});

test('times are no difference, numbers are', () => {
  expect(refresh.timeless('12 states, 0.5 s. ')).toBe(refresh.timeless('12 states, 61 s.'));
  expect(refresh.timeless('12 states, 0.5 s.')).not.toBe(refresh.timeless('13 states, 0.5 s.'));
});
