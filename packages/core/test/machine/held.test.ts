/** What traces say that code holds. */
import { describe, expect, test } from '@jest/globals';
import { exploreSync, replay, rig, user_store } from '../../src/testing.ts';
import { holdingOf } from '../../src/machine/held.ts';
import type { Scenario } from '../../src/workload/scenario.ts';
import { toyArch, v6_1 } from '../rig/toy-arch.ts';

const names = { name: (cell: number) => `lock ${cell}`, value: String };
const never = { claim: 'it never ends', on: 'violation' as const, holds: () => false };
const step = (kind: string, cells: readonly number[] = [7]) => ({ kind, cpu: 0, cells, args: [] });

describe('what a step takes or gives', () => {
  test.each([
    ['spin_lock', 'spin_unlock', 'lock 7', 'spin'],
    ['down_read', 'up_read', 'lock 7 (read)', 'read'],
    ['down_write', 'up_write', 'lock 7 (write)', 'write'],
    ['local_irq_save', 'local_irq_restore', 'interrupts off', 'section'],
    ['rcu_read_lock', 'rcu_read_unlock', 'rcu_read_lock', 'section'],
  ])('%s takes what %s gives: %s', (takes, gives, text, mode) => {
    const held = { text, mode, ...(mode !== 'section' && { cell: 'lock 7' }) };
    expect(holdingOf(step(takes), 0, names)).toEqual({ takes: held });
    expect(holdingOf(step(gives), 0, names)).toEqual({ gives: held });
  });
  test('spin_trylock takes a lock that was free only, and other steps take nothing', () => {
    expect(holdingOf(step('spin_trylock'), 1, names)).toEqual({
      takes: { text: 'lock 7', mode: 'spin', cell: 'lock 7' },
    });
    expect(holdingOf(step('spin_trylock'), 0, names)).toEqual({});
    expect(holdingOf(step('store'), 0, names)).toEqual({});
  });
});

test('a trace says after each step what its process holds, and nothing is held where a thread ends', () => {
  const scenario: Scenario = {
    name: 'one-store',
    title: 'A store that faults.',
    cpus: 1,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [],
    threads: [{ name: 'S', cpu: 0, runs: 0, does: (cpu, s) => user_store(cpu, s.page(0), 1) }],
    asks: [],
  };
  const { system } = rig(toyArch(), scenario, v6_1);
  const found = exploreSync({ ...system, finals: [never] }, { maxStates: 1e5, stopAtFirst: true });
  const { events } = replay(system, found.violations[0]!.schedule);
  const kinds = events.map(({ kind }) => kind);
  const read = kinds.indexOf('down_read');
  const spin = kinds.indexOf('spin_lock');
  expect(read).toBeGreaterThanOrEqual(0);
  expect(spin).toBeGreaterThan(read);
  const [rwsem, spinlock] = [events[read]!.cells[0]!, events[spin]!.cells[0]!];
  const reader = { text: `${rwsem} (read)`, mode: 'read', cell: rwsem };
  expect(events[read]!.held).toEqual([reader]);
  expect(events[spin]!.held).toEqual([reader, { text: spinlock, mode: 'spin', cell: spinlock }]);
  expect(events.at(-1)!.held).toBeUndefined();
});
