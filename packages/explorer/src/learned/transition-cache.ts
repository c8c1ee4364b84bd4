/** What steps do and what claims say, learned by watching them once and looked up ever after. */
import type { Cell } from '../api/cell.ts';
import { Decisions } from './decision-trees.ts';
import { doubled } from '../store/growable.ts';

/** What a step did: where it leads, what it observed, and what it left in which cells. */
export class Effects {
  count = 0;
  /** Per effect: the local edge it takes. */
  edge = new Int32Array(256);
  observed = new Int32Array(256);
  /** Per effect, and one beyond: where its writes begin. */
  first = new Int32Array(256);
  /** Per write: the cell, and what it holds then, as records keep it. */
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

/** Lists of numbers, by number: equal ones have the same. */
class Lists {
  readonly all: (readonly number[])[] = [];
  private readonly numbers = new Map<string, number>();

  numberOf(list: readonly number[]): number {
    const key = list.join();
    let known = this.numbers.get(key);
    if (known === undefined) this.numbers.set(key, (known = this.all.push([...list]) - 1));
    return known;
  }
}

/** What is known of the steps of all local states. */
export class Behaviour {
  /** By node: may the step happen, and in how many ways? Answers are places in `ways` and `because`. */
  readonly asked = new Decisions();
  readonly ways: number[] = [];
  /** Where the step must wait: what holds it up, one of `obstacles`. */
  readonly because: number[] = [];
  /** Reasons to wait, each of which is enough. */
  readonly obstacles = new Lists();
  /** Slots of cells: as long as nobody writes one of them, a step must wait. */
  readonly reasons = new Lists();
  /** By node: what the step does. Answers are numbers of effects. */
  readonly applied = new Decisions();
  readonly effects = new Effects();
  /** By edge: what the claims say that are judged after it. Answers are places in `verdicts`. */
  readonly judged = new Decisions();
  /** Per claim of the node: does it hold? Nothing where all hold and none is counted. */
  readonly verdicts: (readonly boolean[] | undefined)[] = [];

  /** The number that stands for these obstacles, sets of slots. */
  obstaclesFor(sets: readonly (readonly number[])[]): number {
    return this.obstacles.numberOf(sets.map((slots) => this.reasons.numberOf(slots)));
  }
}
