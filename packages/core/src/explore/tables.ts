/** What an unreduced search has learned of a system, as plain tables: for other model checkers. */
import type { Cell } from '../words/cells.ts';
import type { System } from '../words/system.ts';
import { CHOICE } from './decisions.ts';
import type { Exploration } from './exploration.ts';
import type { Identity } from './identity.ts';
import { Knowledge } from './knowledge.ts';
import { Search } from './search.ts';
import { TRAIT } from './traits.ts';

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

/**
 * Explores all of a system, and tells what it is made of.
 * @throws Error when there are more states than `maxStates`
 */
export function tablesOf(system: System, maxStates: number, identity?: Identity): Tables {
  const knowledge = new Knowledge(system, {}, identity);
  const search = new Search({ stopAtFirst: false, maxStates }, knowledge);
  while (!search.done) search.advance(1 << 20);
  const found = search.result();
  if (found.outcome !== 'complete') throw new Error(`there are more than ${maxStates} states`);
  const { automaton, behaviour } = knowledge;
  const { wordOf } = search.states.layout;
  const changing = (values: Values): Values => values.filter(([cell]) => cell === CHOICE || wordOf[cell]! >= 0);
  const transitions = automaton.steps.flatMap((step, node) => {
    if (step === undefined || automaton.traits[node]! & TRAIT.gaveUp) return [];
    const gates: Values = (system.processes[automaton.processOf[node]!]!.gates ?? []).map((gate) => [gate, -system.initial(gate)] as const);
    const asks = (automaton.traits[node]! & (TRAIT.waits | TRAIT.chooses)) !== 0;
    const asked = asks ? behaviour.asked.leaves(node).map(({ reads, answer }) => ({ reads, ways: behaviour.ways[answer]! })) : [{ reads: [], ways: 1 }];
    return asked.flatMap(({ reads: before, ways }) =>
      behaviour.applied.leaves(node).flatMap(({ reads, answer: effect }): Transition[] => {
        const when = together([...gates, ...before, ...reads]);
        const choice = when?.find(([cell]) => cell === CHOICE)?.[1] ?? 0;
        if (!when || choice >= ways) return [];
        const { edge, first, cell, raw } = behaviour.effects;
        const sets: [Cell, number][] = [];
        for (let i = first[effect]!; i < first[effect + 1]!; i++) sets.push([cell[i]!, raw[i]!]);
        const wrong = behaviour.judged.leaves(edge[effect]!).filter(({ answer }) => behaviour.verdicts[answer]?.some((held, i) => !held && automaton.checks[node]![i]!.on === 'violation'));
        return [{ from: node, to: automaton.edges.to[edge[effect]!]!, when: changing(when).filter(([c]) => c !== CHOICE), sets: changing(sets), wrong: wrong.map((leaf) => changing(leaf.reads)) }];
      }),
    );
  });
  return {
    processes: system.processes.map(({ name, role }, p) => ({ name, root: automaton.roots[p]!, daemon: role === 'daemon' })),
    nodes: automaton.steps.map((step, node) => ({ process: automaton.processOf[node]!, rests: step === undefined || step.kind === 'bound' })),
    cells: Array.from(wordOf.keys()).filter((cell) => wordOf[cell]! >= 0),
    transitions,
    found,
  };
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
