/** @mirror Face for whoever changes kernel code of this architecture: what stands at the top of each of its files. */
export * from './cells.ts';
export * from './history.ts';
export { everything, Hypervisor, LAZY, onePage, type Call } from './hypervisor.ts';
export * from './mmu.ts';
export * from './pinning.ts';
export * from './rules.ts';
export * from './steps.ts';
export * from './switch.ts';
export * from './tlb.ts';
export * from './trap.ts';
export * from './typing.ts';
export * from './xen-entries.ts';
export * from './xen-pv.ts';
