/** Time that is left is said where the frontier shrinks, and nowhere else. */
import { expect, test } from '@jest/globals';
import { TimeLeft } from '../src/time-left.ts';

/** What is said each tenth of a second while the frontier is so long. */
const said = (
  waiting: (seconds: number) => number,
  round: (seconds: number) => number = () => 1,
): (number | undefined)[] => {
  const left = new TimeLeft();
  return Array.from({ length: 100 }, (_, i) =>
    left.after({ states: 1000, depth: 1, seconds: i / 10, waiting: waiting(i / 10), round: round(i / 10) }),
  );
};

test('nothing while it grows, or stays as it is', () => {
  expect(said((s) => 100 * s).every((one) => one === undefined)).toBe(true);
  expect(said(() => 500).every((one) => one === undefined)).toBe(true);
});

test('where it shrinks evenly, what is left', () => {
  // From 10 s on there is none.
  const all = said((s) => 1000 * (10 - s));
  expect(all.slice(0, 20).every((one) => one === undefined)).toBe(true);
  expect(all[60]).toBeCloseTo(4);
  expect(all[90]).toBeCloseTo(1);
});

test('first up, then down: not before it has shrunk over the last fifth of the time', () => {
  const all = said((s) => (s < 5 ? 1000 * s : 1000 * (10 - s)));
  expect(all.slice(0, 52).every((one) => one === undefined)).toBe(true);
  expect(all[90]).toBeCloseTo(1);
});

test('each round on its own', () => {
  const all = said(
    (s) => 1000 * (10 - s),
    (s) => (s < 5 ? 1 : 2),
  );
  expect(all.slice(50, 70).every((one) => one === undefined)).toBe(true);
  expect(all[90]).toBeCloseTo(1);
});

test('a search that tells nothing of its frontier', () =>
  expect(new TimeLeft().after({ states: 1, depth: 1, seconds: 1 })).toBeUndefined());

test('ten thousand looks take no more room than a thousand', () => {
  const left = new TimeLeft();
  for (let i = 0; i < 10_000; i++) left.after({ states: 1, depth: 1, seconds: i / 10, waiting: 20_000 - i });
  // Ten units in a second, 10,001 to go: the frontier shrinks too slowly for its length to be said, until it does not.
  expect(left.after({ states: 1, depth: 1, seconds: 1000, waiting: 10_000 })).toBeCloseTo(1000, -1);
});
