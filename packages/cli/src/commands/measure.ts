/** `measure`: operations counted in one run with the real shape of the tree, alone or beside what real kernels did. */
import { Mistake } from '@shootdown/core/mistakes';
import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type {
  ArchSpec,
  ComparedRow,
  CountedOperation,
  CountRow,
  Measured,
  MeasureOptions,
  Mode,
} from '@shootdown/core';
import type { Content } from '@shootdown/report';
import { inject, injectable } from 'tsyringe';
import { Catalog } from '../catalog.ts';
import { EXIT } from '../exit.ts';
import { Progress } from '../progress.ts';
import { select } from '../select.ts';
import { CORE, INTERRUPT, type Command, type Core, type Lazy, type Result } from '../tokens.ts';

interface Options {
  readonly arch?: readonly string[];
  readonly mode?: readonly string[];
  /** A file of counts; `true`: those that come with the workloads. */
  readonly against?: string | true;
  readonly why?: string;
  readonly kernel?: string;
  readonly without?: string;
  readonly stepwise?: boolean;
}

/** An architecture, or one of its variants. */
interface Target {
  readonly name: string;
  readonly arch: ArchSpec;
}

/** One measurement to come. */
interface Job extends Target {
  readonly operation: CountedOperation;
  readonly mode: Mode;
  /** What a real kernel did. */
  readonly row?: CountRow;
}

@injectable()
export class Measure implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Catalog) private readonly catalog: Catalog,
    @inject(Progress) private readonly progress: Progress,
    @inject(INTERRUPT) private readonly interrupt: AbortSignal,
  ) {}

  async run(names: readonly string[], options: Options): Promise<Result> {
    const core = await this.core();
    const why = options.why === undefined ? undefined : whyOf(options.why);
    if (why) mustBeAlone(names, options);
    const operations = await this.#operations(why ? [why.operation] : names, core);
    const targets = await this.#targets(why ? [why.arch] : options.arch, options.against !== undefined, core);
    const modes = modesOf(why ? [why.mode] : options.mode, core);
    const rows = options.against === undefined ? undefined : await this.#counts(options.against, core);
    const perturbed = this.#perturbed(
      options,
      targets.map(({ arch }) => arch),
      core,
    );
    if (options.kernel !== undefined) this.#sayWhichKernel(options.kernel, core);
    const jobs = rows
      ? comparisons(rows, targets, operations, modes)
      : measurements(targets, operations, modes ?? ['solo']);
    if (rows) this.#sayWhatIsLeftOut(rows, jobs);
    if (jobs.length > 0) mustBeCounted(jobs, names.length > 0 ? operations.map(({ name }) => name) : [], options);

    const done: { readonly job: Job; readonly measured: Measured }[] = [];
    for (const job of jobs) {
      await setImmediate(); // lets a signal come in
      if (this.interrupt.aborted) break;
      this.progress.task(`${done.length}/${jobs.length}  ${job.operation.name} ${job.mode} on ${job.name}`);
      const { noPlainForm, ...counted } = measured(
        job,
        { ...perturbed(job), ...(options.stepwise ? { form: 'stepwise' } : {}) },
        core,
      );
      if (noPlainForm !== undefined)
        this.progress.note(`${job.name} is run step by step, which is slower and counts the same: ${noPlainForm}.`);
      done.push({ job, measured: counted });
    }

    const { countedBeside, countedLeftOut } = await this.catalog.workloads();
    const archs = await this.catalog.archs();
    const functionsOf = core.comparedIn(rows ?? [], countedBeside, archs);
    const compared = done.flatMap(({ job, measured }) =>
      job.row ? [core.against(job.row, measured, functionsOf(job.row))] : [],
    );
    const content: Content = rows
      ? {
          kind: 'counts',
          rows: compared,
          sums: sumsOf(compared, core),
          notCompared: core.notCompared(rows, countedLeftOut, archs),
          beside: countedBeside,
        }
      : { kind: why ? 'why' : 'measurements', measured: done.map(({ measured }) => measured) };
    return { report: { schemaVersion: core.SCHEMA_VERSION, ...content }, exit: exitOf(done, compared) };
  }

  /** Rows of the counts that nothing is compared with: of which architectures, and of which operations. */
  #sayWhatIsLeftOut(rows: readonly CountRow[], jobs: readonly Job[]): void {
    const compared = new Set(jobs.map(({ row }) => row));
    const left = rows.filter((row) => !compared.has(row));
    if (left.length === 0) return;
    const said = (of: (row: CountRow) => string): string => {
      const sums = new Map<string, number>();
      for (const row of left) sums.set(of(row), (sums.get(of(row)) ?? 0) + 1);
      return [...sums].map(([name, n]) => `${name} ${n}`).join(', ');
    };
    this.progress.note(
      `${left.length} of ${rows.length} rows of the counts are left out. By architecture: ${said((row) => row.arch)}. By operation: ${said((row) => row.operation)}.`,
    );
  }

  /** A name such as 6.1 means one point release, and one that is not in the table is measured like another. */
  #sayWhichKernel(kernel: string, core: Core): void {
    const { release } = core.kernelNamed(kernel);
    const plain = kernel.replace(/^v/, '').replace(/^(\d+\.\d+)\.0$/, '$1');
    if (plain !== release.slice(1)) this.progress.note(`Linux ${kernel} is measured as ${release.slice(1)}.`);
  }

  /** What is asked for beside the kernel and machine of a row: another kernel, a rule less. */
  #perturbed(
    { kernel, without }: Options,
    archs: readonly ArchSpec[],
    core: Core,
  ): (job: Job) => Partial<MeasureOptions> {
    const rule = without === undefined ? undefined : core.ruleNamed(without, archs, core.kernelNamed(kernel ?? '6.12'));
    for (const arch of archs)
      if (rule && !rule(arch)) this.progress.note(`${arch.id} has no rule ${without}: it is measured as it is.`);
    return ({ arch, row }) => {
      const configuration = core.kernelNamed(kernel ?? row?.kernel ?? '6.1');
      const off = rule?.(arch);
      return off ? core.withoutRule({ configuration }, off) : { configuration };
    };
  }

  /** Built-in operations by name, others by file. */
  async #operations(names: readonly string[], core: Core): Promise<CountedOperation[]> {
    const { operations } = await this.catalog.workloads();
    const found: CountedOperation[] = [];
    for (const name of names.length > 0 ? names : operations.map((o) => o.name)) {
      if (/[/\\]|\.json$/.test(name)) found.push(core.readOperation(await readJson(name), name));
      else found.push(...select(operations, (o) => o.name, [name], 'SD_UNKNOWN_OPERATION'));
    }
    return found;
  }

  /** Architectures and, where somebody names or has counted them, their variants. */
  async #targets(wanted: readonly string[] | undefined, counted: boolean, core: Core): Promise<Target[]> {
    const archs = await this.catalog.archs();
    const all = archs.flatMap((arch) => core.namesOf(arch).map((name) => ({ name, arch })));
    if (!counted && wanted === undefined) return all.filter(({ name, arch }) => name === arch.id);
    return select(all, (target) => target.name, wanted, 'SD_UNKNOWN_ARCH');
  }

  async #counts(from: string | true, core: Core): Promise<readonly CountRow[]> {
    return from === true
      ? (await this.catalog.workloads()).kernelCounts()
      : core.readCounts(await readJson(from), from);
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    throw new Mistake(
      'SD_BAD_OPERATION',
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      'Is the path right, and is it JSON?',
    );
  }
}

