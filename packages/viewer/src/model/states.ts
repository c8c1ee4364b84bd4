/** The state of a trace after each of its steps. */
import type { Trace } from '@shootdown/core';

/** What a value points to, such as `table` 3. */
export interface Referent {
  readonly to: string;
  readonly n: number;
}

/** What a cell holds: as a number, in words, and what that stands for. */
export interface Value {
  readonly value: number;
  readonly text: string;
  readonly refers?: Referent;
  readonly flags?: readonly string[];
}
/** By the names of cells. A cell that is missing holds 0. */
export type State = ReadonlyMap<string, Value>;

/** @returns the state before the first step, and after each: `states[n]` is that after step `n` */
export function statesOf(trace: Trace): readonly State[] {
  let state = new Map<string, Value>(trace.initial.map(({ cell, ...value }) => [cell, value]));
  const states: State[] = [state];
  for (const { changes } of trace.events) {
    if (changes.length > 0) state = new Map(state);
    for (const { cell, to, after, refers, flags } of changes)
      state.set(cell, { value: after, text: to, ...(refers && { refers }), ...(flags && { flags }) });
    states.push(state);
  }
  return states;
}

export const numberIn = (state: State, cell: string): number => state.get(cell)?.value ?? 0;
