/** Runs code in its plain form: every step is carried out where the code makes it, by a call. */
import { runtime } from './runtime.ts';
import type { Op, Step } from '../api/step.ts';

/** How code is run: steps carried out as it calls, or a generator asked for one step after another. */
export type Form = 'plain' | 'stepwise';

/** Code came by a generator that has no plain form. Everything has to be run again from its start, stepwise. */
export class NoPlainForm extends Error {}

const isStep = (it: unknown): it is Step => typeof (it as Partial<Step> | null | undefined)?.kind === 'string';

/**
 * Runs code to its end. There is no other place where code is run in its plain form.
 * @param code makes the generator that the code would be stepwise; calling it runs the code
 * @param perform carries out a step, and says what the CPU observes
 * @throws NoPlainForm
 */
export function plainly<T>(code: () => Op<T>, perform: (step: Step) => number): T {
  let found: NoPlainForm | undefined;
  const noPlainForm = (what: string): never => {
    throw (found = new NoPlainForm(what));
  };
  const result: unknown = during(
    (step) => {
      if (found) throw found; // somebody has caught it
      runtime.turns = 0;
      if (!isStep(step))
        return noPlainForm('a generator that was instrumented makes something that is no step: it is no kernel code');
      return perform(step);
    },
    (caller) => noPlainForm(`code that was not instrumented is called by ${caller}`),
    code,
  );
  if (Object.prototype.toString.call(result) === '[object Generator]')
    noPlainForm('the code of a thread was not instrumented');
  if (found) throw found;
  return result as T;
}

/** Lets other code be run step by step, while code in its plain form waits. */
export const stepwise = <T>(work: () => T): T => during(undefined, runtime.noPlainForm, work);

function during<T>(perform: typeof runtime.perform, noPlainForm: typeof runtime.noPlainForm, work: () => T): T {
  const { perform: before, noPlainForm: handler } = runtime;
  try {
    Object.assign(runtime, { perform, noPlainForm });
    return work();
  } finally {
    Object.assign(runtime, { perform: before, noPlainForm: handler });
  }
}
