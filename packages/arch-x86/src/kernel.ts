/** @mirror Face for whoever changes kernel code of this architecture: what stands at the top of each of its files. */
export * from './flush_tlb_info.ts';
export * from './history.ts';
export * from './instructions.ts';
export * from './invlpg.ts';
export * from './invlpgb.ts';
export * from './kvm.ts';
export * from './mmu.ts';
export * from './paravirt.ts';
export * from './pv_ops.ts';
export * from './rules.ts';
export * from './switch.ts';
export * from './tlb.ts';
export * from './tlbstate.ts';
export * from './x86.ts';
