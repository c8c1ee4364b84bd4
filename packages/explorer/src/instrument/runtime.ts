/** What instrumented code and those who run it share: how it runs, and its frames. Plain data in one global place. */
import { WRITTEN_AS_GENERATOR } from './forms.ts';
import type { Step } from '../api/step.ts';

/**
 * One generator on the call stack of a step: where it yielded, then the values it may still read, in the order the site names them.
 * A site reads `bank/transfer withdraw 2: cpu, amount`.
 */
export type Frame = readonly [site: string, ...values: unknown[]];

/** A function that was made by running code: which one, and what it uses of its surroundings. */
export interface Closure {
  readonly site: string;
  readonly captured: () => readonly unknown[];
  /** The run it was made in. */
  readonly run: number;
}

export interface Runtime {
  /** Of the code that is running, outermost first. */
  readonly stack: Frame[];
  readonly closures: WeakMap<object, Closure>;
  /** Counts runs of code from its start. */
  run: number;
  /** Will somebody ask for local states of the code that is running? Functions that it makes are noted for that. */
  told: boolean;
  /** Called where instrumented code stops for a step, its frame on top of the stack. */
  stopped: (() => void) | undefined;
  /** Generators that calls have made and that nobody has run yet, each with the place of the call. Kept while code runs from its start to its end. */
  made?: Map<object, string> | undefined;
  /** Turns of watched loops since the last step, and who is told when there are too many: code that makes no step any more cannot be stopped from outside. */
  turns: number;
  endless: ((where: string) => never) | undefined;
  /** While somebody wants to know: sites that code has come by. */
  reached?: Set<string> | undefined;
  /**
   * Carries out a step and says what the CPU observes. While it is there, code runs in its plain form: to call it is to run it, and what
   * the call returns is its result. Absent: to call it makes a generator of steps.
   */
  perform: ((step: Step) => number) | undefined;
  /** Told by plain code, with its name, that what it called gave back a generator: code that has no plain form. There as long as `perform`. */
  noPlainForm: ((caller: string) => never) | undefined;
}

/** First value of a frame whose local state cannot be told; the second says why. */
export const UNTOLD = '\u0000untold';

/** What the label of a site ends with that is no yield: the beginning of a function, and an arm of an `if` or `switch` without a step. */
export const ENTRY = 'entry';
export const ARM = 'arm';

const KEY = 'shootdown:forms';

/** Shared by all copies of this module and by code that has loaded none. */
export const runtime: Runtime = ((globalThis as { [key: symbol]: unknown })[Symbol.for(KEY)] ??= {
  stack: [],
  closures: new WeakMap(),
  run: 0,
  told: false,
  stopped: undefined,
  made: undefined,
  turns: 0,
  endless: undefined,
  reached: undefined,
  perform: undefined,
  noPlainForm: undefined,
}) as Runtime;

/** Marks instrumented files. The number goes up when the pass changes. */
export const MARK = '/* shootdown:frames 5 */';

/** Turns of loops between two steps: no kernel function needs as many. */
const MANY_TURNS = 1_000_000;

/** What instrumented files begin with; on one line, so that line numbers stay. Needs nothing else to be loaded. */
export const PROLOGUE =
  `${MARK}const __sd = globalThis[Symbol.for("${KEY}")] ??= { stack: [], closures: new WeakMap(), run: 0, told: false, stopped: undefined, made: undefined, turns: 0, endless: undefined, reached: undefined, perform: undefined, noPlainForm: undefined };` +
  'const __sdCall = (it, frame) => (__sd.made?.delete(it), __sd.reached?.add(frame[0]), __sd.stack.push(frame), it);' +
  'const __sdMade = (value, where) => { if (__sd.made !== undefined && typeof value === "object" && value !== null && value[Symbol.toStringTag] === "Generator") __sd.made.set(value, where); return value; };' +
  'const __sdStep = (it, frame) => (__sd.turns = 0, __sd.reached?.add(frame[0]), __sd.stack.push(frame), __sd.stopped?.(), it);' +
  `const __sdTurn = (where) => { if (__sd.turns++ > ${MANY_TURNS}) { __sd.turns = 0; __sd.endless?.(where); } };` +
  'const __sdBack = (value) => (__sd.stack.pop(), value);' +
  `const __sdMark = (...all) => { for (const f of all) f[Symbol.for(${JSON.stringify(WRITTEN_AS_GENERATOR.description)})] = true; return all[0]; };` +
  'const __sdForms = (stepwise, plain) => __sdMark(plain(stepwise));' +
  'const __sdRan = (value, caller) => (typeof value === "object" && value !== null && value[Symbol.toStringTag] === "Generator" ? __sd.noPlainForm(caller) : value);' +
  'const __sdFn = (f, site, captured) => { if (captured !== false) __sd.closures.set(f, { site, captured, run: __sd.run }); return f; }; ';
