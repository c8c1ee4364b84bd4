/**
 * May-access sets: for each local state the cells that its step, and all steps that may follow it in the same process,
 * may read, write or update. The suffix sets are the least fixpoint over the edges of the learned automata.
 */
import type { Cell } from '../api/cell.ts';
import type { CellTest } from '../api/condition.ts';
import type { Meaning, Step } from '../api/step.ts';
import type { System } from '../api/system.ts';
import type { Automaton } from '../learned/automaton.ts';
import type { Saved } from '../api/checkpoint.ts';
import type { AccessSets } from '../learned/access-sets.ts';
import { assert, ASSERTS } from '../store/assert.ts';
import { exactly, plain } from '../store/loading.ts';
import type { Saving } from '../store/saving.ts';

/** A step that waits for this cell, and is blocked whenever the value does not pass, whatever other cells hold. */
export interface Acquire extends CellTest {
  readonly step: Step;
}

/**
 * One row of bits per node, one bit per touched cell (its slot). Made from what was learned so far; nodes learned later
 * have no row.
 */
export class MayAccess {
  readonly words: number;
  readonly nodes: number;
  /** Of the step of the node alone. Reads include the gates of its process. */
  readonly step: {
    readonly reads: Int32Array;
    readonly writes: Int32Array;
    readonly adds: Int32Array;
    readonly takes: Int32Array;
  };
  /** Of the step and all that may follow it. */
  readonly suffix: { readonly reads: Int32Array; readonly writes: Int32Array; readonly adds: Int32Array };
  /**
   * Cells that may be touched, now or later, without first passing a step that waits for them: no lock protects them on
   * that path.
   */
  readonly unprotected: Int32Array;
  /** The same, not counting steps that only enqueue to the cell. */
  readonly unprotectedUnlessEnqueued: Int32Array;
  /** Per slot: the distinct steps that wait for the cell. */
  readonly acquires = new Map<number, Acquire[]>();

  /** Per slot: its cell. */
  readonly cells: readonly Cell[];
  /** Cells that claims about terminal states read. */
  private readonly finals: Int32Array;

  /**
   * @param saved sets of an earlier version of the learned model, and their name in the checkpoint; absent: computed
   * from what is known now
   */
  constructor(
    system: System,
    automaton: Automaton,
    accessSets: AccessSets,
    saved?: { readonly from: Saved; readonly name: string },
  ) {
    this.cells = accessSets.cells;
    const gates = system.processes.map(({ gates = [] }) => gates.map((gate) => accessSets.slot(gate)));
    const size = saved && plain<{ nodes: number; words: number }>(saved.from, saved.name);
    this.nodes = size?.nodes ?? automaton.nodeCount;
    const locksAcquired = automaton.steps
      .slice(0, this.nodes)
      .map((step, node) => this.locksAcquired(step, automaton.meanings[node], accessSets));
    if (saved && size) {
      const row = (part: string): Int32Array => exactly(saved.from, `${saved.name} ${part}`);
      this.words = size.words;
      this.finals = row('finals');
      this.step = {
        reads: row('step reads'),
        writes: row('step writes'),
        adds: row('step adds'),
        takes: row('step takes'),
      };
      this.suffix = { reads: row('suffix reads'), writes: row('suffix writes'), adds: row('suffix adds') };
      this.unprotected = row('unprotected');
      this.unprotectedUnlessEnqueued = row('unprotectedUnlessEnqueued');
      return;
    }
    this.words = (accessSets.cells.length + 31) >>> 5;
    const rows = (): Int32Array => new Int32Array(this.nodes * this.words);
    this.finals = Int32Array.from({ length: this.words }, (_, w) => accessSets.finals.word(0, w));
    this.step = { reads: rows(), writes: rows(), adds: rows(), takes: rows() };
    this.unprotected = rows();
    this.unprotectedUnlessEnqueued = rows();
    const locks = rows();
    const mixed = Int32Array.from({ length: this.words }, (_, w) => accessSets.mixedBits(w));
    for (let node = 0; node < this.nodes; node++) {
      if (automaton.steps[node] !== undefined)
        for (const gate of gates[automaton.processOf[node]!]!) accessSets.reads.add(node, gate);
      for (const slot of locksAcquired[node]!)
        if (slot >>> 5 < this.words) locks[node * this.words + (slot >>> 5)]! |= 1 << slot;
      this.fillRow(node, accessSets, locks, mixed);
    }
    this.suffix = { reads: this.step.reads.slice(), writes: this.step.writes.slice(), adds: this.step.adds.slice() };
    this.closeOverSuffixes(automaton, locks);
    if (ASSERTS) assert(this.isClosed(automaton), 'what a process may access includes what it may access later');
  }

  /**
   * Of some of 32 cells, those that a node may touch, now or later, without acquiring them first.
   * @param cells bits of the cells
   * @param queues those of them from which the other process dequeues: enqueues to them do not count
   */
  unprotectedAmong(node: number, word: number, cells: number, queues: number): number {
    const at = node * this.words + word;
    return (cells & ~queues & this.unprotected[at]!) | (queues & this.unprotectedUnlessEnqueued[at]!);
  }

