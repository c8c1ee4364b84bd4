/** Face for judges of searches: a search without any reduction, a check for what a search keeps, tables for other checkers, a small model. */
export { nothingLeft } from './testing/leak-check.ts';
export { oracle, type Judgement } from './testing/oracle.ts';
export { gupCollapse, type GupCollapse } from './testing/small-model.ts';
export { READS_ALL, tablesOf, type Tables } from './testing/tables.ts';
