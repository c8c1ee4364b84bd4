/** Runs kernel code on a machine to its end, one schedule only: for setting up a scenario. */
import { Mistake } from '../mistakes.ts';
import type { Cell } from '../words/cells.ts';
import type { Op, Step, Store } from '../words/step.ts';
import type { Process } from '../words/system.ts';
import type { Machine } from '../machine/machine.ts';

/** More steps than any set-up takes: a loop that never ends is reported instead of hanging. */
const LIMIT = 1_000_000;

/** Is told of each step of a run. */
export interface StepWatcher {
  /** It may throw: the run ends there. */
  before(step: Step): void;
  after?(step: Step, observed: number): void;
}

/** A process that is being run: its code and the step it will make next. */
interface Running {
  readonly process: Process;
  code: Op<unknown>;
  next: Step | undefined;
}

/**
 * Runs `body` to its end; whenever it has to wait, and afterwards, lets the daemons do what they can.
 * Steps with more than one outcome take the first.
 * @param gates cells that must be 0 for `body` to run
 */
export function runToEnd(machine: Machine, store: Store, name: string, gates: readonly Cell[], body: () => Op<unknown>, daemons: readonly Process[], watcher?: StepWatcher): void {
  const start = (process: Process): Running => begin({ process, code: process.body(), next: undefined });
  const begin = (r: Running): Running => {
    const first = r.code.next(0);
    r.next = first.done ? undefined : first.value;
    return r;
  };
  const enabled = (r: Running): boolean => {
    if (!r.next) return false;
    if (r.process.gates?.some((gate) => store.get(gate) !== 0)) return false;
    return machine.meaning(r.next.kind).enabled?.(r.next, store) ?? true;
  };
  const advance = (r: Running): void => {
    const step = r.next as Step;
    watcher?.before(step);
    if (step.kind === 'bound' || step.kind === 'bug') throw new Mistake('SD_SETUP_STUCK', `set-up of ${name}: ${step.why}.`, 'The kernel code ran into a state it does not expect: is the scenario right for this architecture?');
    const observed = machine.meaning(step.kind).apply(step, store, 0);
    watcher?.after?.(step, observed);
    const turn = r.code.next(observed);
    r.next = turn.done ? undefined : turn.value;
    if (turn.done && r.process.role === 'daemon') {
      r.code = r.process.body();
      begin(r);
    }
  };
  const main = start({ name, cpu: 0, role: 'main', gates, body });
  const others = daemons.map(start);
  for (let steps = 0; steps < LIMIT; steps++) {
    const mover = enabled(main) ? main : others.find(enabled);
    if (mover) advance(mover);
    else if (!main.next) return;
    else break;
  }
  throw new Mistake('SD_SETUP_STUCK', `set-up of ${name} cannot go on: it waits at ${main.next?.kind}${main.next?.why ? ` until ${main.next.why}` : ''}.`, 'A lock that is never given back, or a wait that nobody ends.');
}