  save(to: Saving, name: string): void {
    const { nodes, words, finals, step, suffix, unprotected, unprotectedUnlessEnqueued } = this;
    to.plain(name, { nodes, words });
    const columns = {
      finals,
      'step reads': step.reads,
      'step writes': step.writes,
      'step adds': step.adds,
      'step takes': step.takes,
      'suffix reads': suffix.reads,
      'suffix writes': suffix.writes,
      'suffix adds': suffix.adds,
      unprotected,
      unprotectedUnlessEnqueued,
    };
    for (const [part, numbers] of Object.entries(columns)) to.whole(`${name} ${part}`, numbers);
  }

  /** Are all conclusions from these sets the same as from the others? */
  equals(other: MayAccess): boolean {
    if (this.nodes !== other.nodes || this.words !== other.words || this.acquires.size !== other.acquires.size)
      return false;
    for (const [slot, steps] of this.acquires) if (other.acquires.get(slot)?.length !== steps.length) return false;
    const columns = ({ step, suffix, unprotected, unprotectedUnlessEnqueued, finals }: MayAccess): Int32Array[] => [
      step.reads,
      step.writes,
      step.adds,
      step.takes,
      suffix.reads,
      suffix.writes,
      suffix.adds,
      unprotected,
      unprotectedUnlessEnqueued,
      finals,
    ];
    const theirs = columns(other);
    return columns(this).every((column, i) => column.every((bits, at) => bits === theirs[i]![at]));
  }

  /**
   * Fills the row of the node's own step. A cell that is updated by steps of two kinds counts as read and written by
   * them.
   */
  private fillRow(node: number, accessSets: AccessSets, locks: Int32Array, mixed: Int32Array): void {
    const { reads, writes, adds, claims } = accessSets;
    const { posts, takes } = accessSets.declaredOf(node);
    for (let w = 0; w < this.words; w++) {
      const at = node * this.words + w;
      const demoted = adds.word(node, w) & mixed[w]!;
      this.step.reads[at] = reads.word(node, w) | demoted;
      this.step.writes[at] = writes.word(node, w) | demoted;
      this.step.adds[at] = adds.word(node, w) & ~demoted;
      this.step.takes[at] = this.bitsOf(takes, accessSets, w) & ~claims.word(node, w);
      this.unprotected[at] = (this.step.reads[at] | this.step.writes[at] | this.step.adds[at]) & ~locks[at]!;
      this.unprotectedUnlessEnqueued[at] =
        this.unprotected[at] & ~(this.bitsOf(posts, accessSets, w) & ~claims.word(node, w));
    }
  }

  /** Cells as bits among the 32 slots of a word. */
  private bitsOf(cells: ReadonlySet<Cell>, accessSets: AccessSets, word: number): number {
    let bits = 0;
    for (const cell of cells) {
      const slot = accessSets.slotIfTouched(cell);
      if (slot >= 0 && slot >>> 5 === word) bits |= 1 << slot;
    }
    return bits;
  }

  /**
   * Adds to each node what its successors may access, until nothing changes. Edges found late mostly lead to nodes
   * found late, so going backwards one pass is mostly enough.
   */
  private closeOverSuffixes({ edges }: Automaton, locks: Int32Array): void {
    const { words, unprotected, unprotectedUnlessEnqueued } = this;
    const { reads, writes, adds } = this.suffix;
    for (let changed = true; changed;) {
      changed = false;
      for (let edge = edges.count - 1; edge >= 0; edge--) {
        const node = edges.from[edge]!;
        const next = edges.to[edge]!;
        for (let w = 0; w < words; w++) {
          const a = node * words + w;
          const b = next * words + w;
          for (const row of [reads, writes, adds]) changed = join(row, a, row[b]!) || changed;
          for (const row of [unprotected, unprotectedUnlessEnqueued])
            changed = join(row, a, row[b]! & ~locks[a]!) || changed;
        }
      }
    }
  }

  /** For assertions: does the suffix of every node include its step, and the suffixes of its successors? */
  private isClosed({ edges }: Automaton): boolean {
    const { words, step, suffix } = this;
    const rows = [
      [step.reads, suffix.reads],
      [step.writes, suffix.writes],
      [step.adds, suffix.adds],
    ] as const;
    for (const [own, all] of rows) if (own.some((bits, at) => (bits & ~all[at]!) !== 0)) return false;
    for (let edge = 0; edge < edges.count; edge++) {
      const [from, to] = [edges.from[edge]! * words, edges.to[edge]! * words];
      for (const [, all] of rows)
        for (let w = 0; w < words; w++) if ((all[to + w]! & ~all[from + w]!) !== 0) return false;
    }
    return true;
  }

  /** Slots of the cells that a step waits for, each of them sufficient to block it. */
  private locksAcquired(step: Step | undefined, meaning: Meaning | undefined, accessSets: AccessSets): number[] {
    if (step === undefined || !meaning?.enabled || !meaning.needs) return [];
    return meaning.needs(step).tests.map(({ cell, passes }) => {
      const slot = accessSets.slot(cell);
      let known = this.acquires.get(slot);
      if (!known) this.acquires.set(slot, (known = []));
      if (!known.some((other) => sameAcquire(other.step, step))) known.push({ cell, passes, step });
      return slot;
    });
  }
}

function join(row: Int32Array, at: number, bits: number): boolean {
  const old = row[at]!;
  row[at] = old | bits;
  return row[at] !== old;
}

const sameAcquire = (a: Step, b: Step): boolean =>
  a.kind === b.kind && a.cpu === b.cpu && a.cells.join() === b.cells.join() && a.args.join() === b.args.join();
