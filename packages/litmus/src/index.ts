/** Face of the package: litmus tests on the machine. */
export { agreementOf, readReferences, type Agreement, type Reference } from './against.ts';
export { litmus, litmusOfMany, type Answer } from './litmus.ts';
export type { LitmusTest, Place, Proposition } from './litmus-test.ts';
export { parseLitmus } from './parse.ts';
export type { End, Outcome } from './run.ts';
