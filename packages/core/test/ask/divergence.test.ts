/** Where two small architectures part, on the real machine. */
import { expect, test } from '@jest/globals';
import { arch } from '../../src/arch/arch.ts';
import type { ArchSpec } from '../../src/arch/declaration.ts';
import { judgeScenario } from '../../src/ask/judge.ts';
import { part, type Parting } from '../../src/ask/divergence.ts';
import { replayToken } from '../../src/ask/replay-token.ts';
import { get_user_pages_fast_only, munmap, user_load, watches } from '../../src/testing.ts';
import { ipiHandler, type Cpu } from '../../src/words/cpu.ts';
import { TLB_FLUSH_ALL, without } from '../../src/words/address.ts';
import { HPAGE_PMD_SIZE } from '../../src/words/geometry.ts';
import type { Mm, Vma } from '../../src/words/objects.ts';
import type { Op } from '@shootdown/explorer';
import type { Scenario } from '../../src/workload/scenario.ts';
import { machine, storeBeside, Toy, toyArch, v6_1 } from '../rig/toy-arch.ts';

const flush_all = ipiHandler('flush_all', function* (cpu): Op {
  yield* cpu.flush_local({ asid: 0, start: 0, end: TLB_FLUSH_ALL, leaves: ['pte', 'pmd'], walkCache: 'all' });
});
/** Flushes by interrupt, and waits for every CPU. */
class Interrupts extends Toy {
  override *flush_tlb_range(cpu: Cpu, _vma: Vma): Op {
    yield* shootdown(cpu);
  }
  override *flush_tlb_mm(cpu: Cpu, _mm: Mm): Op {
    yield* shootdown(cpu);
  }
}
function* shootdown(cpu: Cpu): Op {
  yield* cpu.fence('smp_mb');
  yield* cpu.smp_call_function_many(without(cpu.online, cpu.id), flush_all, {});
}
class NoFlush extends Toy {
  override *flush_tlb_range(_cpu: Cpu, _vma: Vma): Op {}
}
const broadcasts = toyArch();
const careless = toyArch({ id: 'careless', layers: [NoFlush] });
const careless2 = toyArch({ id: 'careless2', layers: [NoFlush] });

const parting = async (archs: readonly [ArchSpec, ArchSpec], scenario: Scenario): Promise<Parting> => {
  const judge = (one: ArchSpec) => judgeScenario(one, scenario, v6_1, 'v6.1', { maxStates: 1e5 });
  return part([await judge(archs[0]), await judge(archs[1])], archs, scenario, v6_1);
};
const zap = storeBeside('dontneed', [watches.find(({ breach }) => breach === 'page-uaf')!.claim]);

test('a flush that is missing: the same steps to the end, where user code sees something else', async () => {
  const { leader, followed, token } = await parting([broadcasts, careless], zap);
  expect(leader).toBe('careless');
  expect(followed!.part).toBeUndefined();
  const [, last] = followed!.otherwise.at(-1)!;
  expect(last).toBe(followed!.trace.events.length);
  expect(followed!.trace.events[last - 1]).toMatchObject({
    process: 'U',
    text: expect.stringContaining('TLB miss'),
    broken: [],
  });
  // What the other one did so far is an execution of it.
  const { trace } = replayToken(token!, [broadcasts], [{ scenario: zap, variants: { 'v6.1': v6_1 } }]);
  expect(trace).toEqual(followed!.trace);
});

test('both break: the other one follows to the end, and breaks there too', async () => {
  const { leader, followed } = await parting([careless, careless2], zap);
  expect(leader).toBe('careless');
  expect(followed!.part).toBeUndefined();
  expect(
    [...followed!.trace.events.flatMap(({ broken }) => broken), ...followed!.trace.brokenAtEnd].length,
  ).toBeGreaterThan(0);
});

test('neither breaks, or one does not apply: there is nothing to follow', async () => {
  expect(await parting([broadcasts, toyArch({ id: 'other' })], zap)).toEqual({
    workload: zap.name,
    variant: 'v6.1',
    archs: ['toy', 'other'],
  });
  const needs = { ...zap, needs: { operations: ['only_here'] } };
  const only = arch({
    id: 'only',
    title: 'only',
    what: 'Has an operation.',
    layers: [NoFlush],
    machine,
    operations: { only_here: function* () {} },
  });
  const found = await parting([only, broadcasts], needs);
  expect(found).not.toHaveProperty('leader');
});

test('an interrupt that a walker holds up: who waits, for whom, and since when', async () => {
  const scenario: Scenario = {
    ...zap,
    name: 'gup-beside-munmap',
    asks: [watches.find(({ breach }) => breach === 'table-uaf')!.claim],
    threads: [
      {
        name: 'G',
        cpu: 0,
        runs: 0,
        *does(cpu, s) {
          yield* get_user_pages_fast_only(cpu, s.page(0), 1, 'write');
        },
      },
      {
        name: 'M',
        cpu: 1,
        runs: 0,
        *does(cpu, s) {
          yield* user_load(cpu, s.page(0));
          yield* munmap(cpu, s.mm, 0, HPAGE_PMD_SIZE(cpu.geometry));
        },
      },
    ],
  };
  // Tables go with the pages, right after the flush: that protects walkers where flushes interrupt them.
  const config = { ...machine.config, MMU_GATHER_RCU_TABLE_FREE: false };
  const [broken, clean] = [
    arch({ id: 'broadcasts', title: 'b', what: 'b', layers: [Toy], machine: { ...machine, config } }),
    arch({
      id: 'interrupts',
      title: 'i',
      what: 'i',
      layers: [Interrupts],
      machine: { ...machine, shootdown: 'ipi', config },
    }),
  ];
  const { leader, followed } = await parting([broken, clean], scenario);
  expect(leader).toBe('broadcasts');
  expect(followed!.part).toMatchObject({
    process: 'M',
    how: 'waits',
    at: { where: expect.arrayContaining(['tlb_flush']), kind: 'ipi.wait' },
  });
  const irq = followed!.part!.obstacles.find(({ process }) => process === 'cpu0 irq');
  expect(irq).toMatchObject({ cell: 'CPU0 irqs off', value: '1' });
  expect(followed!.trace.events[irq!.since! - 1]).toMatchObject({ process: 'G', kind: 'local_irq_save' });
});
