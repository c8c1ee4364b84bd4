/** Transition cache: guards, updates and verdicts, computed once by running the meaning and looked up ever after. */
import type { Cell } from '../api/cell.ts';
import { DecisionTrees } from './decision-trees.ts';
import { doubled } from '../store/growable.ts';

/** What a step did: the local edge it took, what it observed, and its writes. */
export class Effects {
  count = 0;
  /** Per effect: the local edge it takes. */
  edge = new Int32Array(256);
  observed = new Int32Array(256);
  /** Per effect, and one beyond: the index of its first write. */
  first = new Int32Array(256);
  /** Per write: the cell, and its new value as records keep it. */
  cell = new Int32Array(256);
  raw = new Int32Array(256);

  add(edge: number, observed: number, writes: ReadonlyMap<Cell, number>): number {
    const effect = this.count++;
    if (effect + 1 === this.first.length) {
      this.first = doubled(this.first);
      this.edge = doubled(this.edge);
      this.observed = doubled(this.observed);
    }
    let end = this.first[effect]!;
    for (const [cell, raw] of writes) {
      if (end === this.cell.length) {
        this.cell = doubled(this.cell);
        this.raw = doubled(this.raw);
      }
      this.cell[end] = cell;
      this.raw[end++] = raw;
    }
    this.edge[effect] = edge;
    this.observed[effect] = observed;
    this.first[effect + 1] = end;
    return effect;
  }
}

/** Interned lists of numbers: equal lists have the same number. */
class Lists {
  readonly all: (readonly number[])[] = [];
  private readonly numbers = new Map<string, number>();

  numberOf(list: readonly number[]): number {
    const key = list.join();
    let number = this.numbers.get(key);
    if (number === undefined) this.numbers.set(key, (number = this.all.push([...list]) - 1));
    return number;
  }
}

/** What is cached of the steps of all local states. */
export class TransitionCache {
  /** By node: the guard. Results index `outcomes` and `blockedOn`. */
  readonly guards = new DecisionTrees();
  readonly outcomes: number[] = [];
  /** Where the step is blocked: the number of a list of `alternatives`. */
  readonly blockedOn: number[] = [];
  /** Lists of alternative enabling sets, by their numbers: any one of a list will do. */
  readonly alternatives = new Lists();
  /** Necessary enabling sets, as slots of cells: the step stays blocked until one of them is written. */
  readonly enablingSets = new Lists();
  /** By node: the update. Results are numbers of effects. */
  readonly updates = new DecisionTrees();
  readonly effects = new Effects();
  /** By edge: what claims say after it. Results index `verdicts`. */
  readonly judgements = new DecisionTrees();
  /** Per claim of the node: does it hold? Undefined where all hold and none is counted. */
  readonly verdicts: (readonly boolean[] | undefined)[] = [];

  /** The number of a list of alternative enabling sets. */
  alternativesFor(sets: readonly (readonly number[])[]): number {
    return this.alternatives.numberOf(sets.map((slots) => this.enablingSets.numberOf(slots)));
  }
}
