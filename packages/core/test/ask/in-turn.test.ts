/** Threads that run one after the other: an execution that can be replayed, without a switch that nothing asks for. */
import { expect, test } from '@jest/globals';
import { runInTurn } from '../../src/ask/in-turn.ts';
import { replayToken } from '../../src/ask/replay-token.ts';
import { storeBeside, toyArch, v6_1 } from '../rig/toy-arch.ts';

const [arch, scenario] = [toyArch(), storeBeside('dontneed')];
const run = (first: number) => runInTurn(arch, scenario, v6_1, 'v6.1', first);

test.each([
  [0, 'U', 'K'],
  [1, 'K', 'U'],
])('thread %i begins, and has ended before the other makes a step', (first, begins, follows) => {
  const { events, stuck } = run(first).trace;
  const own = (name: string): number[] => events.filter(({ process }) => process === name).map(({ number }) => number);
  expect(Math.max(...own(begins))).toBeLessThan(Math.min(...own(follows)));
  expect(stuck).toEqual([]);
});

test('what hardware has to do for a thread is done: the flush is waited for, and comes to its end', () =>
  expect(run(1).trace.events.some(({ process }) => process.endsWith('tlb'))).toBe(true));

test('its token shows it again', () => {
  const { token, trace, geometry } = run(0);
  const replayed = replayToken(token, [arch], [{ scenario, variants: { 'v6.1': v6_1 } }]);
  expect(replayed.geometry).toBe(geometry);
  expect(replayed.trace.events).toEqual(trace.events);
});
