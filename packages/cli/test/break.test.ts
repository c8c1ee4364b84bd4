/** `replay --break`: a debugger stops where a step is made, in the code that makes it. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const here = fileURLToPath(new URL('fixture/user/', import.meta.url));
const started = fileURLToPath(new URL('../bin/shootdown.mjs', import.meta.url));
const debugging = pathToFileURL(fileURLToPath(new URL('fixture/debugger.mjs', import.meta.url))).href;
const TOKEN = 'v1:reads:after:arm64:0x4';
const replay = (flags: readonly string[], ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, started, 'replay', TOKEN, ...args], {
    cwd: here,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};
/** Call stacks of the pauses, each frame with its function and line, innermost first. */
const pauses = (step: number): string[][] => {
  const { status, stderr } = replay(['--inspect=0', '--import', debugging], '--break', String(step));
  expect(status).toBe(0);
  return [...stderr.matchAll(/^PAUSED (.*)$/gm)].map(([, frames = '']) => JSON.parse(frames) as string[]);
};

// The story of `reads` makes step 1 in line 51, and the others, turns of a loop, in line 53.
test.each([
  [1, 'reads stories.mjs:51'],
  [2, 'reads stories.mjs:53'],
  [4, 'reads stories.mjs:53'],
])('step %d: once, with the line of the story on the stack', (step, frame) => {
  const found = pauses(step);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(frame);
  // In the middle of its turn: the code that runs it is around it.
  expect(found[0]!.findIndex((it) => it.startsWith('resume '))).toBeGreaterThan(found[0]!.indexOf(frame));
});

describe('who asks for what cannot be', () => {
  test('is told how to attach a debugger', () => {
    const { status, stdout, stderr } = replay([], '--break', '2');
    expect([status, stdout]).toEqual([64, '']);
    expect(stderr).toMatch(
      /^SD_BAD_OPTION: --break stops in a debugger, and none can reach this process\.\n {2}Run it as: node --inspect-brk \S+shootdown\.mjs replay v1:reads:after:arm64:0x4 --break 2\n {2}Then attach: /,
    );
  });
  test('is told which steps there are', () => {
    const { status, stderr } = replay(['--inspect=0'], '--break', '5');
    expect(status).toBe(64);
    expect(stderr).toContain('SD_BAD_OPTION: the token has no step 5.\n  Its steps are 1 to 4.');
  });
});
