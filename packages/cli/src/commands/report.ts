/** `report`: races, contracts and counts on one page that can be sent. */
import type { ArchSpec, Comparison, Contract, Parting, RaceCase, Verdict } from '@shootdown/core';
import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { inject, injectable } from 'tsyringe';
import type { BoundOptions } from '../options.ts';
import { ARGV, INTERRUPT, type Command, type Core, type Result } from '../tokens.ts';
import { Searches } from '../searches.ts';
import { Compare } from './compare.ts';
import { answerOf, pageOf } from './explain.ts';
import { Measure } from './measure.ts';

/** Options of `report`. */
interface ReportOptions extends BoundOptions {
  readonly group?: readonly string[];
  readonly arch?: readonly string[];
  readonly jobs?: number;
  readonly out?: string;
  readonly open?: boolean;
}

/** Where a page is written that was given no name. */
export const DEFAULT_FILE = 'shootdown-report.html';

/** Architectures beside which a broken one is shown at most: those that part from it in different ways. */
const BESIDE = 2;

// Not in the class: the compiler leaves the ending of an import within decorated code as it is.
const lazily = { html: () => import('../html.ts') };

@injectable()
export class ReportPage implements Command {
  constructor(
    @inject(Searches) private readonly on: Searches,
    @inject(Compare) private readonly compare: Compare,
    @inject(Measure) private readonly measure: Measure,
    @inject(ARGV) private readonly argv: readonly string[],
    @inject(INTERRUPT) private readonly interrupt: AbortSignal,
  ) {}

  async run(ids: readonly string[], options: ReportOptions): Promise<Result> {
    const core = await this.on.core();
    const { report, exit } = await this.compare.run(ids, options);
    if (report.kind !== 'comparison') throw new Error(`compare said ${report.kind}`);
    const { comparison, leftOut } = report;
    const archs = await this.on.catalog.chosenArchs(options.arch);
    const { races, variations } = await this.on.catalog.workloads();
    this.on.progress.task('following executions on other architectures, and after the fix');
    const partings = partingsOf(comparison, archs, [...races, ...variations], core);
    const counts = this.interrupt.aborted ? undefined : await this.#counts(options);
    const { writePage, commandOf, countsOf } = await lazily.html();
    const contracts = [...core.allHooks.values()].map((contract: Contract) =>
      pageOf(
        contract,
        archs.map((arch) => answerOf(arch, contract.hookName, core)),
        core,
      ),
    );
    const { file, bytes } = await writePage(
      {
        title: 'Races by architectures',
        command: commandOf(this.argv),
        version: this.on.version,
        comparison,
        ...(leftOut && { leftOut }),
        partings,
        contracts,
        ...(counts && { measured: counts.map(countsOf) }),
      },
      options.out ?? DEFAULT_FILE,
    );
    if (options.open) open(file);
    return {
      report: {
        schemaVersion: core.SCHEMA_VERSION,
        kind: 'page',
        page: { file, bytes, ...sumOf(comparison), followed: partings.length },
      },
      exit,
    };
  }

  /** What operations cost beside three CPUs that run the process, or did so just before, where the loaded architectures have such operations. */
  async #counts(options: ReportOptions) {
    const wanted = { mode: ['spin3', 'lazy3'], ...(options.arch && { arch: options.arch }) };
    const { report } = await this.measure.run([], wanted);
    return report.kind === 'measurements' ? report.measured : undefined;
  }
}

function sumOf({ rows, archs }: Comparison): { races: number; archs: number; pictures: number; open: number } {
  const verdicts = rows.flatMap(({ cells }) => cells.flatMap(({ before, after }) => [before, after]));
  return {
    races: rows.length,
    archs: archs.length,
    pictures: verdicts.filter(({ counterexample }) => counterexample).length,
    open: verdicts.filter(({ outcome }) => outcome === 'bound' || outcome === 'interrupted').length,
  };
}

/** Each broken kernel beside its fix, and beside architectures that hold: one for each way in which they part from it. */
function partingsOf(
  comparison: Comparison,
  archs: readonly ArchSpec[],
  races: readonly RaceCase[],
  core: Core,
): Parting[] {
  const archOf = new Map(archs.map((arch) => [arch.id, arch]));
  return comparison.rows.flatMap(({ id, cells }) => {
    const race = races.find((one) => one.id === id);
    if (!race) return [];
    return cells.flatMap(({ before }): Parting[] => {
      const arch = archOf.get(before.arch);
      if (!arch || !before.counterexample) return [];
      const fixed = core.partFixed(before, arch, race);
      const clean = cells.map((cell) => cell.before).filter(({ outcome }) => outcome === 'clean');
      return [...(fixed ? [fixed] : []), ...besides(before, arch, clean, archOf, race, core)];
    });
  });
}

function besides(
  before: Verdict,
  arch: ArchSpec,
  clean: readonly Verdict[],
  archOf: ReadonlyMap<string, ArchSpec>,
  race: RaceCase,
  core: Core,
): Parting[] {
  const ways = new Map<string, Parting>();
  for (const verdict of clean) {
    const other = archOf.get(verdict.arch);
    if (!other || ways.size >= BESIDE) continue;
    const parting = core.part([before, verdict], [arch, other], race.scenario, race.before);
    const { how, obstacles = [], at } = parting.followed?.part ?? {};
    const way = JSON.stringify([how, at?.why, obstacles.map(({ cell }) => cell)]);
    if (!ways.has(way)) ways.set(way, parting);
  }
  return [...ways.values()];
}

/** Shows a file in what the system shows such files with. Nobody waits for that. */
function open(file: string): void {
  const [program, ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  const child = spawn(program, [...args, pathToFileURL(file).href], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
