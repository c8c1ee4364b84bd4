/** Finds out everything that the pages say about one architecture, by running it. */
import { allHooks, compareRaces, coverageOf, hooksOf, measureClaims, sentencesOf, type ArchSpec, type Bounds } from '@shootdown/core';
import { contractWorkloads, expected, races } from '@shootdown/workloads';
import type { ArchAsData, ArchFacts, RaceWord, Story } from './facts.ts';

/** Far above what the built-in stories need; a search that comes so far is reported as not complete. */
const BOUNDS: Bounds = { maxStates: 5_000_000, deadlineMs: 120_000 };

export async function collect(arch: ArchSpec, folder: string): Promise<ArchFacts> {
  const stories: Story[] = [];
  for (const { scenario, configuration } of contractWorkloads) {
    const { stacks } = await coverageOf(arch, scenario, configuration, BOUNDS);
    stories.push({ kind: 'workload', id: scenario.name, stacks });
  }
  for (const race of races) {
    const { stacks } = await coverageOf(arch, race.scenario, race.after, BOUNDS);
    stories.push({ kind: 'race', id: race.id, stacks });
  }

  // A hook that no workload came to has nothing to count: its exploration is left out.
  const reached = new Set(stories.filter((s) => s.kind === 'workload').flatMap((s) => s.stacks.flat()));
  const frequencies: ArchFacts['frequencies'][number][] = [];
  const measured: ArchFacts['measured'][number][] = [];
  for (const contract of allHooks.values()) {
    if (!reached.has(contract.hookName) || sentencesOf(contract).length === 0) continue;
    const found = await measureClaims(contract.hookName, [arch], contractWorkloads, BOUNDS);
    frequencies.push(...found.frequencies);
    measured.push(...found.facts);
  }

  const { rows } = await compareRaces([arch], races, expected, BOUNDS);
  return {
    arch: asData(arch, folder),
    hooks: hooksOf(arch),
    frequencies,
    measured,
    stories,
    races: rows.flatMap((row) => row.cells.map((cell) => wordOf(row.id, cell))),
  };
}

const wordOf = (race: string, cell: Awaited<ReturnType<typeof compareRaces>>['rows'][number]['cells'][number]): RaceWord => ({
  race,
  before: cell.before.outcome,
  after: cell.after.outcome,
  expectedBefore: cell.expectedBefore,
  expectedAfter: cell.expectedAfter,
  agreement: cell.agreement,
  tokens: [cell.before, cell.after].flatMap((v) => (v.counterexample ? [v.counterexample.token] : [])),
  states: cell.before.evidence.states + cell.after.evidence.states,
});

function asData(arch: ArchSpec, folder: string): ArchAsData {
  const { geometry, shootdown, walkCache, hardwareAccessed, hardwareDirty, memory, numbers, exploring, config, entryBits } = arch.machine;
  const hookNames = (layer: object | undefined): string[] =>
    layer ? Object.getOwnPropertyNames(layer).filter((name) => allHooks.has(name)) : [];
  return {
    id: arch.id,
    title: arch.title,
    what: arch.what,
    over: arch.over,
    folder,
    layers: arch.layers.map((layer) => ({ name: layer.name, own: arch.ownLayers.includes(layer) })),
    machine: { geometry, shootdown, walkCache, hardwareAccessed, hardwareDirty, memory, numbers, exploring, config, entryBits },
    history: arch.history.map(({ layer, ...change }) => ({ ...change, hooks: hookNames(layer?.prototype as object | undefined) })),
    operations: Object.keys(arch.operations),
  };
}