/** `operation:architecture:mode`. */
function whyOf(text: string): { readonly operation: string; readonly arch: string; readonly mode: string } {
  const [operation, arch, mode, ...more] = text.split(':');
  if (!operation || !arch || !mode || more.length > 0)
    throw new Mistake(
      'SD_BAD_OPTION',
      `--why ${text} names no row.`,
      'Write OPERATION:ARCHITECTURE:MODE, such as thp_munmap:x86-64:spin3.',
    );
  return { operation, arch, mode };
}

/** A row that is named in full leaves nothing to be chosen. */
function mustBeAlone(names: readonly string[], { arch, mode, against }: Options): void {
  const more =
    names.length > 0
      ? names.join(' ')
      : arch
        ? '--arch'
        : mode
          ? '--mode'
          : against !== undefined
            ? '--against'
            : undefined;
  if (more !== undefined)
    throw new Mistake(
      'SD_BAD_OPTION',
      `${more} beside --why means nothing: a row is named in full.`,
      'Leave it out, or leave out --why.',
    );
}

/** What is named has to be in the counts: else it would be left out of the table without a word. Where nothing is left, the exit code says so. */
function mustBeCounted(jobs: readonly Job[], operations: readonly string[], { arch = [], mode = [] }: Options): void {
  const missing =
    operations.find((name) => !jobs.some((job) => job.operation.name === name)) ??
    arch.find((name) => !jobs.some((job) => job.name === name)) ??
    (mode.includes('all') ? undefined : mode.find((name) => !jobs.some((job) => job.mode === name)));
  if (missing !== undefined)
    throw new Mistake(
      'SD_BAD_OPTION',
      `the counts say nothing of ${missing}.`,
      'Leave it out, or measure it without --against.',
    );
}

function modesOf(wanted: readonly string[] | undefined, core: Core): Mode[] | undefined {
  if (wanted?.includes('all')) return [...core.MODES];
  return wanted && select(core.MODES, (mode) => mode, wanted, 'SD_UNKNOWN_MODE');
}

const measured = ({ arch, name, operation, mode, row }: Job, more: Partial<MeasureOptions>, core: Core): Measured =>
  row
    ? core.measureRow(arch, operation, row, more)
    : core.measure(arch, operation, { ...core.MEASURE_DEFAULTS, variant: name, mode, ...more });

const measurements = (
  targets: readonly Target[],
  operations: readonly CountedOperation[],
  modes: readonly Mode[],
): Job[] =>
  operations.flatMap((operation) => targets.flatMap((target) => modes.map((mode) => ({ ...target, operation, mode }))));

/** One for each row that speaks of what is asked for. */
const comparisons = (
  rows: readonly CountRow[],
  targets: readonly Target[],
  operations: readonly CountedOperation[],
  modes: readonly Mode[] | undefined,
): Job[] =>
  targets.flatMap((target) =>
    rows.flatMap((row) => {
      const operation = operations.find((o) => o.name === row.operation);
      return operation && row.arch === target.name && (modes?.includes(row.mode) ?? true)
        ? [{ ...target, operation, mode: row.mode, row }]
        : [];
    }),
  );

/** By the name that the counts have for an architecture. */
const sumsOf = (rows: readonly ComparedRow[], core: Core): Extract<Content, { kind: 'counts' }>['sums'] =>
  [...new Set(rows.map((row) => row.arch))].map((arch) => ({
    arch,
    columns: core.sumsOf(rows.filter((row) => row.arch === arch)),
  }));

function exitOf(done: readonly unknown[], compared: readonly ComparedRow[]): number {
  if (compared.some((row) => row.columns.some((c) => c.agreement === 'different'))) return EXIT.differs;
  return done.length === 0 ? EXIT.nothing : EXIT.ok;
}
