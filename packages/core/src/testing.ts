/** Face for test kits: systems small enough to be tried by hand, and the judges that compare searches. */
import 'reflect-metadata';

export { replay } from './explore/counterexample.ts';
export { explore, exploreSync } from './explore/explore.ts';
export type { Exploration, ExploreOptions } from './explore/exploration.ts';
export { byFrames, byHistory, type Identity } from './explore/identity.ts';
export { nothingLeft } from './explore/leak.ts';
export { ALL_REDUCTIONS, MUTANTS, USUAL_REDUCTIONS, type Reductions } from './explore/reductions.ts';
export { gupCollapse, type GupCollapse } from './models/gup-collapse.ts';
export { READS_ALL, tablesOf, type Tables } from './explore/tables.ts';
export { oracle, type Judgement } from './explore/oracle.ts';
export { stackOf, changesOf } from './rig/stack.ts';
export { auditFootprints } from './rig/audit.ts';
export { bareSystem, type BareSystem } from './rig/bare.ts';
export { totalStoreOrder, type StoreBuffers } from './machine/memory/tso.ts';
export { countHook, rig, type Ask, type Rig } from './rig/rig.ts';
export { resolveAsks } from './rig/claims.ts';
export { watches } from './watch/index.ts';
export type { Check, Process, Schedule, System } from './words/system.ts';
export * from './index.ts';
