/** What the parser and the lookup of names say about wrong usage. */
import { describe, expect, test } from '@jest/globals';
import { shootdown } from './fakes.ts';

describe('wrong usage exits 64', () => {
  test.each([
    ['', 'Usage: npx shootdown'],
    ['comapre', 'Did you mean compare?'],
    ['compare --arhc x86-64', 'Did you mean --arch?'],
    ['run', "missing required argument 'workload'"],
    ['list', "missing required argument 'what'"],
    ['list architectures', 'Allowed choices are archs, workloads, hooks'],
    ['compare --max-states many', 'It has to be a whole number above 0.'],
    ['compare --max-states 0', 'It has to be a whole number above 0.'],
    ['compare --timeout -1', 'It has to be a number above 0.'],
    ['run gup --compact=many', 'A seed is a whole number from 0 to 4294967295'],
    ['compare --compact 4294967296', 'A seed is a whole number from 0 to 4294967295'],
    ['run --compact gup', 'write --compact behind the workloads'],
    ['compare --format yaml', 'Allowed choices are text, json'],
    ['run gpu', 'SD_UNKNOWN_WORKLOAD: there is no workload gpu.\n  Did you mean gup?'],
    ['compare something-else', 'See: npx shootdown list workloads.'],
    ['run gup --arch x86_64', 'SD_UNKNOWN_ARCH: there is no architecture x86_64.\n  Did you mean x86-64?'],
    ['run gup --against x86_64', 'SD_UNKNOWN_ARCH: there is no architecture x86_64.\n  Did you mean x86-64?'],
    [
      'run gup --arch arm64 --against arm64',
      'SD_BAD_OPTION: arm64 has nothing to be compared with.\n  Name another architecture with --arch.',
    ],
    ['run gup --variant during', 'SD_BAD_OPTION: gup has no variant during.\n  It has before, after.'],
    ['explain pmd_claer', 'Did you mean pmd_clear?'],
    ['claims nothing_like_it', 'See: npx shootdown list hooks.'],
  ])('%s', async (line, said) => {
    const { exit, out, err } = await shootdown(line);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toContain(said);
  });
});

describe('help', () => {
  test.each(['compare', 'run', 'replay', 'list', 'explain', 'claims', 'coverage', 'new'])(
    '%s has one example',
    async (command) => {
      const { exit, out, err } = await shootdown(`${command} --help`);
      expect({ exit, err }).toEqual({ exit: 0, err: '' });
      expect(out.match(new RegExp(`Example:\n {2}npx shootdown ${command} `, 'g'))).toHaveLength(1);
    },
  );
  test('the version', async () =>
    expect(await shootdown('--version')).toMatchObject({ exit: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) }));
});

test('every example of the help is a command line that parses', async () => {
  for (const command of ['compare', 'run', 'replay', 'list', 'explain', 'claims', 'coverage', 'new']) {
    const example = /Example:\n {2}npx shootdown (.*)/.exec((await shootdown(`${command} --help`)).out)?.[1] ?? '';
    // What the fakes do not know is a mistake with a code; a word the parser does not know is none.
    expect((await shootdown(example)).err).not.toMatch(/^error:/m);
  }
});
