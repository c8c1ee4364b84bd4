/** Broadcast invalidations are queues: to add to one that is not empty, and to carry out the first thing in it, commute. */
import { describe, expect, test } from '@jest/globals';
import { auditDeclarations, bareSystem } from '../../src/testing.ts';
import type { Cpu, Invalidation } from '../../src/words/cpu.ts';
import { F, mkLeaf } from '../../src/words/entry.ts';
import { hw } from '../../src/machine/hardware.ts';
import type { Meaning, Op, System } from '@shootdown/explorer';
import { difference } from '../../../explorer/test/search/agree.ts';

const page = (n: number): Invalidation => ({
  asid: 0,
  start: 4096 * n,
  end: 4096 * (n + 1),
  leaves: ['pte', 'pmd'],
  walkCache: 'none',
});
const remembered = mkLeaf(4, F.PRESENT | F.USER);

/** CPU 0 remembers two translations; CPU 1 broadcasts that both go, and waits, or not. */
const twoAtOnce = (waits: boolean): System =>
  bareSystem({
    threads: [
      function* (): Op {},
      function* (cpu: Cpu): Op {
        yield* cpu.tlbi_broadcast(page(0));
        yield* cpu.tlbi_broadcast(page(1));
        if (waits) yield* cpu.tlbi_sync('dsb');
      },
    ],
    start: [0, 1].map((n) => [hw.tlb(0, 0, 0, n), remembered] as const),
  });

const received = { kind: 'tlb.receive', cpu: 0, cells: [], args: [] };

/** The same machine, but for what one kind of step does. */
const but = (system: System, kind: string, change: (meaning: Meaning) => Partial<Meaning>): System => ({
  ...system,
  meaning: (asked) =>
    asked === kind ? { ...system.meaning(kind), ...change(system.meaning(kind)) } : system.meaning(asked),
});

describe('two broadcasts in a row', () => {
  test.each([true, false])('reductions lose nothing of them (waited for: %p)', (waits) => {
    expect(difference(twoAtOnce(waits), 2000)).toBeUndefined();
    expect(auditDeclarations(twoAtOnce(waits), 50)).toEqual([]);
  });

  test('a CPU that forgets what else was broadcast is noticed', () => {
    const system = twoAtOnce(true);
    const [queue] = system.meaning('tlb.receive').dequeues!(received).filter(
      (cell) => system.names.name(cell) === 'CPU1->CPU0 invalidations',
    );
    const forgets = (plain: Meaning): Partial<Meaning> => ({
      apply(step, store, choice) {
        const observed = plain.apply(step, store, choice);
        if (step.cpu === 0) store.set(queue!, 0);
        return observed;
      },
    });
    expect(difference(but(system, 'tlb.receive', forgets), 2000)).toBeDefined();
    expect(auditDeclarations(but(system, 'tlb.receive', forgets), 50)).toContainEqual(
      expect.stringContaining('tlb.broadcast does not commute with tlb.receive on CPU1->CPU0 invalidations'),
    );
  });

  test('a CPU that looks what it adds to is noticed', () => {
    const looks = (plain: Meaning): Partial<Meaning> => ({
      apply(step, store, choice) {
        const [queue] = plain.enqueues!(step);
        const isEmpty = store.get(queue!) === 0;
        plain.apply(step, store, choice);
        return isEmpty ? 1 : 0;
      },
    });
    expect(difference(but(twoAtOnce(false), 'tlb.broadcast', looks), 2000)).toBeDefined();
    expect(auditDeclarations(but(twoAtOnce(false), 'tlb.broadcast', looks), 50)).toContainEqual(
      expect.stringContaining('tlb.broadcast depends on what is in CPU1->CPU'),
    );
  });
});
