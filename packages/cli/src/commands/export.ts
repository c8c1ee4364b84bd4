/** `export`: one execution in the form of another tool. */
import { Mistake } from '@shootdown/core/mistakes';
import type { Verdict } from '@shootdown/core';
import { exported, type Form } from '@shootdown/report';
import { readFile } from 'node:fs/promises';
import { inject, injectable } from 'tsyringe';
import { EXIT } from '../exit.ts';
import { CORE, type Command, type Core, type Lazy, type Result } from '../tokens.ts';
import { Replay } from './replay.ts';

@injectable()
export class Export implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Replay) private readonly replay: Replay,
  ) {}

  async run([from = '']: readonly string[], { to = 'perfetto' }: { readonly to?: Form }): Promise<Result> {
    const { SCHEMA_VERSION } = await this.core();
    const text = exported(from.startsWith('v1:') ? await this.#replayed(from) : await inFile(from), to);
    return { report: { schemaVersion: SCHEMA_VERSION, kind: 'export', form: to, text }, exit: EXIT.ok };
  }

  async #replayed(token: string): Promise<Parameters<typeof exported>[0]> {
    const { report } = await this.replay.run([token], {});
    if (report.kind !== 'replay') throw new Error(`replay said ${report.kind}`);
    return report.replay;
  }
}

/**
 * The first counterexample in what `run --json` wrote.
 * @throws Mistake SD_BAD_OPTION
 */
async function inFile(file: string): Promise<Parameters<typeof exported>[0]> {
  const refuse = (what: string): never => {
    throw new Mistake('SD_BAD_OPTION', `${file} ${what}.`, 'Give a token, or a file that `run --json` has written.');
  };
  let read: { readonly verdicts?: readonly Verdict[] } = {};
  try {
    read = JSON.parse(await readFile(file, 'utf8')) as typeof read;
  } catch {
    refuse('is no token, and no file of JSON');
  }
  const verdict = read.verdicts?.find(({ counterexample }) => counterexample);
  return verdict?.counterexample
    ? { ...verdict, trace: verdict.counterexample.trace }
    : refuse('has no execution in which something breaks');
}
