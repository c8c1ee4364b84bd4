/** Finds out everything that the pages say about one architecture, by running it. */
import {
  allHooks,
  compareRaces,
  coverageOf,
  hooksOf,
  measureClaims,
  sentencesOf,
  type ArchSpec,
  type Bounds,
} from '@shootdown/core';
import { CAREFUL } from '@shootdown/core/plugin';
import { contractWorkloads, expected, races } from '@shootdown/workloads';
import type { ArchAsData, ArchFacts, RaceWord, Story } from './facts.ts';

/** A search that comes so far is reported as not complete. Bounds of states, not of time: two builds say the same. */
const BOUNDS: Bounds = { maxStates: 2_000_000 };
/** New code is found early: most of a search repeats it in other states. */
const COVERAGE: Bounds = { maxStates: 200_000 };

export async function collect(arch: ArchSpec, folder: string): Promise<ArchFacts> {
  const stories: Story[] = [];
  for (const { scenario, configuration } of contractWorkloads) {
    const { stacks } = await coverageOf(arch, scenario, configuration, COVERAGE);
    stories.push({ kind: 'workload', id: scenario.name, stacks });
  }
  for (const race of races) {
    const { stacks } = await coverageOf(arch, race.scenario, race.after, COVERAGE);
    stories.push({ kind: 'race', id: race.id, stacks });
  }

  const frequencies: ArchFacts['frequencies'][number][] = [];
  const measured: ArchFacts['measured'][number][] = [];
  for (const contract of allHooks.values()) {
    // A workload that does not come to the hook has nothing to count.
    const reaching = contractWorkloads.filter(({ scenario }) =>
      stories.some((s) => s.id === scenario.name && s.stacks.some((stack) => stack.includes(contract.hookName))),
    );
    if (reaching.length === 0 || sentencesOf(contract).length === 0) continue;
    const found = await measureClaims(contract.hookName, [arch], reaching, BOUNDS);
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

const wordOf = (
  race: string,
  cell: Awaited<ReturnType<typeof compareRaces>>['rows'][number]['cells'][number],
): RaceWord => ({
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
  const {
    geometry,
    shootdown,
    walkCache,
    hardwareAccessed,
    hardwareDirty,
    insufficientRights = CAREFUL,
    twoSizes = 'while removing',
    memory,
    numbers,
    exploring,
    config,
    entryBits,
  } = arch.machine;
  const hookNames = (layer: object | undefined): string[] =>
    layer ? Object.getOwnPropertyNames(layer).filter((name) => allHooks.has(name)) : [];
  return {
    id: arch.id,
    title: arch.title,
    what: arch.what,
    over: arch.over,
    folder,
    layers: arch.layers.map((layer) => ({ name: layer.name, own: arch.ownLayers.includes(layer) })),
    machine: {
      geometry,
      shootdown,
      walkCache,
      hardwareAccessed,
      hardwareDirty,
      insufficientRights,
      twoSizes,
      memory,
      numbers,
      exploring,
      config,
      entryBits,
    },
    history: arch.history.map(({ layer, ...change }) => ({
      ...change,
      hooks: hookNames(layer?.prototype as object | undefined),
    })),
    operations: Object.keys(arch.operations),
  };
}
