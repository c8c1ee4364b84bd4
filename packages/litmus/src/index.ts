/** Face of the package: litmus tests on the machine. */
export { agreementOf, readReferences, type Agreement, type Reference } from './against.ts';
export { answerLitmus, litmus, LITMUS_STATES, litmusOfMany, type Answer } from './litmus.ts';
export type { First, LitmusTest, Place, Position, Proposition, Thread, ValueInTest } from './litmus-test.ts';
export { parseLitmus } from './parse.ts';
export type { Deadlocked, End, Kept, Outcome } from './outcome.ts';
export type { RunOptions } from './run.ts';
