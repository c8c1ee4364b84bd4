/** Which cells each local state may still touch, now or at any later step of its process. */
import type { Cell } from '../api/cell.ts';
import type { CellTest } from '../api/condition.ts';
import type { Meaning, Step } from '../api/step.ts';
import type { System } from '../api/system.ts';
import type { Automaton } from '../learned/automaton.ts';
import type { Saved } from '../api/checkpoint.ts';
import type { Footprints } from '../learned/access-sets.ts';
import { exactly, plain } from '../store/loading.ts';
import type { Mutant } from '../api/reductions.ts';
import type { Saving } from '../store/saving.ts';

/** A step that waits for a cell, and needs nothing else to know that it must. */
export interface Acquire extends CellTest {
  readonly step: Step;
}

/** Rows of bits per node, one bit per touched cell. Made from what is learned so far; nodes learned later have no future yet. */
export class Futures {
  readonly words: number;
  readonly nodes: number;
  /** Of the node's own step; reads include the gates of its process. */
  readonly own: {
    readonly reads: Int32Array;
    readonly writes: Int32Array;
    readonly adds: Int32Array;
    readonly takes: Int32Array;
  };
  /** Of this step and all after it. */
  readonly all: { readonly reads: Int32Array; readonly writes: Int32Array; readonly adds: Int32Array };
  /** Touched in some future in which no step that waits for this cell comes before: it is no lock there. */
  readonly unguarded: Int32Array;
  /** The same without what is only added to the end of a queue. */
  readonly unposted: Int32Array;
  /** Per slot: the different steps that wait for it. */
  readonly acquires = new Map<number, Acquire[]>();

  /** Per slot: its cell. */
  readonly cells: readonly Cell[];
  /** Cells that claims about ends look at. */
  private readonly finals: Int32Array;

  /** @param saved futures that were made when less was known, and their name in what was saved; absent: of what is known now */
  constructor(
    system: System,
    automaton: Automaton,
    footprints: Footprints,
    mutants: ReadonlySet<Mutant>,
    saved?: { readonly from: Saved; readonly name: string },
  ) {
    this.cells = footprints.cells;
    const gates = system.processes.map(({ gates = [] }) => gates.map((gate) => footprints.slot(gate)));
    const size = saved && plain<{ nodes: number; words: number }>(saved.from, saved.name);
    this.nodes = size?.nodes ?? automaton.nodeCount;
    const locksOf = automaton.steps
      .slice(0, this.nodes)
      .map((step, node) => this.locksOf(step, automaton.meanings[node], footprints));
    if (saved && size) {
      const row = (part: string): Int32Array => exactly(saved.from, `${saved.name} ${part}`);
      this.words = size.words;
      this.finals = row('finals');
      this.own = { reads: row('own reads'), writes: row('own writes'), adds: row('own adds'), takes: row('own takes') };
      this.all = { reads: row('all reads'), writes: row('all writes'), adds: row('all adds') };
      this.unguarded = row('unguarded');
      this.unposted = row('unposted');
      return;
    }
    this.words = (footprints.cells.length + 31) >>> 5;
    const rows = (): Int32Array => new Int32Array(this.nodes * this.words);
    this.finals = Int32Array.from({ length: this.words }, (_, w) => footprints.finals.word(0, w));
    this.own = { reads: rows(), writes: rows(), adds: rows(), takes: rows() };
    this.unguarded = rows();
    this.unposted = rows();
    const guards = rows();
    const mixed = Int32Array.from({ length: this.words }, (_, w) => footprints.mixedBits(w));
    for (let node = 0; node < this.nodes; node++) {
      if (automaton.steps[node] !== undefined && !mutants.has('gates are read'))
        for (const gate of gates[automaton.processOf[node]!]!) footprints.reads.add(node, gate);
      for (const slot of locksOf[node]!)
        if (slot >>> 5 < this.words) guards[node * this.words + (slot >>> 5)]! |= 1 << slot;
      this.learn(node, footprints, guards, mixed, mutants.has('queues are only added to'));
    }
    this.all = { reads: this.own.reads.slice(), writes: this.own.writes.slice(), adds: this.own.adds.slice() };
    if (!mutants.has('futures reach on')) this.reachOn(automaton, guards, mutants);
  }

  /**
   * Of some of 32 cells those that the future of a node may touch without waiting for them first.
   * @param queues of these cells those from which somebody takes: to add to them does not count
   */
  open(node: number, word: number, cells: number, queues: number): number {
    const at = node * this.words + word;
    return (cells & ~queues & this.unguarded[at]!) | (queues & this.unposted[at]!);
  }

