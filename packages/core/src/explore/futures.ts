/** Which cells each local state may still touch, now or at any later step of its process. */
import type { Cell } from '../words/cells.ts';
import type { Meaning, Step } from '../words/step.ts';
import type { System } from '../words/system.ts';
import type { Automaton } from './automaton.ts';
import type { Saved } from './checkpoint.ts';
import type { Footprints } from './footprints.ts';
import { exactly, plain } from './loading.ts';
import type { Mutant } from './reductions.ts';
import type { Saving } from './saving.ts';

/** A step that waits for a lock. */
export interface Acquire {
  readonly step: Step;
  readonly meaning: Meaning;
}

/** Rows of bits per node, one bit per touched cell. Made from what is learned so far; nodes learned later have no future yet. */
export class Futures {
  readonly words: number;
  readonly nodes: number;
  /** Of the node's own step; reads include the gates of its process. */
  readonly own: { readonly reads: Int32Array; readonly writes: Int32Array; readonly adds: Int32Array };
  /** Of this step and all after it. */
  readonly all: { readonly reads: Int32Array; readonly writes: Int32Array; readonly adds: Int32Array };
  /** Touched in some future in which no step that waits for this cell as a lock comes before. */
  readonly unguarded: Int32Array;
  /** Per slot: the different steps that wait for it as a lock. */
  readonly acquires = new Map<number, Acquire[]>();

  /** Cells that claims about ends look at. */
  private readonly finals: Int32Array;

  /** @param saved futures that were made when less was known, and their name in what was saved; absent: of what is known now */
  constructor(system: System, automaton: Automaton, footprints: Footprints, mutants: ReadonlySet<Mutant>, saved?: { readonly from: Saved; readonly name: string }) {
    const gates = system.processes.map(({ gates = [] }) => gates.map((gate) => footprints.slot(gate)));
    const size = saved && plain<{ nodes: number; words: number }>(saved.from, saved.name);
    this.nodes = size?.nodes ?? automaton.nodeCount;
    const lockOf = automaton.steps.slice(0, this.nodes).map((step, node) => this.lockOf(step, automaton.meanings[node], footprints));
    if (saved && size) {
      const row = (part: string): Int32Array => exactly(saved.from, `${saved.name} ${part}`);
      this.words = size.words;
      this.finals = row('finals');
      this.own = { reads: row('own reads'), writes: row('own writes'), adds: row('own adds') };
      this.all = { reads: row('all reads'), writes: row('all writes'), adds: row('all adds') };
      this.unguarded = row('unguarded');
      return;
    }
    this.words = (footprints.cells.length + 31) >>> 5;
    const rows = (): Int32Array => new Int32Array(this.nodes * this.words);
    this.finals = Int32Array.from({ length: this.words }, (_, w) => footprints.finals.word(0, w));
    this.own = { reads: rows(), writes: rows(), adds: rows() };
    this.unguarded = rows();
    const mixed = Int32Array.from({ length: this.words }, (_, w) => footprints.mixedBits(w));
    for (let node = 0; node < this.nodes; node++) {
      if (automaton.steps[node] !== undefined && !mutants.has('gates are read'))
        for (const gate of gates[automaton.processOf[node]!]!) footprints.reads.add(node, gate);
      this.learn(node, footprints, lockOf[node]!, mixed);
    }
    this.all = { reads: this.own.reads.slice(), writes: this.own.writes.slice(), adds: this.own.adds.slice() };
    if (!mutants.has('futures reach on')) this.reachOn(automaton, lockOf, mutants);
  }

  save(to: Saving, name: string): void {
    const { nodes, words, finals, own, all, unguarded } = this;
    to.plain(name, { nodes, words });
    const columns = { finals, 'own reads': own.reads, 'own writes': own.writes, 'own adds': own.adds, 'all reads': all.reads, 'all writes': all.writes, 'all adds': all.adds, unguarded };
    for (const [part, numbers] of Object.entries(columns)) to.whole(`${name} ${part}`, numbers);
  }

  /** Does everything that is concluded from these futures follow from those? */
  equals(other: Futures): boolean {
    if (this.nodes !== other.nodes || this.words !== other.words || this.acquires.size !== other.acquires.size) return false;
    for (const [slot, steps] of this.acquires) if (other.acquires.get(slot)?.length !== steps.length) return false;
    const columns = ({ own, all, unguarded, finals }: Futures): Int32Array[] => [own.reads, own.writes, own.adds, all.reads, all.writes, all.adds, unguarded, finals];
    const theirs = columns(other);
    return columns(this).every((column, i) => column.every((bits, at) => bits === theirs[i]![at]));
  }

  /** The row of one node's own step. What steps of two kinds add to is read and written like any other cell. */
  private learn(node: number, { reads, writes, adds }: Footprints, lock: number, mixed: Int32Array): void {
    for (let w = 0; w < this.words; w++) {
      const at = node * this.words + w;
      const demoted = adds.word(node, w) & mixed[w]!;
      this.own.reads[at] = reads.word(node, w) | demoted;
      this.own.writes[at] = writes.word(node, w) | demoted;
      this.own.adds[at] = adds.word(node, w) & ~demoted;
      this.unguarded[at] = (this.own.reads[at]! | this.own.writes[at]! | this.own.adds[at]!) & ~bitIn(lock, w);
    }
  }

  /** Ways lead on, round loops too: until nothing changes. Edges found late lead to nodes found late, so one round mostly does. */
  private reachOn({ edges, roots, processOf }: Automaton, lockOf: readonly number[], mutants: ReadonlySet<Mutant>): void {
    const { words, unguarded } = this;
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
          changed = join(unguarded, a, unguarded[b]! & ~bitIn(lockOf[node]!, w)) || changed;
        }
      }
    }
  }

  /** Slot of the lock that a step waits for, or -1. */
  private lockOf(step: Step | undefined, meaning: Meaning | undefined, footprints: Footprints): number {
    const cell: Cell | undefined = step?.cells[0];
    if (step === undefined || cell === undefined || meaning?.mover !== 'right' || !meaning.enabled) return -1;
    const slot = footprints.slot(cell);
    let known = this.acquires.get(slot);
    if (!known) this.acquires.set(slot, (known = []));
    if (!known.some((other) => alike(other.step, step))) known.push({ step, meaning });
    return slot;
  }
}

const bitIn = (slot: number, word: number): number => (slot >= 0 && slot >>> 5 === word ? 1 << slot : 0);

function join(row: Int32Array, at: number, bits: number): boolean {
  const old = row[at]!;
  row[at] = old | bits;
  return row[at] !== old;
}

const alike = (a: Step, b: Step): boolean =>
  a.kind === b.kind && a.cpu === b.cpu && a.cells.join() === b.cells.join() && a.args.join() === b.args.join();
