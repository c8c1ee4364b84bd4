/** Face for tools: what may be run, and the values that come back. */
import 'reflect-metadata';

export { changesKnownTo } from './arch/changes.ts';
export type { ArchSpec } from './arch/declaration.ts';
export { isPatch } from './arch/patch.ts';
export type { Patch } from './words/patch.ts';
export type { Rule } from './arch/rule.ts';
export type { Contract } from './contract/hook.ts';
export { deregister_lockless_pgtable_walker, register_lockless_pgtable_walker } from './contract/hooks/index.ts';
export { allHooks } from './contract/mm-hooks.ts';
export type { Block, Checkpoint, Numbers, Piece, Rows, Saved } from '@shootdown/explorer';
export type { Progress } from '@shootdown/explorer';
export * from './kernel/index.ts';
export * from './measure/index.ts';
export { didYouMean, EXIT, Mistake, MISTAKES, type MistakeCode } from '@shootdown/explorer';
export { sentencesOf } from './rig/claims.ts';
export { ablate, type Ablated, type AblateBounds, type Removal } from './ask/ablate.ts';
export { bisect, type BisectBounds, type Bisected, type Culprit, type Turn } from './ask/bisect.ts';
export { compareRaces, type CompareBounds, type Judge } from './ask/compare.ts';
export {
  codeCoverage,
  type CodeCoverage,
  type CoveredFunction,
  type CoveredSite,
  type Reached,
} from './ask/coverage/code-coverage.ts';
export { brokenIn, type Broken } from './ask/broken.ts';
export { coverageOf, type Coverage } from './ask/coverage/coverage.ts';
export { hooksExercised } from './ask/coverage/exercised.ts';
export { measureClaims, type HookFacts, type Workload } from './ask/frequencies.ts';
export { DEFAULT_RELEASE, hooksOf, type HookBody } from './rig/hooks-of.ts';
export { judgeScenario, MAX_STATES, type Bounds, type HowFar } from './ask/judge.ts';
export { nameOfPlace, readPlace } from './arch/placed.ts';
export { idleSwitches } from './rig/stack.ts';
export type { Followed, Obstacle, Pair, PartingStep } from '@shootdown/explorer';
export { namesKnownTo, strangerIn, type KnownNames, type Told } from './rig/names.ts';
export { part, partFixed, type Parting } from './ask/divergence.ts';
export { runInTurn, type InTurn } from './ask/in-turn.ts';
export { place, type Choice, type PlaceBounds, type Placement, type PlaceQuestion } from './ask/placement.ts';
export { reach, type Reach } from './ask/reach.ts';
export { replayToken, type Named, type Replayed } from './ask/replay-token.ts';
export { judgePatched, type PatchedCell, type PatchedWord, type PatchQuestion } from './ask/patched.ts';
export { measurePatched, type ChangedCount, type PatchedCount } from './ask/patched-counts.ts';
export { withPatch, withPatchIn } from './rig/patched.ts';
export { replaceableNames } from './rig/replacements.ts';
export { notApplicable } from './rig/rig.ts';
export { decodeToken, encodeToken, type Token } from './ask/token.ts';
export { expectedAfter, expectedBefore, type ExpectedRow } from './ask/expected.ts';
export * from './ask/verdict.ts';
export { askingWatchers, breachOf, claimOf, inReference, sentenceOfBreach } from './rig/watchers.ts';
export { ALWAYS_ASKED, watches } from './watch/index.ts';
export type { Change } from './words/change.ts';
export type { AtEnd, Watch } from './words/watch.ts';
export type { AccessMade, Book, Follows, KernelNote, KernelNotes } from './words/follow.ts';
export type { Moment, Said } from '@shootdown/explorer';
export type { Cpu } from './words/cpu.ts';
export { limit, limits, type Limit } from './words/limit.ts';
export type { Entry, Pfn, Pmd, Pte, Table } from './words/entry.ts';
export type { Mm, PmdSlot, PteSlot, Slot, Vma } from './words/objects.ts';
export type { Place } from './words/place.ts';
export { cite, type Source } from './words/source.ts';
export type { Op } from '@shootdown/explorer';
export type { Change as CellChange, Trace, TraceEvent } from '@shootdown/explorer';
export { flawOfRace, flawOfWorkload, nameOfRace, nameOfWorkload } from './workload/check.ts';
export type {
  AskedClaim,
  Configuration,
  RaceCase,
  Scenario,
  SetupSpec,
  Story,
  ThreadSpec,
} from './workload/scenario.ts';
