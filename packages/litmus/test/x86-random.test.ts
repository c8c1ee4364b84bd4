/** Random programs of x86, beside a machine that tries every order by brute force and shares no code with the package. */
import { expect, test } from '@jest/globals';
import { litmus } from '../src/index.ts';
import { everyEnd } from './judge/machine.ts';
import { randomTest, WHOLE } from './judge/x86-programs.ts';

const PROGRAMS = Number(process.env['LITMUS_PROGRAMS'] ?? 40);

/** The ends of a test as the brute machine writes them. */
function endsOf(source: string, memory: 'sc' | 'tso'): Set<string> {
  const answer = litmus(source, 'random', { memory });
  if (!('outcome' in answer)) throw new Error(JSON.stringify(answer));
  expect(answer.outcome.complete).toBe(true);
  return new Set(
    answer.outcome.ends.map((end) =>
      [
        ...[0, 1].map((t) => WHOLE.map((name) => end[`${t}:${name}`]).join()),
        JSON.stringify({ x: `${end['[x]']}n`, y: `${end['[y]']}n` }),
      ].join(' | '),
    ),
  );
}

test.each(['tso', 'sc'] as const)('under %s random programs end as the brute machine says', (memory) => {
  for (let seed = memory === 'sc' ? 1_000_000 : 0, last = seed + PROGRAMS; seed < last; seed++) {
    const { source, threads, first } = randomTest(seed);
    const ours = endsOf(source, memory);
    const theirs = everyEnd(threads, first, memory);
    if (ours.size !== theirs.size || [...theirs].some((end) => !ours.has(end)))
      throw new Error(`${source}\nours:\n${[...ours].sort().join('\n')}\ntheirs:\n${[...theirs].sort().join('\n')}`);
  }
});
