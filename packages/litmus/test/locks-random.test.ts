/** Random programs with spinlocks, beside the machine of brute force: what can be seen, who waits for ever, and what stays locked. */
import { expect, test } from '@jest/globals';
import { litmus } from '../src/index.ts';
import { everyEnd, STUCK, type Access, type Program } from './judge/machine.ts';
import { dice } from './judge/x86-programs.ts';

const PROGRAMS = Number(process.env['LITMUS_PROGRAMS'] ?? 25);
const PLACES = ['a', 'b', 'x', 'y'];

/** What a thread does line by line: its text, and what that means. */
interface Line {
  readonly text: string;
  readonly run: (seen: bigint[]) => Generator<Access, void, bigint>;
}

function lineOf(upTo: (below: number) => number, n: number): Line {
  const lock = ['a', 'b'][upTo(2)]!;
  const at = ['x', 'y'][upTo(2)]!;
  const read: Line = {
    text: `r${n} = READ_ONCE(*${at});`,
    *run(seen) {
      seen[n] = yield { do: 'load', at };
    },
  };
  const lines: readonly Line[] = [
    {
      text: `spin_lock(${lock});`,
      *run() {
        yield { do: 'lock', at: lock };
      },
    },
    {
      text: `WRITE_ONCE(*${at}, ${n + 1});`,
      *run() {
        yield { do: 'store', at, value: BigInt(n + 1) };
      },
    },
    read,
    {
      text: `r${n} = spin_trylock(${lock});`,
      *run(seen) {
        if ((yield { do: 'load', at: lock }) !== 0n) return;
        if ((yield { do: 'update', at: lock, to: () => 1n }) !== 0n) return;
        seen[n] = 1n;
      },
    },
    {
      text: `r${n} = spin_is_locked(${lock});`,
      *run(seen) {
        seen[n] = yield { do: 'load', at: lock };
      },
    },
  ];
  return lines[upTo(lines.length)]!;
}

/** Some lines, then everything that is held is given back, unless it is forgotten. */
function threadOf(upTo: (below: number) => number): { readonly text: string; readonly program: Program } {
  const lines = Array.from({ length: 1 + upTo(3) }, (_, n) => lineOf(upTo, n));
  const forgets = upTo(4) === 0;
  const tries = new Map<string, number>();
  lines.forEach(({ text }, n) => {
    const [, lock] = /spin_trylock\((.)\)/.exec(text) ?? [];
    if (lock !== undefined) tries.set(lock, n);
  });
  const locks = new Set(lines.flatMap(({ text }) => /^spin_lock\((.)\)/.exec(text)?.[1] ?? []));
  const returns = [...locks, ...[...tries.keys()].filter((lock) => !locks.has(lock))];
  const text =
    lines.map((line) => line.text).join(' ') +
    (forgets
      ? ''
      : returns
          .map((lock) =>
            locks.has(lock) ? ` spin_unlock(${lock});` : ` if (r${tries.get(lock)}) spin_unlock(${lock});`,
          )
          .join(''));
  return {
    text: `${[0, 1, 2].map((n) => `int r${n} = 0;`).join(' ')} ${text}`,
    *program() {
      const seen = [0n, 0n, 0n];
      for (const line of lines) yield* line.run(seen);
      if (!forgets)
        for (const lock of returns)
          if (locks.has(lock) || seen[tries.get(lock)!] === 1n) yield { do: 'store', at: lock, value: 0n };
      return seen.join();
    },
  };
}

test.each(['tso', 'sc'] as const)(
  'under %s random programs with locks end, or wait for ever, as the brute machine says',
  (memory) => {
    for (let seed = memory === 'sc' ? 1_000_000 : 0, last = seed + PROGRAMS; seed < last; seed++) {
      const upTo = dice(seed * 5 + 1);
      const threads = [threadOf(upTo), threadOf(upTo)];
      const source = `C random${seed}\n{ }\n${threads.map(({ text }, i) => `P${i}(spinlock_t *a, spinlock_t *b, int *x, int *y) { ${text} }\n`).join('')}locations [${[0, 1].flatMap((t) => [0, 1, 2].map((n) => `${t}:r${n}`)).join('; ')}; ${PLACES.join('; ')}]\nexists (x=0)\n`;
      const answer = litmus(source, 'random', { memory });
      if (!('outcome' in answer)) throw new Error(`${source}${JSON.stringify(answer)}`);
      const { ends, deadlock, kept } = answer.outcome;
      const cells = (end: Readonly<Record<string, string>>): string =>
        JSON.stringify(Object.fromEntries(PLACES.map((at) => [at, `${end[`[${at}]`]}n`])));
      const ours = [
        ...ends.map((end) =>
          [...[0, 1].map((t) => [0, 1, 2].map((n) => end[`${t}:r${n}`]).join()), cells(end)].join(' | '),
        ),
        ...(deadlock ? [STUCK] : []),
      ].sort();
      const theirs = [
        ...everyEnd(
          threads.map(({ program }) => program),
          { a: 0n, b: 0n, x: 0n, y: 0n },
          memory,
        ),
      ].sort();
      expect([source, ...ours]).toEqual([source, ...theirs]);
      expect(kept !== undefined).toBe(theirs.some((end) => /"[ab]":"1n"/.test(end)));
    }
  },
);
