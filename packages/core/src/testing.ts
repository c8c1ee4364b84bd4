/** @internal Face for test kits: systems small enough to be tried by hand, and the judges that compare searches. */
import 'reflect-metadata';

export { replay } from '@shootdown/explorer';
export { explore, exploreSync } from '@shootdown/explorer';
export type { Exploration, ExploreOptions } from '@shootdown/explorer';
export { byFrames, byHistory, type Identity } from '@shootdown/explorer';
export { nothingLeft } from '@shootdown/explorer/testing';
export { ALL_REDUCTIONS, USUAL_REDUCTIONS, type Reductions } from '@shootdown/explorer';
export { gupCollapse, type GupCollapse } from '@shootdown/explorer/testing';
export { READS_ALL, tablesOf, type Tables } from '@shootdown/explorer/testing';
export { oracle, type Judgement } from '@shootdown/explorer/testing';
export { stackOf, changesOf } from './rig/stack.ts';
export { auditAccesses, type AlsoTouches } from './rig/audit.ts';
export { auditDeclarations } from '@shootdown/explorer/testing';
export { bareSystem, type BareSystem } from './rig/bare.ts';
export { totalStoreOrder, type StoreBuffers } from './machine/memory/tso.ts';
export * as flat from './machine/memory/flat.ts';
export * as scattered from './machine/memory/scattered.ts';
export { alone, entryName, type Alone, type DoneAlone } from './rig/alone.ts';
export { countHook, rig, type Ask, type Rig } from './rig/rig.ts';
export { resolveAsks } from './rig/claims.ts';
export { watches } from './watch/index.ts';
export type { Check, Process, Schedule, System } from '@shootdown/explorer';
export * from './index.ts';
