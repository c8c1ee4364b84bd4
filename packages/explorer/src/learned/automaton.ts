/** Local automata: what each process does next after all that it has observed, learned from its code on demand. */
import { isRun, watchMade } from '../instrument/made.ts';
import { Mistake } from '../api/mistakes.ts';
import type { Meaning, Op, Step } from '../api/step.ts';
import type { Check, Process, System } from '../api/system.ts';
import { NondeterminismCheck } from './nondeterminism.ts';
import { Edges } from './edges.ts';
import { assert, ASSERTS } from '../store/assert.ts';
import { doubled } from '../store/growable.ts';
import type { GaveUpPlace } from '../api/exploration.ts';
import type { Identity } from './local-identity.ts';
import { place, resume, sameStep, tellStep } from './resume.ts';
import { TRAIT, traitsOf } from '../store/traits.ts';

/**
 * Nodes are local states (each with its next step), edges are observed values. Code runs only when an edge is taken for
 * the first time: from its start, fed with what was observed on the path. A daemon that returns is at its root again. A
 * terminated process has no future, so all its ends are one node.
 */
export class Automaton {
  /** Per node: its next step; none where the process has terminated. */
  readonly steps: (Step | undefined)[] = [];
  readonly meanings: (Meaning | undefined)[] = [];
  readonly checks: (readonly Check[])[] = [];
  /** Per node: functions that the code is inside of at its step, outermost first. */
  readonly where: (readonly string[])[] = [];
  readonly processOf: number[] = [];
  /** Per node: bits of TRAIT. */
  traits = new Uint8Array(256);
  /** Per process: its first node. */
  readonly roots: Int32Array;
  /** How often code was run from its start to learn something. */
  replays = 0;
  readonly edges = new Edges();

  /** Per node: the edge that found it, -1 for roots. */
  private readonly foundBy: number[] = [];
  private readonly ends: (number | undefined)[] = [];
  /** Number of edges at the last check for determinism. */
  private checkedEdges = -1;
  private readonly byKey = new Map<string, number>();

  constructor(
    private readonly system: System,
    private readonly identity: Identity,
  ) {
    this.roots = Int32Array.from(system.processes, (process, p) => {
      const step = this.begin(process, true).step;
      return step === undefined ? this.endOf(p) : this.nodeFor(p, step, -1);
    });
  }

  get nodeCount(): number {
    return this.steps.length;
  }

  /** The edge that `node` takes when its step observes `value`. */
  take(node: number, value: number): number {
    const edge = this.edges.find(node, value);
    if (edge >= 0) return edge;
    const learned = this.learn(node, value);
    if (ASSERTS) assert(this.edges.find(node, value) === learned, 'an edge that was learned is found again');
    return learned;
  }

  private learn(node: number, value: number): number {
    if ((value | 0) !== value) {
      const what = `${tellStep(this.steps[node])} observed ${value}, which is not a 32-bit integer`;
      throw new Mistake(
        'SD_VALUE_TOO_WIDE',
        what,
        'A step returns only what the code needs: a masked entry, or a number that stands for the value.',
      );
    }
    const p = this.processOf[node]!;
    const { step } = this.run(p, node, value);
    const edge = this.edges.add(node, value);
    this.edges.to[edge] =
      step !== undefined
        ? this.nodeFor(p, step, edge)
        : this.system.processes[p]!.role === 'daemon'
          ? this.roots[p]!
          : this.endOf(p);
    return edge;
  }

  /**
   * Runs every learned path once more, the latest first, and compares. While learning, a path is run again only where
   * it is extended; here leaves are checked too, and what code does after the code of other processes has run in
   * another order. Where two histories were merged into one local state, the second is continued along what was learned
   * from the first.
   * @throws Mistake SD_HIDDEN_STATE
   */
  checkDeterminism(): void {
    if (this.checkedEdges === this.edges.count) return;
    this.checkedEdges = this.edges.count;
    const { replays } = this;
    const checkDeterminism = new NondeterminismCheck(this.edges, (node) => this.edges.has(node));
    for (let edge = this.edges.count - 1; edge >= 0; edge--) {
      const node = this.edges.to[edge]!;
      if (this.foundBy[node] === edge && this.edges.has(node)) continue;
      for (const onward of checkDeterminism.continuationsOf(edge)) this.walk(edge, onward);
    }
    // Nothing is learned here.
    this.replays = replays;
  }

