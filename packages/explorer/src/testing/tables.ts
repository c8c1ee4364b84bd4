/** The transition relation that a search has learned, as plain tables: input for other model checkers. */
import type { Cell } from '../api/cell.ts';
import type { System } from '../api/system.ts';
import { CHOICE, type Leaf } from '../learned/decision-trees.ts';
import type { Exploration } from '../api/exploration.ts';
import type { Identity } from '../learned/local-identity.ts';
import { NONE, type LocalImages } from '../symmetry/images.ts';
import type { Reductions } from '../api/reductions.ts';
import type { Permutation } from '../symmetry/permutations.ts';
import { FixpointSearch } from '../search/fixpoint.ts';
import { TRAIT } from '../store/traits.ts';

/**
 * Cells and the values that they must have, or get. Values are differences to the initial ones: everything begins with
 * 0.
 */
export type Values = readonly (readonly [cell: Cell, value: number])[];

/** One outcome of a step. */
export interface Transition {
  readonly from: number;
  readonly to: number;
  readonly when: Values;
  readonly sets: Values;
  /** Afterwards a claim fails that must not, where all values of one of these lists hold. */
  readonly wrong: readonly Values[];
}

/** A closed system without code. */
export interface Tables {
  readonly processes: readonly { readonly name: string; readonly root: number; readonly daemon: boolean }[];
  /** Per local state: its process, and whether the process may stay there for ever: it has terminated or given up. */
  readonly nodes: readonly { readonly process: number; readonly rests: boolean }[];
  /** Cells that were ever written. */
  readonly cells: readonly Cell[];
  readonly transitions: readonly Transition[];
  /** The search that learned it. */
  readonly found: Exploration;
}

/** Reductions under which every value that a step may read is read in some explored order. */
export const READS_ALL: Reductions = {
  persistent: true,
  fuse: true,
  local: true,
  sleep: true,
  symmetry: true,
  rehearse: true,
};

/**
 * Explores a whole system and returns its transition relation.
 * @param reduce `READS_ALL`, or nothing
 * @throws Error when there are more states than `maxStates`
 */
export function tablesOf(system: System, maxStates: number, identity?: Identity, reduce: Reductions = {}): Tables {
  const rounds = new FixpointSearch(system, { stopAtFirst: false, maxStates, reduce }, identity);
  while (!rounds.done) rounds.advance(1 << 20);
  const found = rounds.result();
  if (found.outcome !== 'complete') throw new Error(`there are more than ${maxStates} states`);
  const { automaton, cache, local, closure } = rounds.model;
  const localImages = closure?.images;
  const images = new Images(system, localImages);
  const [asked, applied] = [cache.guards, cache.updates].map((decisions) =>
    images.of(decisions.learned, (node, map) => (localImages && map ? localImages.imageOf(map, node) : node), false),
  );
  const judged = images.of(
    cache.judgements.learned.filter(({ answer }) => cache.verdicts[answer]?.some((held) => !held)),
    (edge) => edge,
    true,
  );
  const { effects, verdicts } = cache;
  const wrongAfter = (edge: number, map: Permutation | undefined): Values[] =>
    (judged.get(edge) ?? [])
      .filter(
        ({ leaf, by }) =>
          by === map &&
          verdicts[leaf.answer]!.some(
            (held, i) => !held && automaton.checks[automaton.edges.from[edge]!]![i]!.on === 'violation',
          ),
      )
      .map(({ reads }) => reads);

  const written = new Set<Cell>();
  const transitions = automaton.steps.flatMap((step, node): Transition[] => {
    if (step === undefined || automaton.traits[node]! & TRAIT.gaveUp) return [];
    const gates: Values = (system.processes[automaton.processOf[node]!]!.gates ?? []).map(
      (gate) => [gate, -system.initial(gate)] as const,
    );
    if (local?.has(node))
      return [
        {
          from: node,
          to: automaton.edges.to[automaton.take(node, local.observed(node))]!,
          when: gates,
          sets: [],
          wrong: [],
        },
      ];
    const asks = (automaton.traits[node]! & (TRAIT.waits | TRAIT.chooses)) !== 0;
    const before = asks
      ? (asked!.get(node) ?? []).map(({ leaf, reads }) => ({ reads, ways: cache.outcomes[leaf.answer]! }))
      : [{ reads: [], ways: 1 }];
    return before.flatMap(({ reads: first, ways }) =>
      (applied!.get(node) ?? []).flatMap(({ leaf, reads, by }): Transition[] => {
        const when = conjunction([...gates, ...first, ...reads]);
        const choice = when?.find(([cell]) => cell === CHOICE)?.[1] ?? 0;
        if (!when || choice >= ways) return [];
        const sets: [Cell, number][] = [];
        for (let i = effects.first[leaf.answer]!; i < effects.first[leaf.answer + 1]!; i++)
          sets.push(images.value(by, effects.cell[i]!, effects.raw[i]!));
        for (const [cell] of sets) written.add(cell);
        const edge = effects.edge[leaf.answer]!;
        const observed = automaton.edges.observed[edge]!;
        const taken = automaton.take(node, by ? by.observed(automaton.steps[leaf.key]!, observed) : observed);
        return [{ from: node, to: automaton.edges.to[taken]!, when, sets, wrong: wrongAfter(edge, by) }];
      }),
    );
  });
  const changing = (values: Values): Values => values.filter(([cell]) => cell !== CHOICE && written.has(cell));
  return {
    processes: system.processes.map(({ name, role }, p) => ({
      name,
      root: automaton.roots[p]!,
      daemon: role === 'daemon',
    })),
    nodes: automaton.steps.map((step, node) => ({
      process: automaton.processOf[node]!,
      rests: step === undefined || step.kind === 'bound',
    })),
    cells: [...written].sort((a, b) => a - b),
    transitions: transitions
      .filter(({ when }) => when.every(([cell, value]) => cell === CHOICE || value === 0 || written.has(cell)))
      .map(({ when, sets, wrong, ...way }) => ({
        ...way,
        when: changing(when),
        sets: changing(sets),
        wrong: wrong.map(changing),
      })),
    found,
  };
}

