/** Measuring: one run of an operation, with the real shape of the tree, counted. */
export {
  against,
  namesOf,
  rowsOf,
  sumsOf,
  type CountAgreement,
  type ComparedNumber,
  type ComparedRow,
  type Sums,
} from './against.ts';
export { readCounts, type CountRow } from './counts.ts';
export { comparedIn, notCompared, type Beside, type LeftOut, type NotCompared } from './functions.ts';
export {
  KERNELS,
  kernelNamed,
  MEASURE_DEFAULTS,
  measure,
  measureRow,
  type MeasuredKernel,
  type Measured,
  type MeasureOptions,
} from './measure.ts';
export {
  MODE_SAYS,
  MODES,
  type Advice,
  type CountedCall,
  type CallName,
  type CountedOperation,
  type Mode,
  type Prot,
} from './operation.ts';
export { CALLS, readOperation } from './read-operation.ts';
export { mayMatter, ruleNamed, rulesOf, withoutRule } from './rules.ts';
export { readStrace, type TracedCall } from './strace.ts';
export { TracedProcess, type TracedOutcome } from './traced.ts';
export { weigh, type Part, type Weighed } from './weigh.ts';
export { COLUMNS, type CallNode, type Column, type Columns, type NodeKind } from './tally.ts';
