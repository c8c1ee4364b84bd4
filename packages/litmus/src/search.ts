/** What the two searches that choose memory first have in common: bounds, ends, and how they are driven. */
import { isNumber, type Local, type Operation, type Datum } from './assembly.ts';
import type { Cells } from './cells.ts';

/** A test, ready to be searched. */
export interface Problem {
  readonly programs: readonly (readonly Operation[])[];
  /** What the registers of each thread hold first. */
  readonly registers: readonly ReadonlyMap<string, Datum>[];
  readonly cells: Cells;
  /** The registers of each thread that ends are told apart by. */
  readonly observed: readonly (readonly string[])[];
}

/** What is found where every thread has ended. */
export interface FoundEnd {
  readonly registers: readonly ReadonlyMap<string, Datum>[];
  /** What cells hold last, by their numbers. */
  readonly memory: readonly Datum[];
}

export interface Bounds {
  /** Gives up after so many states of threads. */
  readonly maxStates: number;
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  /** Of events that may stand in either order `one` order is tried where the search can tell (it is what is done), or `all` are. */
  readonly orders?: 'one' | 'all';
}
export type Cut = 'states' | 'time' | 'interrupt';

/** Accesses of one run of a thread: the calls that make them fit on the stack. */
const DEEPEST = 1000;
/** Rounds of a loop that stores which are tried. */
const ROUNDS = 3;

/** A search that is made step by step. */
export abstract class Search {
  /** States of threads that were looked at. */
  states = 0;
  /** What ended the search before it had tried everything. */
  protected stopped: Cut | undefined;
  /** Was something left out that goes on for ever, such as a loop that stores? */
  private leftOut = false;
  private readonly found = new Map<string, FoundEnd>();
  private readonly until: number;

  constructor(
    readonly problem: Problem,
    protected readonly bounds: Bounds,
  ) {
    this.until = bounds.deadlineMs === undefined ? Infinity : Date.now() + bounds.deadlineMs;
  }

  /** Tries one memory. @returns false when there is nothing more to try */
  abstract advance(): boolean;

  /** Why there may be more ends. */
  get cut(): Cut | undefined {
    return this.stopped ?? (this.leftOut ? 'states' : undefined);
  }
  /** Notes that something is left out. */
  leaveOut(): void {
    this.leftOut = true;
  }
  /** How many stores of a thread are followed that are not in memory: as many as it has, and some rounds of a loop. */
  mostStores(thread: number): number {
    return this.problem.programs[thread]!.filter((one) => one.do === 'store' || one.do === 'update').length + ROUNDS;
  }

  get ends(): readonly FoundEnd[] {
    return [...this.found.values()];
  }

  /** Counts a state. @returns false where the search has to end */
  counted(): boolean {
    this.states++;
    if (this.states > this.bounds.maxStates) this.stopped ??= 'states';
    if ((this.states & 1023) === 0) {
      if (Date.now() > this.until) this.stopped ??= 'time';
      if (this.bounds.signal?.aborted) this.stopped ??= 'interrupt';
    }
    return this.stopped === undefined;
  }

  /** Every way to put together an end of each thread. */
  protected note(endsOf: readonly (readonly ReadonlyMap<string, Datum>[])[], memory: readonly Datum[]): void {
    if (endsOf.some((ends) => ends.length === 0)) return;
    const different = endsOf.map((ends) => [...new Map(ends.map((end) => [keyOf([...end]), end])).values()]);
    const put = (thread: number, registers: readonly ReadonlyMap<string, Datum>[]): void => {
      if (thread < different.length) for (const end of different[thread]!) put(thread + 1, [...registers, end]);
      else this.found.set(keyOf([registers.map((one) => [...one]), memory]), { registers, memory });
    };
    put(0, []);
  }

  protected start<D>(thread: number, nothing: D): Local<D> {
    const first = [...this.problem.registers[thread]!].map(
      ([name, value]) => [name, { value, made: nothing }] as const,
    );
    return { at: 0, registers: new Map(first), control: nothing };
  }

  /** What is told of a thread that has ended. */
  endOf<D>(thread: number, { registers }: Local<D>): ReadonlyMap<string, Datum> {
    return new Map(this.problem.observed[thread]!.map((name) => [name, registers.get(name)?.value ?? 0n]));
  }
}

/** All runs of one thread against one memory. */
export abstract class ThreadRun<State, Whole extends Search> {
  readonly ends: ReadonlyMap<string, Datum>[] = [];
  /** States in which a jump back was made. */
  private readonly seen = new Set<string>();
  private depth = 0;

  constructor(protected readonly search: Whole) {}

  /** Goes on from a state; what goes round for ever without coming back to one that was is left at some depth. */
  protected go(from: State): void {
    if (this.depth >= DEEPEST) return this.search.leaveOut();
    this.depth++;
    this.proceed(from);
    this.depth--;
  }

  /** Follows a thread to its next access, and from there by `go`. */
  protected abstract proceed(from: State): void;

  /** Was a jump back made in this state before? Else it is noted. */
  protected turned(state: State): boolean {
    const key = keyOf(state);
    if (this.seen.has(key)) return true;
    this.seen.add(key);
    return false;
  }
}

/** Tells values apart. */
export const keyOf = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'bigint' ? `${one}n` : one instanceof Map ? [...(one as Map<unknown, unknown>)] : one,
  );
export const textOf = (value: Datum): string => (isNumber(value) ? String(value) : `${value.location}+${value.offset}`);
