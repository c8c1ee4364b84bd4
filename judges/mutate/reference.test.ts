/**
 * One architecture against its references, for mistakes that are made in it: what real kernels were counted at, and which races were
 * found on it. SHOOTDOWN_ARCH names its package.
 */
import { expect, test } from '@jest/globals';
import {
  against,
  agreement,
  comparedIn,
  expectedAfter,
  expectedBefore,
  inReference,
  judgeScenario,
  measureRow,
  rowsOf,
  type ArchSpec,
  type ExpectedRow,
} from '../../packages/core/src/index.ts';
import {
  countedBeside,
  expected,
  kernelCounts,
  operations,
  races,
  variations,
} from '../../packages/workloads/src/index.ts';

const name = process.env['SHOOTDOWN_ARCH'] ?? 'x86';
const { default: archs } = (await import(
  new URL(`../../packages/arch-${name}/src/index.ts`, import.meta.url).href + new URL(import.meta.url).search
)) as { default: readonly ArchSpec[] };
const counts = kernelCounts();
const functionsOf = comparedIn(counts, countedBeside, archs);
const bounds = { maxStates: 1e5 };
const rowOf = (id: string): (ExpectedRow & { readonly violated: readonly string[] }) | undefined =>
  expected.find((row) => row.id === id) as never;

for (const arch of archs) {
  for (const row of rowsOf(counts, arch))
    test(`${row.operation} on ${arch.id}, ${row.mode}: as counted`, () => {
      const operation = operations.find((one) => one.name === row.operation)!;
      const found = against(row, measureRow(arch, operation, row), functionsOf(row));
      expect([...found.columns, ...found.functions].filter((one) => one.agreement === 'different')).toEqual([]);
    });
  for (const race of [...races, ...variations]) {
    const row = rowOf(race.id);
    if (!['violates', 'clean'].includes(expectedBefore(row, arch))) continue;
    for (const which of ['before', 'after'] as const)
      test(`${race.id} on ${arch.id}, ${which} the fix`, async () => {
        const verdict = await judgeScenario(arch, race.scenario, race[which], which, bounds);
        const wanted = which === 'before' ? expectedBefore(row, arch) : expectedAfter(row, arch);
        const agrees =
          verdict.outcome === 'bound' ||
          agreement(wanted, verdict.outcome) === 'agree' ||
          (wanted === 'clean' && verdict.outcome === 'n/a');
        expect([verdict.outcome, agrees]).toEqual([verdict.outcome, true]);
        if (verdict.counterexample && which === 'before')
          expect(row?.violated).toContain(inReference(verdict.counterexample.breach));
      });
  }
}
