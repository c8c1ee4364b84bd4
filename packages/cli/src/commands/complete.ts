/** `complete`: which words fit at the cursor. Shells call it, as `completion` tells them to. */
import { Command as Commander } from 'commander';
import { inject, injectable, injectAll } from 'tsyringe';
import { Catalog } from '../catalog.ts';
import { candidates, type Candidate, type Kind } from '../completion/candidates.ts';
import { EXIT } from '../exit.ts';
import { COMMAND, CORE, type Command, type Core, type Lazy, type Result } from '../tokens.ts';
import type { Declaration } from './declaration.ts';
import { globals } from './globals.ts';
import { List } from './list.ts';

@injectable()
export class Complete implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Catalog) private readonly catalog: Catalog,
    @inject(List) private readonly list: List,
    @injectAll(COMMAND) private readonly declarations: readonly Declaration[],
  ) {}

  async run(words: readonly string[]): Promise<Result> {
    const program = globals(new Commander());
    for (const declaration of this.declarations) declaration.declare(program);
    const fitting = await candidates(program, words, (kind) => this.#known(kind));
    const text = fitting.map(({ word, says }) => (says ? `${word}\t${says}` : word)).join('\n');
    const { SCHEMA_VERSION } = await this.core();
    return { report: { schemaVersion: SCHEMA_VERSION, kind: 'completion', text }, exit: EXIT.ok };
  }

  async #known(kind: Kind): Promise<readonly Candidate[]> {
    const core = await this.core();
    switch (kind) {
      case 'archs':
      case 'workloads':
      case 'hooks':
      case 'operations':
      case 'changes':
        return this.#listed(kind);
      case 'releases':
        return [...core.RELEASES].map((word) => ({ word }));
      case 'modes':
        return [...core.MODES, 'all'].map((word) => ({ word }));
      case 'variants': {
        const { contractWorkloads } = await this.catalog.workloads();
        const releases = contractWorkloads.map(({ configuration }) => configuration.release);
        return [...new Set(['before', 'after', ...releases])].map((word) => ({ word }));
      }
    }
  }

  async #listed(kind: Kind): Promise<readonly Candidate[]> {
    const { report } = await this.list.run([kind]);
    return report.kind === 'list' ? report.items.map(({ name, says }) => ({ word: name, says })) : [];
  }
}
