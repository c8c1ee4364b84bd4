/** A system that is run once, along one schedule: live code and a sparse store. For replay and for the oracle; a search has no worlds. */
import type { Cell } from '../api/cell.ts';
import type { Meaning, Op, Step, Store } from '../api/step.ts';
import type { Process, System } from '../api/system.ts';
import { forgetFrames } from '../instrument/local-state.ts';
import { resume } from '../learned/resume.ts';

/** A process while it runs. */
export interface Thread {
  readonly process: Process;
  /** Its next step; none once its code has ended. */
  readonly step: Step | undefined;
  /** Operations and hooks it is inside of at that step. */
  readonly where: readonly string[];
  /** What it observed since it started, or started again. */
  readonly history: readonly number[];
}

interface LiveThread extends Thread {
  op: Op<unknown>;
  step: Step | undefined;
  where: readonly string[];
  history: number[];
}

/** What a move did. */
export interface Moved {
  readonly step: Step;
  readonly where: readonly string[];
  readonly observed: number;
  /** Cells that differ, with the value before. */
  readonly before: ReadonlyMap<Cell, number>;
}

/** Cells and code of a system, live. */
export class World implements Store {
  readonly threads: readonly Thread[];
  private readonly live: LiveThread[];
  private readonly cells = new Map<Cell, number>();
  private before = new Map<Cell, number>();

  constructor(private readonly system: System) {
    this.threads = this.live = system.processes.map((process) => this.start(process));
  }

  get(cell: Cell): number {
    return this.cells.get(cell) ?? this.system.initial(cell);
  }

  set(cell: Cell, value: number): void {
    if (!this.before.has(cell)) this.before.set(cell, this.get(cell));
    this.cells.set(cell, value);
  }

  /** Cells that do not hold their initial value, in order of their numbers. */
  changed(): [Cell, number][] {
    return [...this.cells].filter(([cell, value]) => value !== this.system.initial(cell)).sort(([a], [b]) => a - b);
  }

  /** In how many ways process `p` can move now. */
  ways(p: number): number {
    const thread = this.live[p];
    if (thread?.step === undefined || thread.step.kind === 'bound') return 0;
    if (this.shutGate(p) !== undefined) return 0;
    const meaning = this.meaning(thread.step);
    if (meaning.enabled && !meaning.enabled(thread.step, this)) return 0;
    return meaning.choices ? meaning.choices(thread.step, this) : 1;
  }

  /** A gate that keeps process `p` from running. */
  shutGate(p: number): Cell | undefined {
    return this.live[p]!.process.gates?.find((gate) => this.get(gate) !== 0);
  }

  /** Can no process move? */
  get still(): boolean {
    return this.live.every((_, p) => this.ways(p) < 1);
  }

  /** Has some process given up? */
  get gaveUp(): boolean {
    return this.live.some((thread) => thread.step?.kind === 'bound');
  }

  /** Main processes that have not ended. */
  get mainsLeft(): Thread[] {
    return this.live.filter((thread) => thread.process.role === 'main' && thread.step !== undefined);
  }

  /** Lets process `p`, which can move, take its step. */
  move(p: number, choice: number): Moved {
    const thread = this.live[p]!;
    const { step, where } = thread;
    if (step === undefined) throw new Error(`${thread.process.name} has ended and cannot move`);
    this.before = new Map();
    const observed = this.meaning(step).apply(step, this, choice);
    for (const [cell, value] of this.before) if (this.get(cell) === value) this.before.delete(cell);
    thread.history.push(observed);
    this.settle(thread, resume(this.system, thread.process, thread.op, observed));
    if (thread.step === undefined && thread.process.role === 'daemon')
      Object.assign(thread, this.start(thread.process));
    return { step, where, observed, before: this.before };
  }

  private start(process: Process): LiveThread {
    // Threads that take turns mix their frames, and worlds are left in the middle: nobody asks for them here.
    forgetFrames();
    const op = process.body();
    const thread: LiveThread = { process, op, step: undefined, where: [], history: [] };
    this.settle(thread, resume(this.system, process, op, 0));
    return thread;
  }

  private settle(thread: LiveThread, step: Step | undefined): void {
    thread.step = step;
    thread.where = step === undefined ? [] : [...this.system.where()];
  }

  private meaning(step: Step): Meaning {
    return this.system.meaning(step.kind);
  }
}
