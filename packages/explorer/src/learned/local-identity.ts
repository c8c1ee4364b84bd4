/** When are two local states of a process the same? */
import { LocalStates } from '../instrument/local-state.ts';
import type { Step } from '../api/step.ts';

/** Local states with equal names are one; they must behave alike. */
export interface Identity {
  /**
   * Asked right after the code of a process stopped at `step`.
   * No name: the state is told apart by everything its process has observed.
   */
  (process: number, step: Step): string | undefined;
  /** Told before code is run from its start. */
  readonly restart?: () => void;
  /** Told before code runs on to the step that will be asked about, by the function that calls `resume`. */
  readonly watch?: () => void;
  /** Functions of the code that was run last, outermost first. */
  readonly place?: () => readonly string[];
  /** Why some states have no name. */
  readonly problems?: ReadonlySet<string>;
}

/** Sound for any code, and needs no help: what a process has observed since it started decides what it does. */
export const byHistory: Identity = () => undefined;

/**
 * What code will do depends on where it stands and on what it still remembers, not on how it came there: call sites and live
 * variables, as instrumented code tells them. Code that was not instrumented falls back to its history.
 */
export function byFrames(): Identity {
  const states = new LocalStates();
  const name = (_process: number, step: Step): string | undefined => {
    const told = states.tell();
    return told === undefined
      ? undefined
      : `${JSON.stringify([step.kind, step.cpu, step.cells, step.args, step.why, step.info])}\n${told}`;
  };
  return Object.assign(name, {
    restart: () => states.restart(),
    watch: () => states.watch(),
    place: () => states.place(),
    problems: states.problems,
  });
}
