/** What each memory model allows, told by the classic small programs. */
import { describe, expect, test } from '@jest/globals';
import { bareSystem, exploreSync, oracle } from '../../src/testing.ts';
import { perMm, region } from '../../src/words/cells.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import type { Op } from '@shootdown/explorer';

const x = perMm('x')(0);
const y = perMm('y')(0);
const seen = region('seen', ['cpu']);
const cells = [x.region, y.region, seen];
const all = { stopAtFirst: false, maxStates: 1e6 };

function* storeThenLoad(cpu: Cpu, fence: boolean): Op {
  const [mine, other] = cpu.id === 0 ? [x, y] : [y, x];
  yield* cpu.store(mine, 1);
  if (fence) yield* cpu.fence('smp_mb');
  const value = yield* cpu.load(other);
  // A locked write: reaches memory at once, so that the end state shows what was seen.
  yield* cpu.xchg(seen(cpu.id), value);
}
const storeBuffering = (memory: 'sc' | 'tso', fence: boolean) =>
  bareSystem({
    memory,
    cells,
    threads: [0, 1].map(() => (cpu: Cpu) => storeThenLoad(cpu, fence)),
    atEnd: { 'one of them sees the other': (value) => value(seen(0)) + value(seen(1)) > 0 },
  });

function* writer(cpu: Cpu): Op {
  yield* cpu.store(x, 1);
  yield* cpu.store(y, 1);
}
function* reader(cpu: Cpu): Op {
  const flag = yield* cpu.load(y);
  const data = yield* cpu.load(x);
  yield* cpu.xchg(seen(1), flag === 1 && data === 0 ? 1 : 0);
}

describe('store buffering: each stores, then reads the other', () => {
  test.each([
    ['sc', false, []],
    ['tso', false, ['one of them sees the other']],
    ['tso', true, []],
  ] as const)('%s, barrier %s', (memory, fence, broken) => {
    expect(exploreSync(storeBuffering(memory, fence), all).violations.map((v) => v.claim)).toEqual(broken);
  });

  test('the unreduced judge agrees, state by state', () => {
    for (const [memory, fence] of [
      ['sc', false],
      ['tso', false],
      ['tso', true],
    ] as const)
      expect(oracle(storeBuffering(memory, fence), 1e5).states).toBe(
        exploreSync(storeBuffering(memory, fence), all).states,
      );
  });
});

test.each([
  ['masking interrupts', (cpu: Cpu) => cpu.local_irq_save(), (cpu: Cpu) => cpu.local_irq_restore()],
  ['beginning a read side section of RCU', (cpu: Cpu) => cpu.rcu_read_lock(), (cpu: Cpu) => cpu.rcu_read_unlock()],
])('%s is no barrier', (_what, begin, end) => {
  function* body(cpu: Cpu): Op {
    yield* cpu.store(cpu.id === 0 ? x : y, 1);
    yield* begin(cpu);
    const value = yield* cpu.load(cpu.id === 0 ? y : x);
    yield* end(cpu);
    yield* cpu.xchg(seen(cpu.id), value);
  }
  const system = bareSystem({
    memory: 'tso',
    cells,
    threads: [body, body],
    atEnd: { 'one of them sees the other': (value) => value(seen(0)) + value(seen(1)) > 0 },
  });
  expect(exploreSync(system, all).violations).toHaveLength(1);
});

test('message passing holds under TSO: stores reach memory in order', () => {
  const system = bareSystem({
    memory: 'tso',
    cells,
    threads: [writer, reader],
    atEnd: { 'the flag comes after the data': (value) => value(seen(1)) === 0 },
  });
  expect(exploreSync(system, all)).toMatchObject({ outcome: 'complete', violations: [] });
});

test('a CPU reads its own held-back store', () => {
  const system = bareSystem({
    memory: 'tso',
    cells,
    threads: [
      function* (cpu: Cpu): Op {
        yield* cpu.store(x, 7);
        const own = yield* cpu.load(x);
        yield* cpu.xchg(seen(0), own);
      },
    ],
    atEnd: { 'it saw its own store': (value) => value(seen(0)) === 7 },
  });
  expect(exploreSync(system, all).violations).toEqual([]);
});
