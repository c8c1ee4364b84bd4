/**
 * Public face for judges of searches: the oracle, a leak check, the learned transition relation as tables, a small
 * model.
 */
export { auditDeclarations } from './testing/declarations.ts';
export { nothingLeft } from './testing/leak-check.ts';
export { oracle, type Judgement } from './testing/oracle.ts';
export { gupCollapse, type GupCollapse } from './testing/small-model.ts';
export { READS_ALL, tablesOf, type Tables } from './testing/tables.ts';
