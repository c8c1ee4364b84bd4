/** The glossary is kept: what it says stands in the code does. */
import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const sources = readdirSync(join(root, 'packages')).flatMap((name) => {
  const src = join(root, 'packages', name, 'src');
  try {
    return readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${file}\n${readFileSync(join(src, file), 'utf8')}`);
  } catch {
    return [];
  }
});
const words = new Set(sources.join('\n').match(/[A-Za-z_][A-Za-z_0-9]*/g));

/** Names in the last column of a table that no source has. */
const missing = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .flatMap((line) => [...(line.split('|').at(-2) ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name))
    .filter((name) => !words.has(name));

test('every name in the glossary still stands in the code', () => {
  const text = readFileSync(join(root, 'docs', 'GLOSSARY.md'), 'utf8');
  expect(text.split('\n').filter((line) => line.startsWith('|')).length).toBeGreaterThan(50);
  expect(missing(text)).toEqual([]);
});

test('a name that is gone is told', () => {
  expect(missing('| word | meaning | `pmdp_collapse_flush`, `pmdp_of_yesterday` |')).toEqual(['pmdp_of_yesterday']);
});

test('every path in the reading guide leads somewhere', () => {
  const text = readFileSync(join(root, 'docs', 'READING-GUIDE.md'), 'utf8');
  const paths = [...text.matchAll(/`((?:packages|tools|judges|build)\/[\w./-]+)`/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(20);
  const there = (path: string): boolean => {
    const at = path.replace('NAME', 'pte_free');
    const [folder, name] = [join(root, at, '..'), at.replace(/\/$/, '').split('/').at(-1) ?? ''];
    return readdirSync(folder).includes(name);
  };
  expect(paths.filter((path) => !there(path))).toEqual([]);
});
