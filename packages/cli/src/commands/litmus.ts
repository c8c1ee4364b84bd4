/** `litmus`: tests of memory models on the machine, alone or beside a reference. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { LitmusAnswer } from '@shootdown/report';
import { inject, injectable } from 'tsyringe';
import { EXIT } from '../exit.ts';
import { Progress } from '../progress.ts';
import { CORE, INTERRUPT, type Command, type Core, type Lazy, type Result } from '../tokens.ts';

interface Options {
  readonly memory?: 'sc' | 'tso';
  /** A file of references. */
  readonly against?: string;
  readonly maxStates?: number;
}

@injectable()
export class Litmus implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Progress) private readonly progress: Progress,
    @inject(INTERRUPT) private readonly interrupt: AbortSignal,
  ) {}

  async run(names: readonly string[], options: Options): Promise<Result> {
    const [core, { agreementOf, litmus, litmusOfMany, readReferences }] = await Promise.all([this.core(), import('@shootdown/litmus')]);
    const read = async (path: string): Promise<string> => readFile(path, 'utf8').catch((error: unknown) => missing(path, error, core));
    const files = (await Promise.all(names.map((name) => filesOf(name, core)))).flat();
    const { against, memory, maxStates } = options;
    const references = against === undefined ? [] : readReferences(jsonOf(await read(against), against, core), against);
    const of = new Map(references.map((reference) => [basename(reference.file), reference]));
    const answers: LitmusAnswer[] = [];
    for (const file of files) {
      await setImmediate(); // lets a signal come in
      if (this.interrupt.aborted) break;
      this.progress.task(`${answers.length}/${files.length}  ${basename(file)}`);
      const answer = (files.length > 1 ? litmusOfMany : litmus)(await read(file), file, { ...(memory ? { memory } : {}), ...(maxStates ? { maxStates } : {}) });
      const reference = of.get(basename(file));
      answers.push({ ...answer, ...(reference ? { agreement: agreementOf(answer, reference) } : {}) });
    }
    return { report: { schemaVersion: core.SCHEMA_VERSION, kind: 'litmus', answers, compared: against !== undefined }, exit: exitOf(answers) };
  }
}

/** A file as it is; of a folder, every `.litmus` file in it. */
async function filesOf(name: string, core: Core): Promise<string[]> {
  const about = await stat(name).catch((error: unknown) => missing(name, error, core));
  if (!about.isDirectory()) return [name];
  return (await readdir(name)).filter((file) => file.endsWith('.litmus')).sort().map((file) => join(name, file));
}

function missing(path: string, error: unknown, { Mistake }: Core): never {
  throw new Mistake('SD_BAD_LITMUS', `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, 'Is the path right?');
}
function jsonOf(text: string, path: string, core: Core): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    return missing(path, error, core);
  }
}

function exitOf(answers: readonly LitmusAnswer[]): number {
  if (answers.some(({ agreement }) => ['unsound', 'false alarm', 'ends differ'].includes(agreement ?? ''))) return EXIT.differs;
  if (answers.some((a) => 'mistake' in a)) return EXIT.notRead;
  if (answers.some((a) => 'outcome' in a && !a.outcome.complete)) return EXIT.bound;
  return answers.every((a) => 'notModelled' in a) ? EXIT.nothing : EXIT.ok;
}
