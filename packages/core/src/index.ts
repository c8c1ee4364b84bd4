/** Face for tools: what may be run, and the values that come back. */
import 'reflect-metadata';

export type { ArchSpec, Change } from './arch/arch.ts';
export type { Contract } from './contract/hook.ts';
export { allHooks } from './contract/mm-hooks.ts';
export type { Progress } from './explore/exploration.ts';
export * from './kernel/index.ts';
export { didYouMean, EXIT, Mistake, MISTAKES, type MistakeCode } from './mistakes.ts';
export { sentencesOf } from './rig/claims.ts';
export { compareRaces, type CompareBounds, type Judge } from './rig/compare.ts';
export { coverageOf, type Coverage } from './rig/coverage.ts';
export { hooksExercised } from './rig/exercised.ts';
export { measureClaims, type HookFacts, type Workload } from './rig/frequencies.ts';
export { DEFAULT_RELEASE, hooksOf, type HookBody } from './rig/hooks-of.ts';
export { judgeScenario, MAX_STATES, type Bounds } from './rig/judge.ts';
export { replayToken, type Named, type Replayed } from './rig/replay-token.ts';
export { notApplicable } from './rig/rig.ts';
export { decodeToken, encodeToken, type Token } from './rig/token.ts';
export { expectedAfter, expectedBefore, type ExpectedRow } from './verdict/expected.ts';
export * from './verdict/verdict.ts';
export { ALWAYS_ASKED, watches } from './watch/index.ts';
export type { Cpu } from './words/cpu.ts';
export type { Entry, Pfn, Pmd, Pte, Table } from './words/entry.ts';
export type { Mm, PmdSlot, PteSlot, Slot, Vma } from './words/objects.ts';
export { cite, type Source } from './words/source.ts';
export type { Op } from './words/step.ts';
export type { Change as CellChange, Trace, TraceEvent } from './words/trace.ts';
export type { Configuration, RaceCase, Scenario, SetupSpec, Story, ThreadSpec } from './workload/scenario.ts';
