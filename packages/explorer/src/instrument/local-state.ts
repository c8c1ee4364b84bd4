/** The local state of running code, told by its frames. */
import { encodeFrames } from './encode.ts';
import { running } from './depth.ts';
import { forgetMade } from './made.ts';
import { runtime } from './runtime.ts';

/** Lets go of what code that was left in the middle had on the stack, before code is run whose local state nobody asks for. */
export function forgetFrames(): void {
  runtime.stack.length = 0;
  runtime.told = false;
  forgetMade();
}

/** Looks at the code of one system while it is run again and again, always from its start. */
export class LocalStates {
  /** Why some local states were told by history, each reason once: code that was not instrumented, values that cannot be told. */
  readonly problems = new Set<string>();
  private depth = 0;
  /** Functions that ran when the code stopped, innermost first, down to the one that resumed it. */
  private below: readonly string[] = [];

  /** Before code is run from its start. */
  restart(): void {
    runtime.stopped = undefined;
    runtime.stack.length = 0;
    runtime.told = true;
    runtime.run++;
  }

  /** Before the code runs on to the step at which it will be asked for. */
  watch(): void {
    this.depth = -1;
    runtime.stopped = () => {
      runtime.stopped = undefined;
      this.depth = runtime.stack.length;
      // Between two generators is the built-in `next`. Where more functions are running, somebody is among them who must be named.
      this.below = running(ABOVE + 2 * this.depth + 1);
      if (!this.below.some(isResume)) this.below = running(Infinity);
    };
  }

  /** After the code has stopped. @returns nothing when its local state cannot be told */
  tell(): string | undefined {
    runtime.stopped = undefined;
    const { stack } = runtime;
    if (this.depth !== stack.length || stack.length === 0)
      return this.untold('a step is made by code that was not instrumented');
    const generators = this.below.slice(ABOVE, this.below.findIndex(isResume));
    if (generators.length !== stack.length)
      return this.untold(`code that was not instrumented is on the way to a step: one of ${generators.join(' < ')}`);
    const told = encodeFrames(stack);
    return 'problem' in told ? this.untold(told.problem) : told.text;
  }

  /** The generators that are running, outermost first: `kernel/zap zap_one_pmd`. */
  place(): string[] {
    return runtime.stack.map(([site]) => site.replace(/ \d+:.*/, ''));
  }

  private untold(problem: string): undefined {
    this.problems.add(problem);
    return undefined;
  }
}

/** Functions above the generators when a step stops: `stopped` and what called it. */
const ABOVE = 2;
/** The function that lets code run to its next step. Not by its file: it may have been bundled. Another one of that name is found first, and history tells. */
const isResume = (told: string): boolean => told.startsWith('resume (');
