/** Measures one operation on one architecture: its set-up is run, then its counted part, once for each repetition. */
import type { ArchSpec } from '../arch/declaration.ts';
import { Mistake, NoPlainForm } from '@shootdown/explorer';
import { releaseNamed } from '../kernel/releases.ts';
import type { Configuration } from '../workload/scenario.ts';
import { arm, begin, usersIn } from './modes.ts';
import type { CountRow } from './counts.ts';
import type { CountedOperation, Mode } from './operation.ts';
import { MeasuredProcess, NotModelled, type ProcessOptions } from './process.ts';
import { perform } from './system-calls.ts';
import { COLUMNS, type CallNode, type Columns } from './tally.ts';

/** What was counted, per repetition. Plain data. */
export interface Measured {
  /** Id of the architecture, or name of its variant. */
  readonly arch: string;
  /** Kernel release, such as `6.1`. */
  readonly kernel: string;
  readonly operation: string;
  readonly mode: Mode;
  readonly repetitions: number;
  /** Absent: it was counted. Else what kernel code came to that is not modelled. */
  readonly notModelled?: string;
  readonly columns: Columns;
  /** Functions entered, as `Tally.calls` names them. */
  readonly calls: Readonly<Record<string, number>>;
  /** Steps of the machine, per repetition. */
  readonly steps: number;
  /** Steps in all: every repetition with its set-up. */
  readonly stepsInAll: number;
  /** Present: the code was run step by step, which is slower and counts the same, because some of it has no plain form. */
  readonly noPlainForm?: string;
  /** Changes and numbers that kernel code asked for. */
  readonly asked: readonly string[];
  /** Call tree of the last repetition: the ways to flushes, interrupts and waits. */
  readonly tree: readonly CallNode[];
}

/** How it is measured. */
export interface MeasureOptions extends ProcessOptions {
  readonly mode: Mode;
  /** Another name of the architecture, such as one of `ArchSpec.variants`. */
  readonly variant?: string;
}

/** Kernels whose counts are modelled: those that distributions ship, newest last. 6.1 is the point release that the reference counted. */
export const KERNELS = ['6.1', '6.12'] as const;
const RELEASE_OF: Readonly<Record<(typeof KERNELS)[number], string>> = { '6.1': 'v6.1.192', '6.12': 'v6.12' };
export type MeasuredKernel = (typeof KERNELS)[number];

/**
 * The configuration of a kernel that is measured.
 * @param name as `KERNELS` has it, `v6.1`, or a release such as 6.1.0; a point release that is not in the table, such as 6.12.48, is measured
 *   like the one of its series that is
 * @throws Mistake SD_BAD_OPTION
 */
export function kernelNamed(name: string): Configuration {
  const plain = name.replace(/^v/, '');
  const series = KERNELS.find((known) => plain === known || plain.startsWith(`${known}.`));
  if (!series)
    throw new Mistake('SD_BAD_OPTION', `there are no counts of Linux ${name}.`, `Kernels are ${KERNELS.join(', ')}.`);
  const release = (plain === series ? undefined : releaseNamed(plain)) ?? RELEASE_OF[series];
  return { release, says: `Linux ${release.slice(1)}` };
}

/** What is measured when nobody says otherwise: the kernel and the machine of the reference counts. */
export const MEASURE_DEFAULTS: MeasureOptions = {
  configuration: kernelNamed('6.1'),
  mode: 'solo',
  repetitions: 2,
  cpus: 4,
  form: 'plain',
};

/**
 * @param options `form`: `plain` runs code in its plain form, and everything stepwise where some code has none
 * @throws Mistake when the operation or the architecture is wrong
 */
export function measure(arch: ArchSpec, operation: CountedOperation, options: MeasureOptions): Measured {
  try {
    return measureIn(arch, operation, options);
  } catch (error) {
    if (!(error instanceof NoPlainForm)) throw error;
    return { ...measureIn(arch, operation, { ...options, form: 'stepwise' }), noPlainForm: error.message };
  }
}

function measureIn(arch: ArchSpec, operation: CountedOperation, options: MeasureOptions): Measured {
  const { mode, repetitions, variant = arch.id } = options;
  const numbers = { ...(variant === arch.id ? {} : variantOf(arch, variant)), ...options.numbers };
  const process = new MeasuredProcess(arch, { ...options, numbers });
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
  return {
    arch: variant,
    kernel: options.configuration.release.replace('v', ''),
    operation: operation.name,
    mode,
    repetitions,
    ...(notModelled === undefined ? {} : { notModelled }),
    columns: Object.fromEntries(COLUMNS.map((c) => [c, each(tally.columns[c])])) as Columns,
    calls: Object.fromEntries(calls.sort(([a], [b]) => (a < b ? -1 : 1))),
    steps: each(tally.steps),
    stepsInAll: tally.stepsInAll,
    asked: [...process.asked],
    tree: tally.tree,
  };
}

/** Measures what a row of the reference counted: on its machine, its kernel unless another is asked for, with its CPUs. */
export function measureRow(
  arch: ArchSpec,
  operation: CountedOperation,
  row: CountRow,
  more: Partial<MeasureOptions> = {},
): Measured {
  const { arch: variant, mode, cpus, kernel = '6.1' } = row;
  return measure(arch, operation, {
    ...MEASURE_DEFAULTS,
    configuration: kernelNamed(kernel),
    variant,
    mode,
    cpus,
    ...more,
  });
}

function variantOf(arch: ArchSpec, name: string): Readonly<Record<string, number>> {
  const numbers = arch.alsoKnownAs.includes(name) ? {} : arch.variants[name];
  if (numbers === undefined)
    throw new Mistake(
      'SD_UNKNOWN_ARCH',
      `architecture ${arch.id} has no variant ${name}.`,
      `It has ${Object.keys(arch.variants).join(', ') || 'none'}.`,
    );
  return numbers;
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
