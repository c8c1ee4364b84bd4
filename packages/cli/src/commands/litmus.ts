/** `litmus`: tests of memory models on the machine, alone or beside a reference. */
import { Mistake } from '@shootdown/core/mistakes';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { HowFar } from '@shootdown/core';
import type { LitmusAnswer } from '@shootdown/report';
import { inject, injectable } from 'tsyringe';
import { EXIT } from '../exit.ts';
import { boundsOf, type BoundOptions } from '../options.ts';
import { Printer } from '../printer.ts';
import { Progress } from '../progress.ts';
import { CORE, INTERRUPT, type Command, type Core, type Lazy, type Result } from '../tokens.ts';

interface Options extends BoundOptions {
  readonly memory?: 'sc' | 'tso' | 'own';
  /** A file of references. */
  readonly against?: string;
}

@injectable()
export class Litmus implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Progress) private readonly progress: Progress,
    @inject(Printer) private readonly printer: Printer,
    @inject(INTERRUPT) private readonly interrupt: AbortSignal,
  ) {}

  async run(names: readonly string[], options: Options): Promise<Result> {
    const [core, { agreementOf, answerLitmus, LITMUS_STATES, readReferences }] = await Promise.all([
      this.core(),
      import('@shootdown/litmus'),
    ]);
    const read = async (path: string): Promise<string> =>
      readFile(path, 'utf8').catch((error: unknown) => missing(path, error));
    const files = (await Promise.all(names.map((name) => filesOf(name)))).flat();
    const { against, memory } = options;
    const references = against === undefined ? [] : readReferences(jsonOf(await read(against), against), against);
    const of = new Map(references.map((reference) => [basename(reference.file), reference]));
    const bounds = {
      ...boundsOf({ ...options, maxStates: options.maxStates ?? LITMUS_STATES }, core, this.interrupt),
      ...(memory ? { memory } : {}),
    };
    const compared = against !== undefined;
    const answers: LitmusAnswer[] = [];
    const growing = await this.printer.litmus(compared);
    const end = (): { asked: number; complete: boolean } => ({
      asked: files.length,
      complete: answers.length === files.length && !answers.some(isInterrupted),
    });
    try {
      for (const file of files) {
        await setImmediate(); // lets a signal come in
        if (this.interrupt.aborted) break;
        this.progress.task(`${answers.length}/${files.length}  ${basename(file)}`);
        const onProgress = (now: HowFar): void => this.progress.search(now, file);
        const among = files.length > 1 ? 'many' : 'one';
        const text = await read(file).catch((error: unknown) => unread(error, among));
        const answer =
          typeof text === 'string'
            ? await answerLitmus(text, file, among, { ...bounds, onProgress })
            : { file, isa: '', ...text };
        const reference = of.get(basename(file));
        answers.push({ ...answer, ...(reference ? { agreement: agreementOf(answer, reference) } : {}) });
        growing.add(answers.at(-1)!);
      }
    } catch (error) {
      // A document that was begun is ended; of a test that is the only one nothing was said yet.
      if (answers.length > 0) growing.end({ asked: files.length, complete: false });
      throw error;
    }
    growing.end(end());
    return {
      report: { schemaVersion: core.SCHEMA_VERSION, kind: 'litmus', answers, compared, ...end() },
      exit: exitOf(answers),
      printed: true,
    };
  }
}

const isInterrupted = (answer: LitmusAnswer): boolean => 'outcome' in answer && answer.outcome.cut === 'interrupt';

/** A file as it is; of a folder, every `.litmus` file in it. */
async function filesOf(name: string): Promise<string[]> {
  const about = await stat(name).catch((error: unknown) => missing(name, error));
  if (!about.isDirectory()) return [name];
  return (await readdir(name))
    .filter((file) => file.endsWith('.litmus'))
    .sort()
    .map((file) => join(name, file));
}

/** A file of many that cannot be read costs its own line. */
function unread(error: unknown, among: 'many' | 'one'): { readonly mistake: string } {
  if (among === 'one' || !(error instanceof Mistake)) throw error;
  return { mistake: error.what };
}

function missing(path: string, error: unknown): never {
  throw new Mistake(
    'SD_BAD_LITMUS',
    `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    'Is the path right?',
  );
}
function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    return missing(path, error);
  }
}

function exitOf(answers: readonly LitmusAnswer[]): number {
  if (answers.some(({ agreement }) => ['unsound', 'false alarm', 'ends differ'].includes(agreement ?? '')))
    return EXIT.differs;
  if (answers.some((a) => 'mistake' in a)) return EXIT.notRead;
  if (answers.some((a) => 'outcome' in a && (a.outcome.deadlock ?? a.outcome.kept))) return EXIT.deadlock;
  if (answers.some((a) => 'outcome' in a && !a.outcome.complete)) return EXIT.bound;
  return answers.every((a) => 'notModelled' in a) ? EXIT.nothing : EXIT.ok;
}
