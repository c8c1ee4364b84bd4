/** Random programs of C, beside a machine that tries every order by brute force and shares no code with the package. */
import { expect, test } from '@jest/globals';
import { litmus } from '../src/index.ts';
import { randomTest } from './judge/c-programs.ts';
import { everyEnd } from './judge/machine.ts';

const PROGRAMS = Number(process.env['LITMUS_PROGRAMS'] ?? 20);
const PLACES = ['x', 'y', 'a'];

test.each(['tso', 'sc'] as const)('under %s random programs end as the brute machine says', (memory) => {
  for (let seed = memory === 'sc' ? 1_000_000 : 0, last = seed + PROGRAMS; seed < last; seed++) {
    const { source, threads, first, read } = randomTest(seed);
    const answer = litmus(source, 'random', { memory });
    if (!('outcome' in answer)) throw new Error(`${source}${JSON.stringify(answer)}`);
    expect(answer.outcome.complete).toBe(true);
    const ours = answer.outcome.ends
      .map((end) =>
        [
          ...[0, 1].map((t) => ['r0', 'r1', 'r2'].map((name) => end[`${t}:${name}`]).join()),
          PLACES.map((at) => end[`[${at}]`]).join(),
        ].join(' | '),
      )
      .sort();
    const theirs = [...everyEnd(threads, first, memory)]
      .map((end) => {
        const [zero, one, cells] = end.split(' | ') as [string, string, string];
        const memoryAt = JSON.parse(cells) as Record<string, string>;
        return [zero, one, PLACES.map((at) => read(at, BigInt(memoryAt[at]!.slice(0, -1)))).join()].join(' | ');
      })
      .sort();
    if (ours.join() !== theirs.join())
      throw new Error(`${source}\nours:\n${ours.join('\n')}\ntheirs:\n${theirs.join('\n')}`);
  }
});
