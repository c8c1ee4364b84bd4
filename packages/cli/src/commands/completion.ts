/** `completion`: what a shell reads, so that it completes command lines. */
import { inject, injectable } from 'tsyringe';
import { scriptOf, type Shell } from '../completion/scripts.ts';
import { EXIT } from '../exit.ts';
import { CORE, type Command, type Core, type Lazy, type Result } from '../tokens.ts';

@injectable()
export class Completion implements Command {
  constructor(@inject(CORE) private readonly core: Lazy<Core>) {}

  async run([shell = 'bash']: readonly string[]): Promise<Result> {
    const { SCHEMA_VERSION } = await this.core();
    const text = scriptOf(shell as Shell);
    return { report: { schemaVersion: SCHEMA_VERSION, kind: 'completion', text }, exit: EXIT.ok };
  }
}
