/** `list`: what there is. */
import type { Change } from '@shootdown/core';
import type { Item } from '@shootdown/report';
import { inject, injectable } from 'tsyringe';
import { Catalog } from '../catalog.ts';
import { namedOf } from '../workloads.ts';
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
    const items = await this.#items(what, core);
    return {
      report: { schemaVersion: core.SCHEMA_VERSION, kind: 'list', what, items },
      exit: items.length > 0 ? EXIT.ok : EXIT.nothing,
    };
  }

  async #items(what: string, core: Core): Promise<Item[]> {
    switch (what) {
      case 'archs':
        return this.#archs();
      case 'hooks':
        return this.#hooks(core);
      case 'operations':
        return (await this.catalog.workloads()).operations.map(({ name, says }) => ({ name, facts: [], says }));
      case 'changes':
        return this.#changes(core);
      case 'functions':
        return this.#functions(core);
      case 'limits':
        return this.#limits(core);
      case 'releases':
        return this.#releases(core);
      default:
        return this.#workloads();
    }
  }

  /** Changes of generic code and of architectures: who has them, from when to when, and which of them end a race. */
  async #changes(core: Core): Promise<Item[]> {
    const archs = await this.catalog.archs();
    const known = archs.map((arch) => ({
      id: arch.id,
      changes: new Map(core.changesKnownTo(arch).map((change) => [change.name, change])),
    }));
    const all = new Map(known.flatMap(({ changes }) => [...changes]));
    const having = (name: string): string[] => known.filter(({ changes }) => changes.has(name)).map(({ id }) => id);
    return [...all.values()].map((change): Item => {
      const who = having(change.name);
      return {
        name: change.name,
        facts: [
          who.length === archs.length ? 'every' : who.join(' '),
          ...releasesOf(change),
          ...(change.fix ? ['fix'] : []),
        ],
        says: change.says,
      };
    });
  }

  async #archs(): Promise<Item[]> {
    return (await this.catalog.archs()).map((a) => ({ name: a.id, facts: [a.machine.shootdown], says: a.title }));
  }

  async #workloads(): Promise<Item[]> {
    const workloads = await this.catalog.workloads();
    const races = workloads.races.map((r): Item => ({
      name: r.id,
      facts: ['race', ...(r.year ? [String(r.year)] : [])],
      says: r.title,
    }));
    const rest = namedOf({ ...workloads, races: [] }).filter(
      ({ scenario }) => !races.some((r) => r.name === scenario.name),
    );
    return [
      ...races,
      ...rest.map(({ scenario, variants }): Item => ({
        name: scenario.name,
        facts: Object.keys(variants),
        says: scenario.title ?? '',
      })),
      ...workloads.broken.map(({ name, mistake }): Item => ({
        name,
        facts: [mistake.code],
        says: `Cannot be run: ${mistake.what}`,
      })),
    ];
  }

  /** Those of the generic code, and of the architectures, which declare theirs when they are loaded. */
  /** What a patch may replace beside the bodies of hooks. Architectures bring theirs as they are loaded. */
  async #functions(core: Core): Promise<Item[]> {
    await this.catalog.archs();
    return [...core.replaceableNames()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { file, symbol, version }]) => ({
        name,
        facts: [version],
        says: name === symbol ? file : `${file} ${symbol}`,
      }));
  }

  async #limits(core: Core): Promise<Item[]> {
    await this.catalog.archs();
    return core.limits().map(({ says, source }) => ({ name: source.symbol, facts: [source.file], says: `${says}.` }));
  }

  /** Releases in order: how many changes came with each, and what the real one has and ours has not. */
  async #releases(core: Core): Promise<Item[]> {
    const archs = await this.catalog.archs();
    const all = new Map(archs.flatMap((arch) => core.changesKnownTo(arch).map((change) => [change.name, change])));
    return core.RELEASES.map((release): Item => {
      const came = [...all.values()].filter(
        ({ since, shipped, backported }) =>
          (since === release && shipped === undefined) || backported?.includes(release) === true,
      );
      const lacks = core.lackedBy(release);
      return {
        name: release,
        facts: [...(core.seriesOf(release) === release ? [] : ['point release'])],
        says: `${came.length === 0 ? 'Nothing' : came.map(({ name }) => name).join(', ')} came with it. Lacks: ${lacks.map(({ says, source }) => `${says} (${source.symbol})`).join('; ') || 'what list limits says'}.`,
      };
    });
  }

  /** Each hook with who brings a body of its own, and which workloads call it on some architecture. */
  async #hooks(core: Core): Promise<Item[]> {
    const archs = await this.catalog.archs();
    const workloads = namedOf(await this.catalog.workloads());
    const own = new Map(
      archs.map((a) => [
        a.id,
        new Set(
          core
            .hooksOf(a)
            .filter((h) => h.layer !== 'Generic')
            .map((h) => h.hookName),
        ),
      ]),
    );
    const callers = workloads.map(({ scenario, variants }) => {
      const configuration = Object.values(variants).at(-1);
      const called = configuration
        ? archs.flatMap((a) => [...core.hooksExercised(a, { scenario, configuration })])
        : [];
      return { name: scenario.name, called: new Set(called) };
    });
    return [...core.allHooks.values()].map((h): Item => {
      const bodies = archs.filter((a) => own.get(a.id)?.has(h.hookName)).map((a) => a.id);
      const exercised = callers.filter((c) => c.called.has(h.hookName)).map((c) => c.name);
      return {
        name: h.hookName,
        facts: [h.group],
        says: `${h.does} Bodies: ${bodies.length === archs.length ? 'every architecture its own' : ['Generic', ...bodies].join(', ')}. Called by ${exercised.length === 0 ? 'no workload' : callersOf(exercised)}.`,
      };
    });
  }
}

/** From when to when kernels have a change. */
const releasesOf = ({ shipped, since, until, backported = [] }: Change): string[] =>
  shipped === 'never'
    ? ['never shipped']
    : [
        ...(shipped === 'later' ? ['after all listed'] : since ? [since] : []),
        ...(until ? [`until ${until}`] : []),
        ...backported,
      ];

const callersOf = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} others`;
