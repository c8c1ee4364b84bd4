/** Races times architectures, each before and after its fix. */
import type { ArchSpec } from '../arch/declaration.ts';
import { EXIT, Mistake } from '@shootdown/explorer';
import { expectedAfter, expectedBefore, type ExpectedRow } from './expected.ts';
import {
  agreement,
  SCHEMA_VERSION,
  type Agreement,
  type Comparison,
  type RaceCell,
  type RowMistake,
  type Verdict,
} from './verdict.ts';
import type { RaceCase } from '../workload/scenario.ts';
import { judgeScenario, type Bounds } from './judge.ts';
import { claimOf } from '../rig/watchers.ts';

/** Judges one half of a cell; by default in this thread. */
export type Judge = (arch: ArchSpec, race: RaceCase, variant: 'before' | 'after', bounds: Bounds) => Promise<Verdict>;

const judgeHere: Judge = (arch, race, variant, bounds) =>
  judgeScenario(arch, race.scenario, race[variant], variant, bounds);

export interface CompareBounds extends Bounds {
  /** Told when a cell begins. */
  onCell?(done: number, total: number, next: string): void;
  readonly judge?: Judge;
  /** Cells judged at the same time (default 1). */
  readonly parallel?: number;
}

/**
 * Judges every race on every architecture, before its fix and after. A cell whose architecture the reference calls not
 * applicable is not judged. The order of the result does not depend on how many are judged at the same time. A race, or an architecture, that
 * is wrong costs its own cells: the others are judged, and its rows say what is wrong.
 * @param expected reference verdicts, by race
 * @throws Mistake SD_BAD_BOUND, and what is wrong with a checkpoint: they are no fault of a race
 */
export async function compareRaces(
  archs: readonly ArchSpec[],
  races: readonly RaceCase[],
  expected: readonly ExpectedRow[],
  bounds: CompareBounds,
): Promise<Comparison> {
  const started = performance.now();
  const tasks = races.flatMap((race) => archs.map((arch) => ({ race, arch })));
  const cells: (RaceCell | RowMistake)[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let i = next++; i < tasks.length; i = next++) {
      const { race, arch } = tasks[i]!;
      bounds.onCell?.(i, tasks.length, `${race.id} on ${arch.id}`);
      cells[i] = await judgeCell(
        arch,
        race,
        expected.find((row) => row.id === race.id),
        bounds,
      ).catch((error: unknown) => mistakeOf(error, arch));
    }
  };
  await Promise.all(Array.from({ length: Math.min(bounds.parallel ?? 1, tasks.length) }, lane));
  const rows = races.map(({ id, title, year }, r) => {
    const row = cells.slice(r * archs.length, (r + 1) * archs.length);
    const mistakes = row.filter(isMistake);
    return { id, title, year, cells: row.filter(isCell), ...(mistakes.length > 0 ? { mistakes } : {}) };
  });
  const verdicts = rows.flatMap((row) => row.cells).flatMap((c) => [c.before, c.after]);
  return {
    schemaVersion: SCHEMA_VERSION,
    archs: archs.map((a) => a.id),
    rows,
    seconds: (performance.now() - started) / 1000,
    complete:
      rows.every((row) => !row.mistakes) && verdicts.every((v) => v.outcome !== 'bound' && v.outcome !== 'interrupted'),
  };
}

const isCell = (cell: RaceCell | RowMistake): cell is RaceCell => !isMistake(cell);
const isMistake = (cell: RaceCell | RowMistake): cell is RowMistake => 'code' in cell;

/** What is wrong with a race or an architecture; anything else is thrown on. */
function mistakeOf(error: unknown, arch: ArchSpec): RowMistake {
  if (!(error instanceof Mistake) || error.exitClass === EXIT.checkpoint || error.code === 'SD_BAD_BOUND') throw error;
  const { code, what, hint, exitClass } = error;
  return { arch: arch.id, code, what, hint, exitClass };
}

async function judgeCell(
  arch: ArchSpec,
  race: RaceCase,
  row: ExpectedRow | undefined,
  bounds: CompareBounds,
): Promise<RaceCell> {
  const [wantBefore, wantAfter] = [expectedBefore(row, arch), expectedAfter(row, arch)];
  const judge = async (variant: 'before' | 'after'): Promise<Verdict> => {
    if (bounds.signal?.aborted) return skipped(arch, race, variant, 'interrupted', 'not begun');
    if (wantBefore === 'n/a') return skipped(arch, race, variant, 'n/a', 'the reference calls it not applicable');
    return (bounds.judge ?? judgeHere)(arch, race, variant, bounds);
  };
  const before = await judge('before');
  const after = await judge('after');
  return {
    arch: arch.id,
    before,
    after,
    expectedBefore: wantBefore,
    expectedAfter: wantAfter,
    agreement: worst(agreement(wantBefore, before.outcome), agreement(wantAfter, after.outcome)),
  };
}

const worst = (a: Agreement, b: Agreement): Agreement =>
  (['disagree', 'open', 'agree', 'n/a'] as const).find((word) => word === a || word === b) ?? 'open';

const skipped = (
  arch: ArchSpec,
  race: RaceCase,
  variant: 'before' | 'after',
  outcome: 'n/a' | 'interrupted',
  reason: string,
): Verdict => ({
  schemaVersion: SCHEMA_VERSION,
  workload: race.scenario.name,
  variant,
  configuration: race[variant].says,
  arch: arch.id,
  outcome,
  reason,
  asks: race.scenario.asks.map(claimOf),
  layers: [],
  evidence: {
    grade: 'none',
    cpus: race.scenario.cpus,
    geometry: '',
    memory: race.scenario.memory ?? 'sc',
    states: 0,
    transitions: 0,
    depth: 0,
    gaveUp: 0,
    seconds: 0,
  },
});
