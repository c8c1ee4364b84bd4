/** Which cells the step of each local state touches: learned by watching, like the automata themselves. */
import type { Cell } from '../api/cell.ts';
import type { System } from '../api/system.ts';
import type { Automaton } from './automaton.ts';
import { BitRows } from '../store/bit-rows.ts';
import type { Saved } from '../api/checkpoint.ts';
import { plain } from '../store/loading.ts';
import type { Mutant } from '../api/reductions.ts';
import type { Saving } from '../store/saving.ts';

/**
 * What was seen so far. It may lack what no search has seen yet: a search that made use of it is worth something only when
 * `version` has not moved while it ran. (A step is a function of what it reads: its first read is always the same, and is seen the
 * first time; its second depends on the value of the first, and so on. So the first time that a step does something new is seen
 * by every search that reaches this step with equal values in all cells that it was known to read.)
 */
export class Footprints {
  /** Moves when something new was seen. */
  version = 0;
  readonly reads = new BitRows();
  readonly writes = new BitRows();
  /** Updates that were declared to commute, and nothing else. */
  readonly adds = new BitRows();
  /** Cells that claims look at, which are judged after the step. */
  readonly claims = new BitRows();
  /** Row 0: cells that claims about ends look at. */
  readonly finals = new BitRows();
  /** Cells by slot: those that were ever touched. */
  readonly cells: Cell[] = [];
  private readonly slots: Int32Array;
  private readonly declared: (Declared | undefined)[] = [];
  /** Per slot: the kind of step that adds to it; `mixed` when there are several. */
  private readonly adders: string[] = [];

  constructor(
    private readonly system: System,
    private readonly automaton: Automaton,
    private readonly commute: boolean,
    private readonly mutants: ReadonlySet<Mutant>,
  ) {
    this.slots = new Int32Array(system.cellCount).fill(-1);
  }

  /** Number of a touched cell. */
  slot(cell: Cell): number {
    const known = this.slots[cell]!;
    if (known >= 0) return known;
    this.cells.push(cell);
    return (this.slots[cell] = this.cells.length - 1);
  }

  /** Slot of a cell, or -1 when nobody was seen touching it. */
  slotIfTouched(cell: Cell): number {
    return this.slots[cell]!;
  }

  noteRead(node: number, cell: Cell): void {
    if (this.reads.add(node, this.slot(cell))) this.version++;
  }

  /** What is judged after a step sees more than the step: it may be told whether a queue was added to. */
  noteClaim(node: number, cell: Cell): void {
    if (this.claims.add(node, this.slot(cell))) this.version++;
  }

  /** A read or write of a step while it happens. */
  noteTouch(node: number, cell: Cell, rows: BitRows): void {
    const slot = this.slot(cell);
    if (this.declaredOf(node).adds.has(cell)) rows = this.adderOf(node, slot);
    if (rows.add(node, slot)) this.version++;
  }

  noteFinal(cell: Cell): void {
    if (this.finals.add(0, this.slot(cell)) && !this.mutants.has('finals make news')) this.version++;
  }

  /** Learns of `image` what is known of `node`, which touches the images of its cells. */
  mirror(node: number, image: number, map: (cell: Cell) => Cell): void {
    for (const rows of [this.reads, this.writes, this.adds, this.claims]) {
      for (let slot = 0; slot < this.cells.length; slot++) {
        if (!rows.has(node, slot)) continue;
        const there = this.slot(map(this.cells[slot]!));
        if (rows === this.adds) this.adderOf(image, there);
        if (rows.add(image, there)) this.version++;
      }
    }
  }

  mirrorFinals(map: (cell: Cell) => Cell): void {
    for (let slot = 0; slot < this.cells.length; slot++)
      if (this.finals.has(0, slot)) this.noteFinal(map(this.cells[slot]!));
  }

  /** Of 32 slots those to which steps of two kinds add: these updates are ordinary ones. */
  mixedBits(word: number): number {
    let bits = 0;
    for (let i = 0; i < 32; i++) if (this.adders[32 * word + i] === 'mixed') bits |= 1 << i;
    return bits;
  }

  save(to: Saving): void {
    to.plain('footprints', { version: this.version, cells: [...this.cells], adders: [...this.adders] });
    for (const name of ROWS) this[name].save(to, name);
  }

  /** @throws what `from` says when cells that have a slot from the start have another one there */
  load(from: Saved): void {
    const { version, cells, adders } = plain<{ version: number; cells: Cell[]; adders: (string | null)[] }>(
      from,
      'footprints',
    );
    for (const cell of cells) this.slot(cell);
    if (this.cells.some((cell, slot) => cell !== cells[slot])) throw from.refuse('it begins with other cells');
    this.version = version;
    adders.forEach((kind, slot) => {
      if (kind !== null) this.adders[slot] = kind;
    });
    for (const name of ROWS) this[name].load(from, name);
  }

  private adderOf(node: number, slot: number): BitRows {
    const kind = this.automaton.steps[node]!.kind;
    const known = (this.adders[slot] ??= kind);
    if (known !== kind && known !== 'mixed' && !this.mutants.has('adds of two kinds meet')) {
      this.adders[slot] = 'mixed';
      this.version++;
    }
    return this.adds;
  }

  /** What the step of a node is said to do to cells, beyond reading and writing them. */
  declaredOf(node: number): Declared {
    const known = this.declared[node];
    if (known) return known;
    const step = this.automaton.steps[node];
    if (!this.commute || step === undefined) return NOTHING;
    const { adds, reads, writes, posts = [], takes = [] } = this.system.meaning(step.kind).footprint(step);
    return (this.declared[node] = {
      adds: new Set(adds.filter((cell) => !reads.includes(cell) && !writes.includes(cell))),
      posts: new Set(posts),
      takes: new Set(takes),
    });
  }
}

/** Cells by what `Footprint` says of them. */
interface Declared {
  readonly adds: ReadonlySet<Cell>;
  readonly posts: ReadonlySet<Cell>;
  readonly takes: ReadonlySet<Cell>;
}

const ROWS = ['reads', 'writes', 'adds', 'claims', 'finals'] as const;
const NOTHING: Declared = { adds: new Set(), posts: new Set(), takes: new Set() };
