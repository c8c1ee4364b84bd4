/**
 * Is it true what meanings say of their steps? Which cells a step touches is learned by watching; that updates commute, and that a queue is
 * only added to or only taken from, is said (`Meaning.commutes`, `enqueues`, `dequeues`), and the dependence relation rests on it. So what
 * is said is tried in states that random walks come by.
 */
import type { Cell } from '../api/cell.ts';
import type { Step, Store } from '../api/step.ts';
import type { System } from '../api/system.ts';
import { World } from '../replay/world.ts';

/** A store of which some cells hold something else; what is written stays in it. */
class Overlay implements Store {
  readonly written = new Map<Cell, number>();
  constructor(
    private readonly below: Store,
    private readonly instead: ReadonlyMap<Cell, number> = new Map(),
  ) {}
  get(cell: Cell): number {
    return this.written.get(cell) ?? this.instead.get(cell) ?? this.below.get(cell);
  }
  set(cell: Cell, value: number): void {
    this.written.set(cell, value);
  }
  /** What was written, as text. */
  told(but?: Cell): string {
    return [...this.written]
      .filter(([cell]) => cell !== but)
      .sort(([a], [b]) => a - b)
      .join(' ');
  }
}

/** A step that was made, and the outcome that was chosen. */
interface Made {
  readonly step: Step;
  readonly choice: number;
}

/** What was met at one cell: updates of it, steps that take from it, values that it held. */
interface Met {
  readonly updates: Made[];
  readonly takers: Step[];
  readonly values: Set<number>;
}

/** So many different steps and values of each cell are tried with each other. */
const ENOUGH = 8;
/** Steps of a walk: a system may go on for ever. */
const LONGEST = 400;

class Audit {
  readonly errors = new Set<string>();
  private readonly met = new Map<Cell, Met>();

  constructor(private readonly system: System) {}

  /** Tries what is said of a step that can be made in this state. */
  look(made: Made, store: Store): void {
    const { step } = made;
    const meaning = this.system.meaning(step.kind);
    for (const cell of meaning.commutes?.(step) ?? []) {
      const { updates, values } = this.at(cell, store);
      this.mustNotLook(made, store, cell, [...values, store.get(cell) + 1]);
      for (const other of updates) if (other.step.kind === step.kind) this.mustCommute(made, other, store, cell);
      if (updates.length < ENOUGH) updates.push(made);
    }
    for (const queue of meaning.enqueues?.(step) ?? []) {
      const { takers, values } = this.at(queue, store);
      this.mustNotLook(made, store, queue, [...values]);
      if (this.after(made, store).get(queue) === 0) this.wrong(step, queue, 'empties');
      for (const taker of store.get(queue) === 0 ? [] : takers) {
        const choice = this.choiceOf(taker, store, queue);
        if (choice !== undefined) this.mustCommute(made, { step: taker, choice }, store, queue);
      }
    }
    for (const queue of meaning.dequeues?.(step) ?? []) {
      const { takers } = this.at(queue, store);
      if (store.get(queue) === 0 && this.after(made, store).get(queue) !== 0) this.wrong(step, queue, 'adds to');
      if (takers.length < ENOUGH) takers.push(step);
    }
  }

  private at(cell: Cell, store: Store): Met {
    let known = this.met.get(cell);
    if (!known) this.met.set(cell, (known = { updates: [], takers: [], values: new Set() }));
    if (known.values.size < ENOUGH) known.values.add(store.get(cell));
    return known;
  }

  private wrong(step: Step, cell: Cell, what: string): void {
    this.errors.add(`${step.kind} ${what} ${this.system.names.name(cell)}`);
  }

  private after({ step, choice }: Made, store: Store): Overlay {
    const after = new Overlay(store);
    this.system.meaning(step.kind).apply(step, after, choice);
    return after;
  }

  /** With other values in the cell all else must be the same. */
  private mustNotLook({ step, choice }: Made, store: Store, cell: Cell, others: readonly number[]): void {
    const meaning = this.system.meaning(step.kind);
    const effect = (value: number): string => {
      const changed = new Overlay(store, new Map([[cell, value]]));
      const ways = [meaning.enabled?.(step, changed) ?? true, meaning.choices?.(step, changed) ?? 1];
      return `${ways.join()} ${meaning.apply(step, changed, choice)} ${changed.told(cell)}`;
    };
    const plain = effect(store.get(cell));
    if (others.some((other) => effect(other) !== plain)) this.wrong(step, cell, 'depends on what is in');
  }

  /** In both orders the same must come of two steps. */
  private mustCommute(a: Made, b: Made, store: Store, cell: Cell): void {
    const run = (order: readonly Made[]): string => {
      const after = new Overlay(store);
      const seen = order.map(({ step, choice }) => this.system.meaning(step.kind).apply(step, after, choice));
      return `${after.told()} ${(order[0] === a ? seen : seen.toReversed()).join()}`;
    };
    if (run([a, b]) !== run([b, a])) this.wrong(a.step, cell, `does not commute with ${b.step.kind} on`);
  }

  /** The choice by which a step takes from the queue, where it can. */
  private choiceOf(taker: Step, store: Store, queue: Cell): number | undefined {
    const meaning = this.system.meaning(taker.kind);
    if (meaning.enabled?.(taker, store) === false) return undefined;
    const all = Array.from({ length: meaning.choices?.(taker, store) ?? 1 }, (_, choice) => choice);
    return all.find((choice) => this.after({ step: taker, choice }, store).written.has(queue));
  }
}

/**
 * Walks through the system at random and tries what each step that can be made is said to do.
 * @param walks how many; the same each time
 * @returns a line for each kind of step and cell of which something else is true; empty when all is
 */
export function auditDeclarations(system: System, walks: number): string[] {
  const audit = new Audit(system);
  let random = 1;
  // Numerical Recipes' generator; its low bits repeat soon.
  const upTo = (n: number): number => ((random = (Math.imul(random, 1664525) + 1013904223) | 0) >>> 8) % n;
  for (let walk = 0; walk < walks; walk++) {
    const world = new World(system);
    for (let n = 0; n < LONGEST; n++) {
      const able = system.processes.flatMap((_, p) => (world.outcomes(p) > 0 ? [p] : []));
      if (able.length === 0) break;
      for (const p of able) {
        const step = world.threads[p]!.step!;
        for (let choice = 0; choice < world.outcomes(p); choice++) audit.look({ step, choice }, world);
      }
      const p = able[upTo(able.length)]!;
      world.move(p, upTo(world.outcomes(p)));
    }
  }
  return [...audit.errors];
}
