/** Runs kernel code on a machine to its end, one schedule only: for setting up a scenario, and for measuring. */
import {
  type Form,
  type Meaning,
  Mistake,
  NoPlainForm,
  type Op,
  type Process,
  type Step,
  type Store,
  forgetFrames,
  isRun,
  neverRun,
  operationThrew,
  plainly,
  stepwise,
  watchMade,
} from '@shootdown/explorer';
import type { Machine } from '../machine/machine.ts';
import type { Cell } from '../words/cells.ts';

/** More steps than any set-up takes: a loop that never ends is reported instead of hanging. */
const LIMIT = 1_000_000;

/** Is told of each step of a run. */
export interface StepWatcher {
  /** It may throw: the run ends there. */
  before(step: Step): void;
  after?(step: Step, observed: number): void;
}

/** What is run, and where. */
export interface SingleRun {
  readonly machine: Machine;
  readonly store: Store;
  /** For messages: what is set up. */
  readonly name: string;
  /** Cells that must be 0 for `body` to run. */
  readonly gates: readonly Cell[];
  readonly body: () => Op<unknown>;
  /** What the machine does by itself. It is always run stepwise: it may be in the middle when `body` can go on. */
  readonly daemons: readonly Process[];
  /** How `body` is run. Both forms make the same steps in the same order. */
  readonly form: Form;
  readonly watcher?: StepWatcher;
}

/** A daemon that is being run: its code and the step it will make next. */
interface Running {
  readonly process: Process;
  code: Op<unknown>;
  next: Step | undefined;
}

/**
 * Runs `body` to its end; whenever it has to wait, and afterwards, lets the daemons do what they can.
 * Steps with more than one outcome take the first.
 * @throws NoPlainForm, what the watcher throws; Mistake SD_OPERATION_THREW where code throws anything else
 */
export function runToEnd({ machine, store, name, gates, body, daemons, form, watcher }: SingleRun): void {
  forgetFrames(); // daemons of the run before were left in the middle
  let steps = 0;
  const stuck = (at: Step | undefined): Mistake =>
    new Mistake(
      'SD_SETUP_STUCK',
      `set-up of ${name} cannot go on: it waits at ${at?.kind}${at?.why ? ` until ${at.why}` : ''}.`,
      'A lock that is never given back, or a wait that nobody ends.',
    );
  /** Is a step being carried out? What is thrown then comes from the watcher or the machine, and only passes through the code. */
  let applying = false;
  const thrownBy = (who: string, cause: unknown): unknown =>
    applying || cause instanceof NoPlainForm ? cause : operationThrew(who, machine.where(), cause);
  const next = ({ process, code }: Running, observed: number): IteratorResult<Step, unknown> => {
    try {
      return code.next(observed);
    } catch (cause) {
      throw thrownBy(process.name, cause);
    }
  };
  const isEnabled = (step: Step, meaning: Meaning, shut: readonly Cell[]): boolean => {
    for (let i = 0; i < shut.length; i++) if (store.get(shut[i]!) !== 0) return false;
    return meaning.enabled === undefined || meaning.enabled(step, store);
  };
  const apply = (step: Step, meaning: Meaning): number => {
    if (steps++ >= LIMIT)
      throw new Mistake(
        'SD_SETUP_STUCK',
        `${name} has taken ${LIMIT} steps and does not end: it is at ${step.kind}${step.why ? ` (${step.why})` : ''}.`,
        'A loop that nobody ends, such as an access that faults again and again: explore it, and see where.',
      );
    applying = true;
    watcher?.before(step);
    if (step.kind === 'bound' || step.kind === 'bug' || step.kind === 'wild')
      throw new Mistake(
        'SD_SETUP_STUCK',
        `set-up of ${name}: ${step.why}.`,
        'The kernel code ran into a state it does not expect: is the scenario right for this architecture?',
      );
    const observed = meaning.apply(step, store, 0);
    watcher?.after?.(step, observed);
    applying = false;
    return observed;
  };

  const start = (process: Process): Running => begin({ process, code: process.body(), next: undefined });
  const begin = (r: Running): Running => {
    const first = next(r, 0);
    r.next = first.done ? undefined : first.value;
    return r;
  };
  const advance = (r: Running): void => {
    const step = r.next as Step;
    const observed = apply(step, machine.meaning(step.kind));
    const turn = next(r, observed);
    r.next = turn.done ? undefined : turn.value;
    if (!turn.done) return;
    r.code = r.process.body();
    begin(r);
  };
  const others = daemons.map(start);
  const aDaemonMoves = (): boolean => {
    const mover = others.find(
      ({ next, process }) => next !== undefined && isEnabled(next, machine.meaning(next.kind), process.gates ?? []),
    );
    if (mover) advance(mover);
    return mover !== undefined;
  };
  const perform = (step: Step): number => {
    const meaning = machine.meaning(step.kind);
    if (!isEnabled(step, meaning, gates))
      stepwise(() => {
        while (!isEnabled(step, meaning, gates)) if (!aDaemonMoves()) throw stuck(step);
      });
    return apply(step, meaning);
  };

  if (form === 'stepwise') watchMade();
  try {
    if (form === 'plain') plainly(body, perform);
    else {
      const code = isRun(body());
      for (let turn = code.next(0); !turn.done;) turn = code.next(perform(turn.value));
    }
  } catch (cause) {
    throw (form === 'stepwise' ? neverRun(name, cause) : undefined) ?? thrownBy(name, cause);
  }
  const forgotten = form === 'stepwise' ? neverRun(name) : undefined;
  if (forgotten) throw forgotten;
  while (aDaemonMoves());
}
