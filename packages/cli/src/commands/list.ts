/** `list`: what there is. */
import type { Item } from '@shootdown/report';
import { inject, injectable } from 'tsyringe';
import { Catalog, namedOf } from '../catalog.ts';
import { EXIT } from '../exit.ts';
import { CORE, type Command, type Core, type Lazy, type Result } from '../tokens.ts';

@injectable()
export class List implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Catalog) private readonly catalog: Catalog,
  ) {}

  async run([what = '']: readonly string[]): Promise<Result> {
    const core = await this.core();
    const items = what === 'archs' ? await this.#archs() : what === 'hooks' ? hooks(core) : await this.#workloads();
    return { report: { schemaVersion: core.SCHEMA_VERSION, kind: 'list', what, items }, exit: items.length > 0 ? EXIT.ok : EXIT.nothing };
  }

  async #archs(): Promise<Item[]> {
    return (await this.catalog.archs()).map((a) => ({ name: a.id, facts: [a.machine.shootdown], says: a.title }));
  }

  async #workloads(): Promise<Item[]> {
    const workloads = await this.catalog.workloads();
    const races = workloads.races.map((r): Item => ({ name: r.id, facts: ['race', String(r.year)], says: r.title }));
    const rest = namedOf({ ...workloads, races: [] }).filter(({ scenario }) => !races.some((r) => r.name === scenario.name));
    return [
      ...races,
      ...rest.map(({ scenario, variants }): Item => ({ name: scenario.name, facts: Object.keys(variants), says: scenario.title })),
    ];
  }
}

const hooks = (core: Core): Item[] => [...core.allHooks.values()].map((h) => ({ name: h.hookName, facts: [h.group], says: h.does }));
