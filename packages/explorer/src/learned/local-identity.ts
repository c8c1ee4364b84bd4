/** When do two local states of a process count as one? */
import { LocalStates } from '../instrument/local-state.ts';
import type { Step } from '../api/step.ts';

/** Local states with equal names are merged; they must behave alike. */
export interface Identity {
  /**
   * Called right after the code of a process stopped at `step`.
   * @returns a name; undefined: the local state is told apart by everything its process has observed
   */
  (process: number, step: Step): string | undefined;
  /** Called before code is run from its start. */
  readonly restart?: () => void;
  /** Called before code runs on to the step that will be asked about, by the function that calls `resume`. */
  readonly watch?: () => void;
  /** Functions of the code that was run last, outermost first. */
  readonly place?: () => readonly string[];
  /** Why some local states have no name. */
  readonly problems?: ReadonlySet<string>;
}

/** By history: what a process has observed since it started decides what it does. Sound for any code. */
export const byHistory: Identity = () => undefined;

/**
 * By frames: what code will do depends on where it stands and on its live variables, which instrumented code reveals;
 * not on how it came there. Code that was not instrumented falls back to its history.
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