  /** Runs the code along the path to the end of `edge`, then on along edges that were learned from other histories. */
  private walk(edge: number, onward: readonly number[]): void {
    const { from, to, observed } = this.edges;
    const p = this.processOf[from[edge]!]!;
    const process = this.system.processes[p]!;
    const start = this.run(p, from[edge]!, observed[edge]!);
    let { step } = start;
    const path = [...this.pathTo(from[edge]!), edge];
    for (let i = 0; ; i++) {
      const node = to[path.at(-1)!]!;
      if (step === undefined && process.role === 'daemon' && node === this.roots[p]) return;
      this.mustMatch(node, step, path);
      const next = onward[i];
      if (step === undefined || next === undefined) return;
      step = resume(this.system, process, start.op, observed[next]!);
      path.push(next);
    }
  }

  /** Runs the code of process `p` along the path to `node`, then lets it observe `value` there. */
  private run(p: number, node: number, value: number): { op: Op<unknown>; step: Step | undefined } {
    const process = this.system.processes[p]!;
    const { op, step: first } = this.begin(process);
    let step = first;
    const path = this.pathTo(node);
    path.forEach((edge, i) => {
      this.mustMatch(this.edges.from[edge]!, step, path, i);
      step = resume(this.system, process, op, this.edges.observed[edge]!);
    });
    this.mustMatch(node, step, path);
    this.identity.watch?.();
    step = resume(this.system, process, op, value);
    return { op, step };
  }

  private begin(process: Process, watched = false): { op: Op<unknown>; step: Step | undefined } {
    this.replays++;
    this.identity.restart?.();
    watchMade();
    if (watched) this.identity.watch?.();
    const op = isRun(process.body());
    return { op, step: resume(this.system, process, op, 0) };
  }

  /** The edge by which `node` was found, -1 for roots and ends. */
  edgeInto(node: number): number {
    return this.foundBy[node]!;
  }

  private pathTo(node: number): number[] {
    const edges: number[] = [];
    for (let edge = this.foundBy[node]!; edge >= 0; edge = this.foundBy[this.edges.from[edge]!]!) edges.push(edge);
    return edges.reverse();
  }

  /** Determinism: code that has observed alike, or is in the same local state, takes the same step. */
  private mustMatch(node: number, step: Step | undefined, path: readonly number[], length = path.length): void {
    const known = this.steps[node];
    if (sameStep(known, step)) return;
    const seen = path.slice(0, length).map((edge) => this.edges.observed[edge]);
    const at = this.identity.place?.().slice(-3) ?? [];
    throw new Mistake(
      'SD_HIDDEN_STATE',
      `${this.system.processes[this.processOf[node]!]!.name} in ${place(this.where[node]!)}, having observed [${seen.join(', ')}], ` +
        `once did ${tellStep(known)} and now does ${tellStep(step)}${at.length > 0 ? ` at ${at.join(' > ')}` : ''}`,
      'Something outside its cells changed what this code does: a closure, `this` or a module variable. Keep it in a cell, or in a local variable.',
    );
  }

  private nodeFor(p: number, step: Step, edge: number): number {
    const name = this.identity(p, step);
    if (name === undefined) return this.addNode(p, step, edge);
    const key = `${p}|${name}`;
    const known = this.byKey.get(key);
    if (known !== undefined) {
      this.mustMatch(known, step, this.pathTo(known));
      return known;
    }
    const node = this.addNode(p, step, edge);
    this.byKey.set(key, node);
    return node;
  }

  /** Where and why the code of a node gave up. */
  gaveUpAt(node: number): GaveUpPlace {
    return {
      process: this.system.processes[this.processOf[node]!]!.name,
      where: this.where[node]!,
      why: this.steps[node]!.why ?? 'it says no reason',
    };
  }

  /** Nodes whose code has given up. All of them are reachable: code is learned along executions only. */
  get givenUp(): number[] {
    return this.steps.flatMap((_, node) => (this.traits[node]! & TRAIT.gaveUp ? [node] : []));
  }

  /** The node of process `p` where it has terminated. */
  endOf(p: number): number {
    return (this.ends[p] ??= this.addNode(p, undefined, -1));
  }

  private addNode(p: number, step: Step | undefined, foundBy: number): number {
    const node = this.steps.length;
    if (node === this.traits.length) this.traits = doubled(this.traits);
    this.edges.addNode(node);
    const meaning = step && this.system.meaning(step.kind);
    const checks = step ? this.system.checksAt(step) : [];
    this.steps.push(step);
    this.meanings.push(meaning);
    this.checks.push(checks);
    this.where.push(step ? [...this.system.where()] : []);
    this.processOf.push(p);
    this.foundBy.push(foundBy);
    this.traits[node] = traitsOf(step, meaning, checks);
    return node;
  }
}
