/** Where real architectures part on races whose reason is known. */
import { expect, test } from '@jest/globals';
import { judgeScenario, MAX_STATES, part, type ArchSpec, type Parting, type Verdict } from '@shootdown/core';
import arm64 from '../../arch-arm64/src/index.ts';
import x86 from '../../arch-x86/src/index.ts';
import { races } from '../src/index.ts';

const archs = [...x86, ...arm64];
async function parting(id: string, ...pair: [string, string]): Promise<Parting> {
  const race = races.find((one) => one.id === id)!;
  const [a, b] = pair.map((name) => archs.find((one) => one.id === name)!) as [ArchSpec, ArchSpec];
  const judge = (arch: ArchSpec): Promise<Verdict> =>
    judgeScenario(arch, race.scenario, race.before, 'before', { maxStates: MAX_STATES });
  return part([await judge(a), await judge(b)], [a, b], race.scenario, race.before);
}

test('x86-64 waits for the interrupt that a walker has off, where arm64 waits for nobody', async () => {
  for (const pair of [
    ['arm64', 'x86-64'],
    ['x86-64', 'arm64'],
  ] satisfies [string, string][]) {
    const { leader, followed } = await parting('collapse-vs-gup-fast', ...pair);
    expect(leader).toBe('arm64');
    expect(followed!.part).toMatchObject({
      process: 'K',
      how: 'waits',
      at: { kind: 'ipi.wait', where: expect.arrayContaining(['pmdp_collapse_flush', 'flush_tlb_range']) },
    });
    expect(followed!.part!.obstacles).toContainEqual({
      process: 'cpu0 irq',
      cell: 'CPU0 irqs off',
      value: '1',
      since: 1,
    });
  }
});

test('INVLPGB of a range keeps the way to the table, a broadcast of arm64 does not: that is what is seen otherwise first', async () => {
  const { leader, followed } = await parting('invlpgb-range-flush-keeps-pde', 'x86-64-invlpgb', 'arm64');
  expect(leader).toBe('x86-64-invlpgb');
  expect(followed!.part).toBeUndefined();
  const [[, own] = [0, 0]] = followed!.otherwise;
  expect(followed!.trace.events[own - 1]).toMatchObject({
    kind: 'tlb.broadcast',
    text: expect.stringContaining('and walk caches'),
  });
});
