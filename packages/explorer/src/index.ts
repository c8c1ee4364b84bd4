/** Public face of the model checker: systems, options, results, replay. */
export type { Cell } from './api/cell.ts';
export type { Block, Checkpoint, Numbers, Piece, Rows, Saved } from './api/checkpoint.ts';
export {
  allOf,
  isZero,
  nonzero,
  someOf,
  waitsFor,
  when,
  zero,
  type CellTest,
  type Condition,
} from './api/condition.ts';
export type * from './api/exploration.ts';
export { didYouMean, EXIT, Mistake, MISTAKES, type MistakeCode } from './api/mistakes.ts';
export { ALL_REDUCTIONS, USUAL_REDUCTIONS, type Reductions } from './api/reductions.ts';
export type * from './api/step.ts';
export type * from './api/system.ts';
export type * from './api/trace.ts';
export { LOCAL_STATE } from './instrument/carried-state.ts';
export { WRITTEN_AS_GENERATOR } from './instrument/forms.ts';
export { forgetFrames } from './instrument/local-state.ts';
export { isRun, neverRun, watchMade } from './instrument/made.ts';
export { NoPlainForm, plainly, stepwise, type Form } from './instrument/plain-run.ts';
export { runtime } from './instrument/runtime.ts';
export { withSources } from './instrument/sources.ts';
export { byFrames, byHistory, type Identity } from './learned/local-identity.ts';
export { operationThrew } from './learned/resume.ts';
export { replay } from './replay/counterexample.ts';
export {
  lockstepReplay as follow,
  type LockstepReplay as Followed,
  type Obstacle,
  type Pair,
  type Divergence as PartingStep,
} from './replay/lockstep.ts';
export { decodeSchedule, encodeSchedule, markOf } from './replay/token.ts';
export { World } from './replay/world.ts';
export { explore, exploreSync } from './search/explore.ts';
