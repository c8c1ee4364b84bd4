/**
 * Access sets: the cells that the step of each local state reads, writes and updates, learned by recording what it
 * does.
 */
import type { Cell } from '../api/cell.ts';
import type { System } from '../api/system.ts';
import type { Automaton } from './automaton.ts';
import { BitRows } from '../store/bit-rows.ts';
import type { Saved } from '../api/checkpoint.ts';
import { plain } from '../store/loading.ts';
import type { Saving } from '../store/saving.ts';

/**
 * What was recorded so far. It may be incomplete: a search that relies on it proves something only if nothing relevant
 * was added while it ran. (A step is a function of what it reads: its first read is always the same and is recorded the
 * first time; its second depends on the value of the first, and so on. So when a step does something new, it is
 * recorded by every search that reaches the step with equal values in all cells that it was known to read.)
 */
export class AccessSets {
  /** Incremented when something new was recorded. */
  version = 0;
  readonly reads = new BitRows();
  readonly writes = new BitRows();
  /** Updates that were declared to commute, and that are not read or written otherwise. */
  readonly adds = new BitRows();
  /** Cells read by claims that are judged after the step. */
  readonly claims = new BitRows();
  /** Row 0: cells read by claims about terminal states. */
  readonly finals = new BitRows();
  /** Touched cells; the index is the slot of a cell. */
  readonly cells: Cell[] = [];
  private readonly slots: Int32Array;
  private readonly declared: (Declared | undefined)[] = [];
  /** Per slot: the kind of step that updates it; `mixed` when there are several. */
  private readonly updateKinds: string[] = [];

  constructor(
    private readonly system: System,
    private readonly automaton: Automaton,
    private readonly commute: boolean,
  ) {
    this.slots = new Int32Array(system.cellCount).fill(-1);
  }

  /** Slot of a cell, which is touched. */
  slot(cell: Cell): number {
    const known = this.slots[cell]!;
    if (known >= 0) return known;
    this.cells.push(cell);
    return (this.slots[cell] = this.cells.length - 1);
  }

  /** Slot of a cell, or -1 when it was never touched. */
  slotIfTouched(cell: Cell): number {
    return this.slots[cell]!;
  }

  noteRead(node: number, cell: Cell): void {
    if (this.reads.add(node, this.slot(cell))) this.version++;
  }

  /** A claim judged after a step sees more than the step itself: it can tell whether something was enqueued. */
  noteClaim(node: number, cell: Cell): void {
    if (this.claims.add(node, this.slot(cell))) this.version++;
  }

  /** Records a read or a write of a step. */
  noteTouch(node: number, cell: Cell, rows: BitRows): void {
    const slot = this.slot(cell);
    if (this.declaredOf(node).adds.has(cell)) rows = this.updateRowOf(node, slot);
    if (rows.add(node, slot)) this.version++;
  }

  noteFinal(cell: Cell): void {
    if (this.finals.add(0, this.slot(cell))) this.version++;
  }

  /** Adds to `image` what is known of `node`, mapped by a permutation of cells. */
  addImage(node: number, image: number, map: (cell: Cell) => Cell): void {
    for (const rows of [this.reads, this.writes, this.adds, this.claims]) {
      for (let slot = 0; slot < this.cells.length; slot++) {
        if (!rows.has(node, slot)) continue;
        const there = this.slot(map(this.cells[slot]!));
        if (rows === this.adds) this.updateRowOf(image, there);
        if (rows.add(image, there)) this.version++;
      }
    }
  }

  addFinalImages(map: (cell: Cell) => Cell): void {
    for (let slot = 0; slot < this.cells.length; slot++)
      if (this.finals.has(0, slot)) this.noteFinal(map(this.cells[slot]!));
  }

  /** Of 32 slots, those that are updated by steps of two kinds: such updates do not commute. */
  mixedBits(word: number): number {
    let bits = 0;
    for (let i = 0; i < 32; i++) if (this.updateKinds[32 * word + i] === 'mixed') bits |= 1 << i;
    return bits;
  }

  save(to: Saving): void {
    to.plain('access sets', { version: this.version, cells: [...this.cells], updateKinds: [...this.updateKinds] });
    for (const name of ROWS) this[name].save(to, name);
  }

  /** @throws the error of `from` when the cells that have a slot from the start differ */
  load(from: Saved): void {
    const { version, cells, updateKinds } = plain<{ version: number; cells: Cell[]; updateKinds: (string | null)[] }>(
      from,
      'access sets',
    );
    for (const cell of cells) this.slot(cell);
    if (this.cells.some((cell, slot) => cell !== cells[slot])) throw from.refuse('it begins with other cells');
    this.version = version;
    updateKinds.forEach((kind, slot) => {
      if (kind !== null) this.updateKinds[slot] = kind;
    });
    for (const name of ROWS) this[name].load(from, name);
  }

  private updateRowOf(node: number, slot: number): BitRows {
    const kind = this.automaton.steps[node]!.kind;
    const known = (this.updateKinds[slot] ??= kind);
    if (known !== kind && known !== 'mixed') {
      this.updateKinds[slot] = 'mixed';
      this.version++;
    }
    return this.adds;
  }

  /** Declared accesses of the step of a node. */
  declaredOf(node: number): Declared {
    const known = this.declared[node];
    if (known) return known;
    const step = this.automaton.steps[node];
    if (!this.commute || step === undefined) return NOTHING;
    const meaning = this.system.meaning(step.kind);
    return (this.declared[node] = {
      adds: new Set(meaning.commutes?.(step)),
      posts: new Set(meaning.enqueues?.(step)),
      takes: new Set(meaning.dequeues?.(step)),
    });
  }
}

/** Cells as `Meaning` declares them: commuting updates, enqueue, dequeue. */
interface Declared {
  readonly adds: ReadonlySet<Cell>;
  readonly posts: ReadonlySet<Cell>;
  readonly takes: ReadonlySet<Cell>;
}

const ROWS = ['reads', 'writes', 'adds', 'claims', 'finals'] as const;
const NOTHING: Declared = { adds: new Set(), posts: new Set(), takes: new Set() };
