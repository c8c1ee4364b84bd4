/** Races times architectures, each before and after its fix. */
import type { ArchSpec } from '../arch/arch.ts';
import { expectedAfter, expectedBefore, type ExpectedRow } from '../verdict/expected.ts';
import { agreement, SCHEMA_VERSION, type Agreement, type Comparison, type RaceCell, type Verdict } from '../verdict/verdict.ts';
import type { RaceCase } from '../workload/scenario.ts';
import { judgeScenario, type Bounds } from './judge.ts';

/** Told after every cell, with the cell that is next. */
export interface CompareBounds extends Bounds {
  onCell?(done: number, total: number, next: string): void;
}

/**
 * Judges every race on every architecture, before its fix and after. A cell whose architecture the reference calls not
 * applicable is not judged.
 * @param expected reference verdicts, by race
 */
export async function compareRaces(archs: readonly ArchSpec[], races: readonly RaceCase[], expected: readonly ExpectedRow[], bounds: CompareBounds): Promise<Comparison> {
  const started = performance.now();
  const total = archs.length * races.length;
  let done = 0;
  const rows: Comparison['rows'][number][] = [];
  for (const race of races) {
    const cells: RaceCell[] = [];
    for (const arch of archs) {
      bounds.onCell?.(done++, total, `${race.id} on ${arch.id}`);
      cells.push(await judgeCell(arch, race, expected.find((row) => row.id === race.id), bounds));
    }
    rows.push({ id: race.id, title: race.title, year: race.year, cells });
  }
  const verdicts = rows.flatMap((row) => row.cells.flatMap((c) => [c.before, c.after]));
  return {
    schemaVersion: SCHEMA_VERSION, archs: archs.map((a) => a.id), rows, seconds: (performance.now() - started) / 1000,
    complete: verdicts.every((v) => v.outcome !== 'bound' && v.outcome !== 'interrupted'),
  };
}

async function judgeCell(arch: ArchSpec, race: RaceCase, row: ExpectedRow | undefined, bounds: Bounds): Promise<RaceCell> {
  const [wantBefore, wantAfter] = [expectedBefore(row, arch), expectedAfter(row, arch)];
  const judge = async (variant: 'before' | 'after'): Promise<Verdict> => {
    if (bounds.signal?.aborted) return skipped(arch, race, variant, 'interrupted', 'not begun');
    if (wantBefore === 'n/a') return skipped(arch, race, variant, 'n/a', 'the reference calls it not applicable');
    return judgeScenario(arch, race.scenario, race[variant], variant, bounds);
  };
  const before = await judge('before');
  const after = await judge('after');
  return { arch: arch.id, before, after, expectedBefore: wantBefore, expectedAfter: wantAfter, agreement: worst(agreement(wantBefore, before.outcome), agreement(wantAfter, after.outcome)) };
}

const worst = (a: Agreement, b: Agreement): Agreement => (['disagree', 'open', 'agree', 'n/a'] as const).find((word) => word === a || word === b) ?? 'open';

const skipped = (arch: ArchSpec, race: RaceCase, variant: 'before' | 'after', outcome: 'n/a' | 'interrupted', reason: string): Verdict => ({
  schemaVersion: SCHEMA_VERSION, workload: race.scenario.name, variant, configuration: race[variant].says, arch: arch.id, outcome, reason, asks: race.scenario.asks, layers: [],
  evidence: { grade: 'none', cpus: race.scenario.cpus, geometry: '', memory: race.scenario.memory ?? 'sc', states: 0, transitions: 0, depth: 0, gaveUp: 0, seconds: 0 },
});
