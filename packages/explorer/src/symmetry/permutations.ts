/** Members of a symmetry in other places: what becomes of processes, cells and values. */
import type { Cell } from '../api/cell.ts';
import type { Renamed, Step } from '../api/step.ts';
import type { Member, Symmetry } from '../api/system.ts';

/** One order of the members. */
export class Renaming implements Renamed {
  /** Per process: the process whose place it takes. */
  readonly places: Int32Array;
  private readonly cells = new Map<Cell, Cell>();
  private readonly bits: readonly (readonly [from: number, to: number])[];
  private readonly named: number;

  /** @param to per member: whose place it takes */
  constructor(
    private readonly symmetry: Symmetry,
    members: readonly Member[],
    private readonly masks: ReadonlySet<Cell>,
    readonly to: readonly number[],
    processes: number,
  ) {
    this.places = Int32Array.from({ length: processes }, (_, p) => p);
    members.forEach((member, m) => {
      const there = members[to[m]!]!;
      member.processes.forEach((p, i) => (this.places[p] = there.processes[i]!));
      member.cells.forEach((cell, i) => this.cells.set(cell, there.cells[i]!));
    });
    for (const pair of symmetry.pairs ?? [])
      for (const i of members.keys())
        for (const j of members.keys()) if (i !== j) this.cells.set(pair[i]![j]!, pair[to[i]!]![to[j]!]!);
    this.bits = members.flatMap(({ bit }, m) => (bit === undefined ? [] : [[bit, members[to[m]!]!.bit!] as const]));
    this.named = this.bits.reduce((all, [bit]) => all | (1 << bit), 0);
  }

  /** The process that takes the place of process `p`. */
  process(p: number): number {
    return this.places[p]!;
  }

  /** The cell that takes the place of a cell. */
  cell(cell: Cell): Cell {
    return this.cells.get(cell) ?? cell;
  }

  /** What a value of a cell becomes. */
  value(cell: Cell, value: number): number {
    return this.masks.has(cell) ? this.set(value) : value;
  }

  observed(step: Step, value: number): number {
    if (this.symmetry.observed) return this.symmetry.observed(step, value, this);
    return step.kind === 'load' && this.masks.has(step.cells[0]!) ? this.set(value) : value;
  }

  set(bits: number): number {
    let moved = bits & ~this.named;
    for (const [from, to] of this.bits) if ((bits >>> from) & 1) moved |= 1 << to;
    return moved;
  }

  bit(bit: number): number {
    return this.bits.find(([from]) => from === bit)?.[1] ?? bit;
  }
}

/** All orders of the members of each class. */
export class Renamings {
  readonly members: readonly Member[];
  /** Per member: the number of its class. */
  readonly classOf: readonly number[];
  readonly masks: ReadonlySet<Cell>;
  /** Neighbours change places: all orders are made of these. Each undoes itself. */
  readonly generators: readonly Renaming[];
  private readonly known = new Map<number, Renaming>();

  constructor(
    readonly symmetry: Symmetry,
    private readonly processes: number,
  ) {
    this.members = symmetry.classes.flat();
    this.classOf = symmetry.classes.flatMap((members, c) => members.map(() => c));
    this.masks = new Set(symmetry.masks);
    const neighbours = this.members.flatMap((_, m) => (m > 0 && this.classOf[m] === this.classOf[m - 1] ? [m] : []));
    this.generators = neighbours.map((m) =>
      this.of(this.members.map((_, i) => (i === m ? m - 1 : i === m - 1 ? m : i))),
    );
  }

  /** @param to per member: whose place it takes, of the same class; at most 15 members */
  of(to: ArrayLike<number>): Renaming {
    let key = 0;
    for (let m = 0; m < to.length; m++) key = 16 * key + to[m]!;
    let renaming = this.known.get(key);
    if (!renaming)
      this.known.set(
        key,
        (renaming = new Renaming(this.symmetry, this.members, this.masks, Array.from(to), this.processes)),
      );
    return renaming;
  }

  /** The generators that make up a renaming, one after the other. */
  steps(renaming: Renaming): number[] {
    const order = [...renaming.to];
    const steps: number[] = [];
    // Sorting by exchanges of neighbours, told backwards, is the way there.
    for (let sorted = false; !sorted;) {
      sorted = true;
      this.generators.forEach(({ to }, g) => {
        const m = to.findIndex((there, i) => there !== i);
        if (order[m]! <= order[m + 1]!) return;
        [order[m], order[m + 1]] = [order[m + 1]!, order[m]!];
        steps.push(g);
        sorted = false;
      });
    }
    return steps;
  }

  /** All orders. */
  all(): Renaming[] {
    const found = new Map<string, readonly number[]>();
    const begin = this.members.map((_, m) => m);
    const open = [begin];
    found.set(begin.join(), begin);
    for (const to of open) {
      for (const g of this.generators) {
        const next = to.map((m) => g.to[m]!);
        if (found.has(next.join())) continue;
        found.set(next.join(), next);
        open.push(next);
      }
    }
    return [...found.values()].map((to) => this.of(to));
  }
}
