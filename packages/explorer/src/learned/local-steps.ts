/** Thread-local (invisible) transitions: steps that read only cells that nobody ever writes, and write nothing. */
import type { Cell } from '../api/cell.ts';
import type { Store } from '../api/step.ts';
import type { System } from '../api/system.ts';
import type { Automaton } from './automaton.ts';
import type { AccessSets } from './access-sets.ts';
import type { Saved } from '../api/checkpoint.ts';
import { doubled } from '../store/growable.ts';
import { plain } from '../store/loading.ts';
import type { Saving } from '../store/saving.ts';
import { TRAIT } from '../store/traits.ts';

const UNKNOWN = 0;
const LOCAL = 1;
const SHARED = 2;
/**
 * Thread-local transitions in a row after which code is taken to loop: one in so many is explored like any other step.
 */
export const MOST_LOCAL_STEPS = 1000;

/** How a permutation of replicas maps cells. */
export interface CellMap {
  cell(cell: Cell): Cell;
}

/**
 * Such a step changes nothing, nobody can change what it observes, and no claim is judged after it: it is made together
 * with the step before it, whoever else is enabled. A gate that closes in between stops the process one step later.
 * Since nothing stops a process that has terminated, the last step of code with gates does not count. Which cells are
 * never written is learned, so a search proves something only if it learns nothing new about that.
 */
export class LocalTransitions {
  private kinds = new Uint8Array(256);
  private readonly values: number[] = [];
  private readonly written = new Set<Cell>();
  /** Nodes of processes with gates whose successor is not known yet. */
  private readonly undecided: number[] = [];

  constructor(
    private readonly system: System,
    private readonly automaton: Automaton,
    private readonly accessSets: AccessSets,
    private readonly generators: readonly CellMap[],
    private readonly used: boolean,
  ) {}

  /**
   * Takes account of what was learned.
   * @returns may other steps be thread-local now?
   */
  refresh(): boolean {
    const { writes, adds, cells } = this.accessSets;
    const before = this.written.size;
    for (let slot = 0; slot < cells.length; slot++) {
      if (this.written.has(cells[slot]!)) continue;
      let node = 0;
      while (node < this.automaton.nodeCount && !writes.has(node, slot) && !adds.has(node, slot)) node++;
      if (node < this.automaton.nodeCount) this.note(cells[slot]!);
    }
    const surer = this.undecided.some((node) => this.automaton.edges.find(node, this.values[node]!) >= 0);
    if (this.written.size === before && !surer) return false;
    this.kinds.fill(UNKNOWN);
    this.undecided.length = 0;
    return true;
  }

  /** A cell is written; so are its images. */
  private note(cell: Cell): void {
    if (this.written.has(cell)) return;
    this.written.add(cell);
    for (const map of this.generators) this.note(map.cell(cell));
  }

  save(to: Saving): void {
    to.plain('written', [...this.written]);
  }

  load(from: Saved): void {
    for (const cell of plain<readonly Cell[]>(from, 'written')) this.written.add(cell);
    this.kinds.fill(UNKNOWN);
  }

  /** Is the step of a node thread-local? */
  has(node: number): boolean {
    if (!this.used) return false;
    while (node >= this.kinds.length) this.kinds = doubled(this.kinds);
    const known = this.kinds[node]!;
    return (known === UNKNOWN ? (this.kinds[node] = this.classify(node)) : known) === LOCAL;
  }

  /** The value that it always observes. */
  observed(node: number): number {
    return this.values[node]!;
  }

  private classify(node: number): typeof LOCAL | typeof SHARED {
    const step = this.automaton.steps[node];
    if (
      step === undefined ||
      this.automaton.traits[node]! & (TRAIT.ended | TRAIT.gaveUp | TRAIT.waits | TRAIT.chooses | TRAIT.judged)
    )
      return SHARED;
    try {
      this.values[node] = this.automaton.meanings[node]!.apply(step, this.constants, 0);
    } catch (error) {
      if (error instanceof Changes) return SHARED;
      throw error;
    }
    return this.mayBeGatedForever(node) ? SHARED : LOCAL;
  }

  /**
   * Does this step terminate a process with gates, or make it give up? Before it a closed gate blocks the process for
   * ever, after it no gate does.
   */
  private mayBeGatedForever(node: number): boolean {
    const { automaton } = this;
    if (!this.system.processes[automaton.processOf[node]!]!.gates?.length) return false;
    const edge = this.edgeAfter(node);
    if (edge < 0) this.undecided.push(node);
    return edge < 0 || (automaton.traits[automaton.edges.to[edge]!]! & (TRAIT.ended | TRAIT.gaveUp)) !== 0;
  }

  /**
   * The edge after a thread-local step, -1 while it was not taken: what seems constant may turn out to be written. With
   * a symmetry it is learned at once, so that images are treated alike.
   */
  private edgeAfter(node: number): number {
    const { automaton } = this;
    if (this.generators.length === 0) return automaton.edges.find(node, this.values[node]!);
    // Code that loops for ever is not learned completely.
    let row = 0;
    for (
      let edge = automaton.edgeInto(node);
      edge >= 0 && row < MOST_LOCAL_STEPS && this.kinds[automaton.edges.from[edge]!] === LOCAL;
      row++
    )
      edge = automaton.edgeInto(automaton.edges.from[edge]!);
    return row < MOST_LOCAL_STEPS ? automaton.take(node, this.values[node]!) : -1;
  }

  private readonly constants: Store = {
    get: (cell) => {
      if (this.written.has(cell)) throw new Changes();
      return this.system.initial(cell);
    },
    set: () => {
      throw new Changes();
    },
  };
}

/** The step reads a cell that somebody writes, or writes itself. */
class Changes extends Error {}
