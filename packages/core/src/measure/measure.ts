/** Measures one operation on one architecture: its set-up is run, then its counted part, once for each repetition. */
import type { ArchSpec } from '../arch/arch.ts';
import { arm, begin, usersIn } from './modes.ts';
import type { CountedOperation, Mode } from './operation.ts';
import { MeasuredProcess, NotModelled, type ProcessOptions } from './process.ts';
import { perform } from './system-calls.ts';
import { COLUMNS, type CallNode, type Columns } from './tally.ts';

/** What was counted, per repetition. Plain data. */
export interface Measured {
  readonly arch: string;
  readonly operation: string;
  readonly mode: Mode;
  readonly repetitions: number;
  /** Absent: it was counted. Else what kernel code came to that is not modelled. */
  readonly notModelled?: string;
  readonly columns: Columns;
  /** Functions entered, as `Tally.calls` names them. */
  readonly calls: Readonly<Record<string, number>>;
  /** Steps of the machine. */
  readonly steps: number;
  /** Call tree of the last repetition: the ways to flushes, interrupts and waits. */
  readonly tree: readonly CallNode[];
}

/** How it is measured. */
export interface MeasureOptions extends ProcessOptions {
  readonly mode: Mode;
}

/** What is measured when nobody says otherwise: the kernel and the machine of the reference counts. */
export const MEASURE_DEFAULTS: MeasureOptions = {
  configuration: { release: 'v6.1', says: 'Linux 6.1' },
  mode: 'solo',
  repetitions: 2,
  cpus: 4,
};

/** @throws Mistake when the operation or the architecture is wrong */
export function measure(arch: ArchSpec, operation: CountedOperation, options: MeasureOptions): Measured {
  const { mode, repetitions } = options;
  const process = new MeasuredProcess(arch, options);
  const { tally } = process;
  const notModelled = whatStops(() => {
    process.start(usersIn(mode, options.cpus));
    begin(mode, process);
    for (let repetition = 0; repetition < repetitions; repetition++) {
      for (const call of operation.setUp) perform(call, process, repetition);
      arm(mode, process);
      tally.start();
      for (const call of operation.counted) perform(call, process, repetition);
      tally.stop();
    }
  });
  const each = (n: number): number => n / repetitions;
  const calls = Object.entries(tally.calls).map(([name, n]): [string, number] => [name, each(n)]);
  const steps = calls.filter(([name]) => name.startsWith('step:')).reduce((sum, [, n]) => sum + n, 0);
  return {
    arch: arch.id, operation: operation.name, mode, repetitions, ...(notModelled === undefined ? {} : { notModelled }),
    columns: Object.fromEntries(COLUMNS.map((c) => [c, each(tally.columns[c])])) as Columns,
    calls: Object.fromEntries(calls.filter(([name]) => !name.startsWith('step:')).sort(([a], [b]) => (a < b ? -1 : 1))),
    steps, tree: tally.tree,
  };
}

function whatStops(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof NotModelled) return error.message;
    throw error;
  }
}
