/** The list of limits is what the code says: whoever gives up has declared it. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { limits } from '../../src/index.ts';
import { oneThread, mm, PAGE, areas, twoLevels } from './one-thread.ts';
import { munmap } from '../../src/kernel/index.ts';
import { vmaCells } from '../../src/words/objects.ts';

const packages = new URL('../../../', import.meta.url);
const sources = readdirSync(packages).flatMap((name) => {
  const src = new URL(`${name}/src/`, packages);
  try {
    return readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(new URL(path, src), 'utf8'));
  } catch {
    return []; // a package of data only
  }
});

test('every place that gives up names a limit that is declared there, and the list has it', () => {
  const listed = limits().map(({ says }) => says);
  const meets = sources.filter((text) => /\bcpu\.give_up\(/.test(text));
  expect(meets.length).toBeGreaterThan(0);
  for (const text of meets)
    for (const [, named] of text.matchAll(/\bcpu\.give_up\((?!\.\.\.)([^)]*)\)/g)) {
      const from = text.indexOf(`const ${named} = limit(`);
      expect({ named, from }).not.toEqual({ named, from: -1 });
      const declaration = text.slice(from, text.indexOf(';', from));
      expect(listed.filter((says) => declaration.includes(says))).toHaveLength(1);
    }
});

test('each limit says what, and where Linux has it; none is there twice', () => {
  for (const { says, source } of limits())
    expect([says.length > 10, source.file.endsWith('.c') || source.file.endsWith('.h'), source.symbol !== '']).toEqual([
      true,
      true,
      true,
    ]);
  const keys = limits().map(({ says, source }) => `${source.symbol} ${says}`);
  expect(new Set(keys).size).toBe(keys.length);
});

test('code that finds no spare handle gives up, and says so', () => {
  const b = oneThread();
  b.run(b.cpu.store(vmaCells.attached(areas(twoLevels).length * 2), 1)); // the only one of the first area is taken
  expect(() => b.run(munmap(b.cpu, mm, 0, PAGE))).toThrow(
    /^bound: more pieces of one area than there are spare handles/,
  );
});
