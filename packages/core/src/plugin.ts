/** Face for authors of architectures: everything a plugin may use, and nothing else. */
import 'reflect-metadata';

export { arch } from './arch/arch.ts';
export type { ArchDeclaration, ArchOperation, ArchSpec } from './arch/declaration.ts';
export { below, inject } from './arch/below.ts';
export { from } from './arch/from.ts';
export { Generic } from './arch/generic.ts';
export type { ArchHooks, Layer } from './arch/layer.ts';
export { patch } from './arch/patch.ts';
export type { Patch } from './words/patch.ts';
export type { Rule } from './arch/rule.ts';
export type { Change, LayerClass, ReplacementBody } from './words/change.ts';
export * from './contract/hooks/index.ts';
export * from './contract/gather.ts';
export type { MmHooks } from './contract/mm-hooks.ts';
export { operation, original, replaceable, type Operation, type Replaceable } from './kernel/operation.ts';
export { host_pfn_mapping_level } from './kernel/lookup_address.ts';
export { mmdrop, mmdrop_lazy_tlb } from './kernel/sched.ts';
export { kick_all_cpus_sync } from './kernel/smp.ts';
export { Mistake } from '@shootdown/explorer';
export type { AtEnd, Watch } from './words/watch.ts';
export type { AccessMade, Book, Follows, KernelNote, KernelNotes } from './words/follow.ts';
export type { Facts } from './words/facts.ts';
export type { Moment, Said } from '@shootdown/explorer';
export * from './words/address.ts';
export * from './words/cells.ts';
export * from './words/cpu.ts';
export * from './words/entry.ts';
export * from './words/geometry.ts';
export { limit, type Limit } from './words/limit.ts';
export type { MmuGather } from './words/mmu_gather.ts';
export * from './words/objects.ts';
export type {
  DependencyOrder,
  Earlier,
  FenceOrder,
  FlatOrder,
  Keeps,
  Later,
  OrderTable,
  ScatteredFence,
  ScatteredOrder,
  ScatteredRule,
} from './words/order.ts';
export * from './words/source.ts';
export { CAREFUL } from './words/spec.ts';
export type {
  Access,
  AccessResult,
  Amounts,
  CountedNames,
  HardwareFlag,
  InsufficientRights,
  KernelConfig,
  MachineSpec,
  Miss,
  StepTools,
  TlbInstruction,
  WriteTrap,
} from './words/spec.ts';
export * as operand from './words/operands.ts';
export {
  stepKind,
  StepKind,
  type AnyStepKind,
  type Behaviour,
  type Given,
  type Operands,
  type Order,
  type Read,
} from './words/step-kind.ts';
export { allOf, nonzero, someOf, waitsFor, when, zero, type CellTest, type Condition } from '@shootdown/explorer';
export type { Meaning, Op, Step, Store } from '@shootdown/explorer';
