/**
 * Permutations of replicas, as they act on processes, cells and values; and the group that their transpositions
 * generate.
 */
import type { Cell } from '../api/cell.ts';
import type { ImageOfBits, Step } from '../api/step.ts';
import type { Replica, Symmetry } from '../api/system.ts';

/** One permutation. */
export class Permutation implements ImageOfBits {
  /** Per process: its image. */
  readonly processImages: Int32Array;
  private readonly cells = new Map<Cell, Cell>();
  private readonly bits: readonly (readonly [from: number, to: number])[];
  private readonly replicaBits: number;

  /** @param to per replica: its image */
  constructor(
    private readonly symmetry: Symmetry,
    replicas: readonly Replica[],
    private readonly masks: ReadonlySet<Cell>,
    readonly to: readonly number[],
    processes: number,
  ) {
    this.processImages = Int32Array.from({ length: processes }, (_, p) => p);
    replicas.forEach((member, m) => {
      const there = replicas[to[m]!]!;
      member.processes.forEach((p, i) => (this.processImages[p] = there.processes[i]!));
      member.cells.forEach((cell, i) => this.cells.set(cell, there.cells[i]!));
    });
    for (const pair of symmetry.pairs ?? [])
      for (const i of replicas.keys())
        for (const j of replicas.keys()) if (i !== j) this.cells.set(pair[i]![j]!, pair[to[i]!]![to[j]!]!);
    this.bits = replicas.flatMap(({ bit }, m) => (bit === undefined ? [] : [[bit, replicas[to[m]!]!.bit!] as const]));
    this.replicaBits = this.bits.reduce((all, [bit]) => all | (1 << bit), 0);
  }

  /** The image of a process. */
  process(p: number): number {
    return this.processImages[p]!;
  }

  /** The image of a cell. */
  cell(cell: Cell): Cell {
    return this.cells.get(cell) ?? cell;
  }

  /** The image of a value of a cell. */
  value(cell: Cell, value: number): number {
    return this.masks.has(cell) ? this.set(value) : value;
  }

  observed(step: Step, value: number): number {
    if (this.symmetry.observed) return this.symmetry.observed(step, value, this);
    return step.kind === 'load' && this.masks.has(step.cells[0]!) ? this.set(value) : value;
  }

  set(bits: number): number {
    let moved = bits & ~this.replicaBits;
    for (const [from, to] of this.bits) if ((bits >>> from) & 1) moved |= 1 << to;
    return moved;
  }

  bit(bit: number): number {
    return this.bits.find(([from]) => from === bit)?.[1] ?? bit;
  }
}

/** All permutations within the classes of replicas. */
export class SymmetryGroup {
  readonly replicas: readonly Replica[];
  /** Per replica: the number of its class. */
  readonly classOf: readonly number[];
  readonly masks: ReadonlySet<Cell>;
  /** Transpositions of neighbours, which generate the group. Each is its own inverse. */
  readonly generators: readonly Permutation[];
  private readonly known = new Map<number, Permutation>();

  constructor(
    readonly symmetry: Symmetry,
    private readonly processes: number,
  ) {
    this.replicas = symmetry.classes.flat();
    this.classOf = symmetry.classes.flatMap((replicas, c) => replicas.map(() => c));
    this.masks = new Set(symmetry.masks);
    const neighbours = this.replicas.flatMap((_, m) => (m > 0 && this.classOf[m] === this.classOf[m - 1] ? [m] : []));
    this.generators = neighbours.map((m) =>
      this.permutation(this.replicas.map((_, i) => (i === m ? m - 1 : i === m - 1 ? m : i))),
    );
  }

  /** @param to per replica: its image, of the same class; at most 15 replicas */
  permutation(to: ArrayLike<number>): Permutation {
    let key = 0;
    for (let m = 0; m < to.length; m++) key = 16 * key + to[m]!;
    let permutation = this.known.get(key);
    if (!permutation)
      this.known.set(
        key,
        (permutation = new Permutation(this.symmetry, this.replicas, this.masks, Array.from(to), this.processes)),
      );
    return permutation;
  }

  /** A permutation as a product of generators, in the order in which they are applied. */
  factors(permutation: Permutation): number[] {
    const order = [...permutation.to];
    const factors: number[] = [];
    // The exchanges that sort it, in reverse, make it.
    for (let sorted = false; !sorted;) {
      sorted = true;
      this.generators.forEach(({ to }, g) => {
        const m = to.findIndex((there, i) => there !== i);
        if (order[m]! <= order[m + 1]!) return;
        [order[m], order[m + 1]] = [order[m + 1]!, order[m]!];
        factors.push(g);
        sorted = false;
      });
    }
    return factors;
  }

  /** All permutations of the group. */
  all(): Permutation[] {
    const found = new Map<string, readonly number[]>();
    const begin = this.replicas.map((_, m) => m);
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
    return [...found.values()].map((to) => this.permutation(to));
  }
}