/** A cached answer under a permutation. */
interface Image {
  readonly leaf: Leaf;
  /** Undefined: the identity. */
  readonly by: Permutation | undefined;
  readonly reads: Values;
}

/** What was learned once, under all permutations. */
class Images {
  private readonly permutations: readonly (Permutation | undefined)[];

  constructor(
    private readonly system: System,
    localImages: LocalImages | undefined,
  ) {
    this.permutations = localImages
      ? localImages.group.all().map((map) => (map.to.every((there, m) => there === m) ? undefined : map))
      : [undefined];
  }

  /**
   * Answers by key, each once.
   * @param keyUnder key of the image of an answer, NONE when there is none
   * @param apart once more for each permutation
   */
  of(
    leaves: readonly Leaf[],
    keyUnder: (key: number, map: Permutation | undefined) => number,
    apart: boolean,
  ): Map<number, Image[]> {
    const found = new Map<number, Image[]>();
    const seen = new Set<string>();
    for (const leaf of leaves) {
      for (const by of this.permutations) {
        const key = keyUnder(leaf.key, by);
        const reads = leaf.cells.map((cell, i) => this.value(by, cell, leaf.values[i]!));
        const name = `${key}|${apart && by ? by.to.join() : ''}|${reads
          .map(([cell, value]) => `${cell}=${value}`)
          .sort()
          .join()}`;
        if (key === NONE || seen.has(name)) continue;
        seen.add(name);
        const known = found.get(key);
        if (known) known.push({ leaf, by, reads });
        else found.set(key, [{ leaf, by, reads }]);
      }
    }
    return found;
  }

  /** The image of a cell and its value, as records keep it. */
  value(by: Permutation | undefined, cell: Cell, raw: number): [Cell, number] {
    if (by === undefined || cell === CHOICE) return [cell, raw];
    const there = by.cell(cell);
    return [there, (by.value(cell, (raw + this.system.initial(cell)) | 0) - this.system.initial(there)) | 0];
  }
}

/** All of them, each once; undefined when they contradict each other. */
function conjunction(values: Values): Values | undefined {
  const all = new Map<Cell, number>();
  for (const [cell, value] of values) {
    if ((all.get(cell) ?? value) !== value) return undefined;
    all.set(cell, value);
  }
  return [...all];
}
