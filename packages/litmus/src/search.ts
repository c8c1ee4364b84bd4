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

/** A search that is made step by step. */
export abstract class Search {
  /** States of threads that were looked at. */
  states = 0;
  cut: Cut | undefined;
  private readonly found = new Map<string, FoundEnd>();
  private readonly until: number;

  constructor(
    protected readonly problem: Problem,
    protected readonly bounds: Bounds,
  ) {
    this.until = bounds.deadlineMs === undefined ? Infinity : Date.now() + bounds.deadlineMs;
  }

  /** Tries one memory. @returns false when there is nothing more to try */
  abstract advance(): boolean;

  get ends(): readonly FoundEnd[] {
    return [...this.found.values()];
  }

  /** Counts a state. @returns false where the search has to end */
  protected counted(): boolean {
    this.states++;
    if (this.cut === undefined && this.states > this.bounds.maxStates) this.cut = 'states';
    if (this.cut === undefined && (this.states & 1023) === 0) {
      if (Date.now() > this.until) this.cut = 'time';
      if (this.bounds.signal?.aborted) this.cut = 'interrupt';
    }
    return this.cut === undefined;
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

  protected endOf<D>(thread: number, { registers }: Local<D>): ReadonlyMap<string, Datum> {
    return new Map(this.problem.observed[thread]!.map((name) => [name, registers.get(name)?.value ?? 0n]));
  }
}

/** Tells values apart. */
export const keyOf = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'bigint' ? `${one}n` : one instanceof Map ? [...(one as Map<unknown, unknown>)] : one,
  );
export const textOf = (value: Datum): string => (isNumber(value) ? String(value) : `${value.location}+${value.offset}`);
