/** What a search has learned of a system, as plain tables: for other model checkers. */
import type { Cell } from '../api/cell.ts';
import type { System } from '../api/system.ts';
import { CHOICE, type Leaf } from '../learned/decision-trees.ts';
import type { Exploration } from '../api/exploration.ts';
import type { Identity } from '../learned/local-identity.ts';
import { NONE, type Mirror } from '../symmetry/closure.ts';
import type { Reductions } from '../api/reductions.ts';
import type { Renaming } from '../symmetry/permutations.ts';
import { Rounds } from '../search/fixpoint.ts';
import { TRAIT } from '../store/traits.ts';

/** Cells and the values they must have, or get. Values are differences to the initial ones: everything begins with 0. */
export type Values = readonly (readonly [cell: Cell, value: number])[];

/** One way that a step can go. */
export interface Transition {
  readonly from: number;
  readonly to: number;
  readonly when: Values;
  readonly sets: Values;
  /** Afterwards a claim fails that must not, where all of one of these hold. */
  readonly wrong: readonly Values[];
}

/** A closed system without code. */
export interface Tables {
  readonly processes: readonly { readonly name: string; readonly root: number; readonly daemon: boolean }[];
  /** Per local state: its process, and whether a process may stay there for ever: its end, or where it gave up. */
  readonly nodes: readonly { readonly process: number; readonly rests: boolean }[];
  /** Cells that were ever written. */
  readonly cells: readonly Cell[];
  readonly transitions: readonly Transition[];
  /** The search that learned it. */
  readonly found: Exploration;
}

/** Reductions that leave out no value that a step reads: each is read in some order that is tried. */
export const READS_ALL: Reductions = {
  persistent: true,
  fuse: true,
  local: true,
  sleep: true,
  symmetry: true,
  rehearse: true,
};

/**
 * Explores all of a system, and tells what it is made of.
 * @param reduce `READS_ALL`, or nothing
 * @throws Error when there are more states than `maxStates`
 */
export function tablesOf(system: System, maxStates: number, identity?: Identity, reduce: Reductions = {}): Tables {
  const rounds = new Rounds(system, { stopAtFirst: false, maxStates, reduce }, identity);
  while (!rounds.done) rounds.advance(1 << 20);
  const found = rounds.result();
  if (found.outcome !== 'complete') throw new Error(`there are more than ${maxStates} states`);
  const { automaton, behaviour, local, mirror } = rounds.knowledge;
  const images = new Images(system, mirror);
  const [asked, applied] = [behaviour.asked, behaviour.applied].map((decisions) =>
    images.of(decisions.learned, (node, map) => (mirror && map ? mirror.imageOf(map, node) : node), false),
  );
  const judged = images.of(
    behaviour.judged.learned.filter(({ answer }) => behaviour.verdicts[answer]?.some((held) => !held)),
    (edge) => edge,
    true,
  );
  const { effects, verdicts } = behaviour;
  const wrongAfter = (edge: number, map: Renaming | undefined): Values[] =>
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
          to: automaton.edges.to[automaton.follow(node, local.observed(node))]!,
          when: gates,
          sets: [],
          wrong: [],
        },
      ];
    const asks = (automaton.traits[node]! & (TRAIT.waits | TRAIT.chooses)) !== 0;
    const before = asks
      ? (asked!.get(node) ?? []).map(({ leaf, reads }) => ({ reads, ways: behaviour.ways[leaf.answer]! }))
      : [{ reads: [], ways: 1 }];
    return before.flatMap(({ reads: first, ways }) =>
      (applied!.get(node) ?? []).flatMap(({ leaf, reads, by }): Transition[] => {
        const when = together([...gates, ...first, ...reads]);
        const choice = when?.find(([cell]) => cell === CHOICE)?.[1] ?? 0;
        if (!when || choice >= ways) return [];
        const sets: [Cell, number][] = [];
        for (let i = effects.first[leaf.answer]!; i < effects.first[leaf.answer + 1]!; i++)
          sets.push(images.value(by, effects.cell[i]!, effects.raw[i]!));
        for (const [cell] of sets) written.add(cell);
        const edge = effects.edge[leaf.answer]!;
        const observed = automaton.edges.observed[edge]!;
        const taken = automaton.follow(node, by ? by.observed(automaton.steps[leaf.key]!, observed) : observed);
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

/** An answer, as it reads where members of a symmetry are in other places. */
interface Image {
  readonly leaf: Leaf;
  /** Nothing: where they are. */
  readonly by: Renaming | undefined;
  readonly reads: Values;
}

/** What was learned in one place, told of all places. */
class Images {
  private readonly renamings: readonly (Renaming | undefined)[];

  constructor(
    private readonly system: System,
    mirror: Mirror | undefined,
  ) {
    this.renamings = mirror
      ? mirror.renamings.all().map((map) => (map.to.every((there, m) => there === m) ? undefined : map))
      : [undefined];
  }

  /**
   * By key: each answer once.
   * @param keyUnder where the image of an answer belongs, NONE for nowhere
   * @param apart for each renaming once more
   */
  of(
    leaves: readonly Leaf[],
    keyUnder: (key: number, map: Renaming | undefined) => number,
    apart: boolean,
  ): Map<number, Image[]> {
    const found = new Map<number, Image[]>();
    const seen = new Set<string>();
    for (const leaf of leaves) {
      for (const by of this.renamings) {
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
  value(by: Renaming | undefined, cell: Cell, raw: number): [Cell, number] {
    if (by === undefined || cell === CHOICE) return [cell, raw];
    const there = by.cell(cell);
    return [there, (by.value(cell, (raw + this.system.initial(cell)) | 0) - this.system.initial(there)) | 0];
  }
}

/** All of them, each once; nothing when they contradict each other. */
function together(values: Values): Values | undefined {
  const all = new Map<Cell, number>();
  for (const [cell, value] of values) {
    if ((all.get(cell) ?? value) !== value) return undefined;
    all.set(cell, value);
  }
  return [...all];
}
