/** A race comes out of operations and hooks that know nothing of it: its name occurs where races are told, and nowhere else. */
import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expected } from '../src/index.ts';

const packages = new URL('../../', import.meta.url).pathname;
const sources = readdirSync(packages)
  .filter((name) => name !== 'workloads')
  .flatMap((name) => {
    const folder = join(packages, name, 'src');
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file));
  });

const COMMAND = /(?<=['\s])(?:ablate|bisect|compare|export|patch|place|replay|report|run) [\w ,=.:/${}-]+/g;

test('no source outside this package names a race', () => {
  expect(sources.length).toBeGreaterThan(200);
  const names = expected.map(({ id }) => id);
  const found = sources.flatMap((file) => {
    // An example of the help is a command that somebody may type: it decides nothing.
    const whole = readFileSync(file, 'utf8');
    const text = file.startsWith(join(packages, 'cli')) ? whole.replaceAll(COMMAND, '') : whole;
    return names.filter((name) => text.includes(name)).map((name) => `${name} in ${file.slice(packages.length)}`);
  });
  expect(found).toEqual([]);
});
