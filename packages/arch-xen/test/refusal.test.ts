/** What the hypervisor refuses is told as its refusal: the code saw nothing of what is there, and has not used a freed table. */
import { expect, test } from '@jest/globals';
import { judgeScenario, mm_find_pmd, user_store, watches, type Cpu, type Op, type Scenario } from '@shootdown/core';
import { entryRef, type Ref } from '@shootdown/core/plugin';
import { xenPv } from '../src/index.ts';
import { story } from './stories.ts';

const tableUaf = watches.find((w) => w.breach === 'table-uaf')!.claim;

const onPmd = (does: (cpu: Cpu, pmd: Ref) => Op<unknown>): Scenario => ({
  ...story('a-write-to-a-pmd-in-use', [
    function* (cpu, s) {
      yield* user_store(cpu, s.page(0), 1);
      const pmdp = yield* mm_find_pmd(cpu, s.mm, 0);
      if (pmdp) yield* does(cpu, entryRef(pmdp));
      return undefined;
    },
  ]),
  asks: [tableUaf],
});

test.each<[string, (cpu: Cpu, pmd: Ref) => Op<unknown>]>([
  ['an exchange', (cpu, pmd) => cpu.xchg(pmd, 0)],
  ['a compare and exchange', (cpu, pmd) => cpu.cmpxchg(pmd, 0, 0)],
  ['an update of bits', (cpu, pmd) => cpu.update(pmd, 2, 0)],
  ['a store', (cpu, pmd) => cpu.store(pmd, 0)],
])('%s', async (_what, does) => {
  const { counterexample } = await judgeScenario(xenPv, onPmd(does), { release: 'v6.1', says: '' }, 'test', {
    maxStates: 10_000,
  });
  expect(counterexample?.breach).toBe('hyp-fault');
});