  save(to: Saving, name: string): void {
    const { nodes, words, finals, own, all, unguarded, unposted } = this;
    to.plain(name, { nodes, words });
    const columns = {
      finals,
      'own reads': own.reads,
      'own writes': own.writes,
      'own adds': own.adds,
      'own takes': own.takes,
      'all reads': all.reads,
      'all writes': all.writes,
      'all adds': all.adds,
      unguarded,
      unposted,
    };
    for (const [part, numbers] of Object.entries(columns)) to.whole(`${name} ${part}`, numbers);
  }

  /** Does everything that is concluded from these futures follow from those? */
  equals(other: Futures): boolean {
    if (this.nodes !== other.nodes || this.words !== other.words || this.acquires.size !== other.acquires.size)
      return false;
    for (const [slot, steps] of this.acquires) if (other.acquires.get(slot)?.length !== steps.length) return false;
    const columns = ({ own, all, unguarded, unposted, finals }: Futures): Int32Array[] => [
      own.reads,
      own.writes,
      own.adds,
      own.takes,
      all.reads,
      all.writes,
      all.adds,
      unguarded,
      unposted,
      finals,
    ];
    const theirs = columns(other);
    return columns(this).every((column, i) => column.every((bits, at) => bits === theirs[i]![at]));
  }

  /** The row of one node's own step. What steps of two kinds add to is read and written like any other cell. */
  private learn(node: number, footprints: Footprints, guards: Int32Array, mixed: Int32Array, allPosts: boolean): void {
    const { reads, writes, adds, claims } = footprints;
    const { posts, takes } = footprints.declaredOf(node);
    for (let w = 0; w < this.words; w++) {
      const at = node * this.words + w;
      const demoted = adds.word(node, w) & mixed[w]!;
      this.own.reads[at] = reads.word(node, w) | demoted;
      this.own.writes[at] = writes.word(node, w) | demoted;
      this.own.adds[at] = adds.word(node, w) & ~demoted;
      this.own.takes[at] = this.bitsOf(takes, footprints, w) & ~claims.word(node, w);
      this.unguarded[at] = (this.own.reads[at] | this.own.writes[at] | this.own.adds[at]) & ~guards[at]!;
      this.unposted[at] = allPosts
        ? 0
        : this.unguarded[at] & ~(this.bitsOf(posts, footprints, w) & ~claims.word(node, w));
    }
  }

  /** Cells as bits among 32 slots. */
  private bitsOf(cells: ReadonlySet<Cell>, footprints: Footprints, word: number): number {
    let bits = 0;
    for (const cell of cells) {
      const slot = footprints.slotIfTouched(cell);
      if (slot >= 0 && slot >>> 5 === word) bits |= 1 << slot;
    }
    return bits;
  }

  /** Ways lead on, round loops too: until nothing changes. Edges found late lead to nodes found late, so one round mostly does. */
  private reachOn({ edges, roots, processOf }: Automaton, guards: Int32Array, mutants: ReadonlySet<Mutant>): void {
    const { words, unguarded, unposted } = this;
    const { reads, writes, adds } = this.all;
    for (let changed = true; changed;) {
      changed = false;
      for (let edge = edges.count - 1; edge >= 0; edge--) {
        const node = edges.from[edge]!;
        const next = edges.to[edge]!;
        if (mutants.has('daemons start again') && next === roots[processOf[next]!]) continue;
        for (let w = 0; w < words; w++) {
          const a = node * words + w;
          const b = next * words + w;
          for (const row of [reads, writes, adds]) changed = join(row, a, row[b]!) || changed;
          for (const row of [unguarded, unposted]) changed = join(row, a, row[b]! & ~guards[a]!) || changed;
        }
      }
    }
  }

  /** Slots of cells for which a step waits, each by itself. */
  private locksOf(step: Step | undefined, meaning: Meaning | undefined, footprints: Footprints): number[] {
    if (step === undefined || !meaning?.enabled || !meaning.needs) return [];
    return meaning.needs(step).tests.map(({ cell, passes }) => {
      const slot = footprints.slot(cell);
      let known = this.acquires.get(slot);
      if (!known) this.acquires.set(slot, (known = []));
      if (!known.some((other) => alike(other.step, step))) known.push({ cell, passes, step });
      return slot;
    });
  }
}

function join(row: Int32Array, at: number, bits: number): boolean {
  const old = row[at]!;
  row[at] = old | bits;
  return row[at] !== old;
}

const alike = (a: Step, b: Step): boolean =>
  a.kind === b.kind && a.cpu === b.cpu && a.cells.join() === b.cells.join() && a.args.join() === b.args.join();
