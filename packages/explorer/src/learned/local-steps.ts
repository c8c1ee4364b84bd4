/** Steps that read nothing but what nobody ever writes: they tell their process only what was so from the start. */
import type { Cell } from '../api/cell.ts';
import type { Store } from '../api/step.ts';
import type { System } from '../api/system.ts';
import type { Automaton } from './automaton.ts';
import type { Footprints } from './access-sets.ts';
import type { Saved } from '../api/checkpoint.ts';
import { doubled } from '../store/growable.ts';
import { plain } from '../store/loading.ts';
import type { Saving } from '../store/saving.ts';
import type { Mutant } from '../api/reductions.ts';
import type { Renaming } from '../symmetry/permutations.ts';
import { TRAIT } from '../store/traits.ts';

const UNKNOWN = 0;
const LOCAL = 1;
const SHARED = 2;
/** Local steps in a row after which code is taken to go round for ever: one of so many is made by itself. */
export const MANY = 1000;

/**
 * Such a step changes nothing, nobody can change what it observes, and no claim is judged there: it may be made together with the step
 * before it, whoever else could move. A gate that closes meanwhile holds up the process one step later; but
 * nothing holds up one that has ended, so the last step of code with gates is none of these. Which cells nobody writes is
 * learned, so it is worth something only in a search that learns nothing.
 */
export class LocalSteps {
  private kinds = new Uint8Array(256);
  private readonly values: number[] = [];
  private readonly written = new Set<Cell>();
  /** Nodes of processes with gates of which is not known what comes after them. */
  private readonly unsure: number[] = [];

  constructor(
    private readonly system: System,
    private readonly automaton: Automaton,
    private readonly footprints: Footprints,
    private readonly generators: readonly Renaming[],
    private readonly used: boolean,
    private readonly mutants: ReadonlySet<Mutant>,
  ) {}

  /** Takes account of what was learned; says whether other steps may be local now. */
  refresh(): boolean {
    const { writes, adds, cells } = this.footprints;
    const before = this.written.size;
    for (let slot = 0; slot < cells.length; slot++) {
      if (this.written.has(cells[slot]!)) continue;
      let node = 0;
      while (node < this.automaton.nodeCount && !writes.has(node, slot) && !adds.has(node, slot)) node++;
      if (node < this.automaton.nodeCount) this.note(cells[slot]!);
    }
    const surer = this.unsure.some((node) => this.automaton.edges.find(node, this.values[node]!) >= 0);
    if (this.written.size === before && !surer) return false;
    this.kinds.fill(UNKNOWN);
    this.unsure.length = 0;
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

  /** Is the step of a node one? */
  has(node: number): boolean {
    if (!this.used) return false;
    while (node >= this.kinds.length) this.kinds = doubled(this.kinds);
    const known = this.kinds[node]!;
    return (known === UNKNOWN ? (this.kinds[node] = this.look(node)) : known) === LOCAL;
  }

  /** What it observes, always. */
  observed(node: number): number {
    return this.values[node]!;
  }

  private look(node: number): typeof LOCAL | typeof SHARED {
    const step = this.automaton.steps[node];
    if (
      step === undefined ||
      this.automaton.traits[node]! &
        (TRAIT.ended |
          TRAIT.gaveUp |
          TRAIT.waits |
          TRAIT.chooses |
          (this.mutants.has('judged steps are not local') ? 0 : TRAIT.judged))
    )
      return SHARED;
    try {
      this.values[node] = this.automaton.meanings[node]!.apply(step, this.constants, 0);
    } catch (error) {
      if (error instanceof Changes) return SHARED;
      throw error;
    }
    return this.mayBeHeldUpForEver(node) ? SHARED : LOCAL;
  }

  /** Does a process with gates end or give up by this step? Before it it is stuck where a gate stays shut, after it it is not. */
  private mayBeHeldUpForEver(node: number): boolean {
    const { automaton } = this;
    if (
      !this.system.processes[automaton.processOf[node]!]!.gates?.length ||
      this.mutants.has('before an end gates hold up')
    )
      return false;
    const edge = this.edgeAfter(node);
    if (edge < 0) this.unsure.push(node);
    return edge < 0 || (automaton.traits[automaton.edges.to[edge]!]! & (TRAIT.ended | TRAIT.gaveUp)) !== 0;
  }

  /** -1 while it was not taken: what seems to be a constant may turn out to be written. With a symmetry it is learned at once, alike for all images. */
  private edgeAfter(node: number): number {
    const { automaton } = this;
    if (this.generators.length === 0) return automaton.edges.find(node, this.values[node]!);
    // Of code that goes round for ever not all is learned.
    let row = 0;
    for (
      let edge = automaton.edgeInto(node);
      edge >= 0 && row < MANY && this.kinds[automaton.edges.from[edge]!] === LOCAL;
      row++
    )
      edge = automaton.edgeInto(automaton.edges.from[edge]!);
    return row < MANY ? automaton.follow(node, this.values[node]!) : -1;
  }

  private readonly constants: Store = {
    get: (cell) => {
      if (this.isWritten(cell)) throw new Changes();
      return this.system.initial(cell);
    },
    set: () => {
      throw new Changes();
    },
  };

  private isWritten(cell: Cell): boolean {
    return this.written.has(cell) && !this.mutants.has('what is written is not local');
  }
}

/** A step looked at a cell that somebody writes, or writes itself. */
class Changes extends Error {}
