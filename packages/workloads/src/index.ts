/** The built-in stories: races of the past, and workloads that measure contracts. */
export { countedBeside, countedLeftOut, kernelCounts } from './counted/kernel-counts.ts';
export { operations } from './counted/operations.ts';
export { contractWorkloads } from './contracts.ts';
export { expected } from './expected.ts';
export { races, variations } from './all-races.ts';
