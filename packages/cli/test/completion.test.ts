/** Completion: which words fit at the cursor, and that shells ask for them; and how printed commands are called. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { scriptOf, SHELLS } from '../src/completion/scripts.ts';
import { programName } from '../src/terminal.ts';
import { shootdown } from './fakes.ts';

const place = mkdtempSync(join(tmpdir(), 'shootdown-completion-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe('words that fit', () => {
  test.each([
    ['comp', ['compare', 'completion']],
    ['run g', ['gup']],
    // Arguments that may be given again.
    ['run gup z', ['zap']],
    ['run gup --arch x86', ['x86-64', 'x86-64-paravirt']],
    // A list goes on behind the comma, and names nothing twice.
    ['run gup --arch arm64,x86-64,', ['arm64,x86-64,x86-64-paravirt']],
    ['run gup --arch=arm', ['--arch=arm64']],
    // As bash cuts it.
    ['run gup --arch = arm', ['arm64']],
    // The value of an option is no argument.
    ['run --arch arm64 ga', []],
    ['run --arch arm64 gu', ['gup']],
    ['--config x.mjs list ar', ['archs']],
    ['compare --verb', ['--verbose']],
    ['replay v1', []],
    ['litmus ', [':files']],
    ['run gup --html ', [':files']],
    ['completion ', ['bash', 'zsh', 'fish']],
    ['claims pmd_cl', ['pmd_clear']],
    ['measure --mode solo,sp', ['solo,spin3']],
    ['run gup --variant be', ['before']],
  ])('%s', async (line, words) => {
    const { out, exit } = await shootdown(`complete -- ${line}`);
    expect(exit).toBe(0);
    expect(out.split('\n').flatMap((one) => one.split('\t')[0] || [])).toEqual(words);
  });
});

describe('shells', () => {
  const isThere = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

  test.each(SHELLS)('%s takes what is printed for it, or is not here', async (shell) => {
    expect((await shootdown(`completion ${shell}`)).out).toBe(`${scriptOf(shell)}\n`);
    if (!isThere(shell)) return;
    const file = join(place, shell);
    writeFileSync(file, scriptOf(shell));
    const { stderr, status } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });

  test('bash asks the program with the words up to the cursor, behind npx too', () => {
    const bin = join(place, 'work', 'node_modules', '.bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'shootdown'), `#!/bin/sh\nprintf 'run\\tjudge\\n%s\\n' "$*" | tr ' ' '+'\n`, {
      mode: 0o755,
    });
    const asked = (words: string): string =>
      spawnSync(
        'bash',
        [
          '-c',
          `${scriptOf('bash')}\nCOMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _shootdown; echo "\${COMPREPLY[@]}"`,
        ],
        { cwd: join(place, 'work'), encoding: 'utf8' },
      ).stdout.trim();
    expect(asked('npx shootdown run ""')).toBe('run complete+--+run+');
    expect(asked('npx other ""')).toBe('');
  });
});

describe('commands that are printed can be pasted', () => {
  const folder = (...names: string[]): string => {
    const path = join(place, ...names);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const [local, global, nowhere] = [folder('a', 'node_modules', '.bin'), folder('bin'), folder('b')];
  for (const one of [local, global]) if (!existsSync(join(one, 'shootdown'))) writeFileSync(join(one, 'shootdown'), '');

  test('where a package here or above brings it', () =>
    expect(programName(folder('a', 'deep'), 'x', local)).toBe('npx shootdown'));
  test('where the shell finds it', () =>
    expect(programName(nowhere, 'x', [local, global].join(delimiter))).toBe('shootdown'));
  test('elsewhere by its file', () => {
    expect(programName(nowhere, join(nowhere, 'cli', 'shootdown.mjs'), '')).toBe('node cli/shootdown.mjs');
    expect(programName(nowhere, join(place, 'my own', 'it.mjs'), '')).toBe(`node '${join(place, 'my own', 'it.mjs')}'`);
  });
});
