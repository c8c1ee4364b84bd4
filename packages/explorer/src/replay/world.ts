/**
 * Live execution of a system along one schedule, on the code itself and a sparse store: for replay and for the oracle.
 * A search does not use it.
 */
import type { Cell } from '../api/cell.ts';
import type { Meaning, Op, Step, Store } from '../api/step.ts';
import type { Process, System } from '../api/system.ts';
import { forgetFrames } from '../instrument/local-state.ts';
import { runtime } from '../instrument/runtime.ts';
import { resume } from '../learned/resume.ts';

/** A process in execution. */
export interface Thread {
  readonly process: Process;
  /** Its next step; none once it has terminated. */
  readonly step: Step | undefined;
  /** Functions that it is inside of at this step, outermost first. */
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
export interface MadeMove {
  readonly step: Step;
  readonly where: readonly string[];
  readonly observed: number;
  /** Cells that changed, with their values before. */
  readonly before: ReadonlyMap<Cell, number>;
}

/** A step that a process makes, by how many it has made before: 0 is the first. */
export interface MadeStep {
  readonly process: number;
  readonly before: number;
}

/** Cells and code of a system in execution. */
export class World implements Store {
  readonly threads: readonly Thread[];
  private readonly live: LiveThread[];
  private readonly cells = new Map<Cell, number>();
  private before = new Map<Cell, number>();
  /** Steps that each process has made. */
  private readonly made: number[] = [];

  /** @param pauseAt a debugger stops where this step is made: in the code that yields it, before it does */
  constructor(
    private readonly system: System,
    private readonly pauseAt?: MadeStep,
  ) {
    this.threads = this.live = system.processes.map((process, p) => this.pausing(p, 0, () => this.start(process)));
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

  /** Number of outcomes of the next step of process `p`; 0 when it is not enabled. */
  outcomes(p: number): number {
    const thread = this.live[p];
    if (thread?.step === undefined || thread.step.kind === 'bound') return 0;
    if (this.closedGate(p) !== undefined) return 0;
    const meaning = this.meaning(thread.step);
    if (meaning.enabled && !meaning.enabled(thread.step, this)) return 0;
    return meaning.choices ? meaning.choices(thread.step, this) : 1;
  }

  /** A closed gate of process `p`. */
  closedGate(p: number): Cell | undefined {
    return this.live[p]!.process.gates?.find((gate) => this.get(gate) !== 0);
  }

  /** Is no process enabled? */
  get still(): boolean {
    return this.live.every((_, p) => this.outcomes(p) < 1);
  }

  /** Has some process given up? */
  get gaveUp(): boolean {
    return this.live.some((thread) => thread.step?.kind === 'bound');
  }

  /** Main processes that have not terminated. */
  get mainsLeft(): Thread[] {
    return this.live.filter((thread) => thread.process.role === 'main' && thread.step !== undefined);
  }

  /** Makes the next step of process `p`, which must be enabled. */
  move(p: number, choice: number): MadeMove {
    const thread = this.live[p]!;
    const { step, where } = thread;
    if (step === undefined) throw new Error(`${thread.process.name} has ended and cannot move`);
    this.before = new Map();
    const observed = this.meaning(step).apply(step, this, choice);
    for (const [cell, value] of this.before) if (this.get(cell) === value) this.before.delete(cell);
    thread.history.push(observed);
    const made = (this.made[p] = (this.made[p] ?? 0) + 1);
    this.pausing(p, made, () => {
      this.stopAt(thread, resume(this.system, thread.process, thread.op, observed));
      if (thread.step === undefined && thread.process.role === 'daemon')
        Object.assign(thread, this.start(thread.process));
    });
    return { step, where, observed, before: this.before };
  }

  /** Runs code of process `p` until its next step, of which it has made so many before. */
  private pausing<T>(p: number, before: number, run: () => T): T {
    if (this.pauseAt?.process !== p || this.pauseAt.before !== before) return run();
    const { stopped } = runtime;
    runtime.stopped = pause;
    try {
      return run();
    } finally {
      runtime.stopped = stopped;
    }
  }

  private start(process: Process): LiveThread {
    // The frames of processes that take turns are mixed up, and executions are abandoned in the middle: nobody asks for
    // local states here.
    forgetFrames();
    const op = process.body();
    const thread: LiveThread = { process, op, step: undefined, where: [], history: [] };
    this.stopAt(thread, resume(this.system, process, op, 0));
    return thread;
  }

  private stopAt(thread: LiveThread, step: Step | undefined): void {
    thread.step = step;
    thread.where = step === undefined ? [] : [...this.system.where()];
  }

  private meaning(step: Step): Meaning {
    return this.system.meaning(step.kind);
  }
}

/** Called by the code that makes a step: it is the caller. */
function pause(): void {
  debugger;
}
