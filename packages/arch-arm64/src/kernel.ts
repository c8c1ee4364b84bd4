/** @mirror Face for whoever changes kernel code of this architecture: what stands at the top of each of its files. */
export * from './arm64.ts';
export * from './contpte.ts';
export * from './history.ts';
export * from './instructions.ts';
export * from './mmu.ts';
export * from './rules.ts';
export * from './tlbflush.ts';
