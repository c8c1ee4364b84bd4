/** What the meanings of steps share: layout, records, the shape of the tree, and short names for hardware cells. */
import type { CpuId, CpuMask, Va } from '../words/address.ts';
import type { Ref } from '../words/cells.ts';
import type { Geometry } from '../words/geometry.ts';
import type { Vma } from '../words/objects.ts';
import type { MachineSpec } from '../words/spec.ts';
import type { OrderedMeaning } from '../words/step-kind.ts';
import type { Store } from '@shootdown/explorer';
import { hw } from './hardware.ts';
// @cycle a type only: the parts of a machine hold those who follow it, and these look at the parts
import type { Followers } from './book.ts';
import type { Layout } from './layout.ts';
import type { Records } from './records.ts';

export interface Parts {
  readonly layout: Layout;
  readonly records: Records;
  readonly spec: MachineSpec;
  readonly geometry: Geometry;
  /** Every handle of an area, mapped or not. */
  readonly vmas: readonly Vma[];
  /** See `Cpu.spares`. */
  readonly spares: (vma: Vma, start: Va, end: Va) => readonly Vma[];
  /** See `Cpu.makesAreas`. */
  readonly makesAreas: boolean;
  /** Number of CPUs. */
  readonly cpus: number;
  readonly online: CpuMask;
  /** Are barriers steps? Only a memory model that delays stores needs them. */
  readonly fences: boolean;
  /** Who writes down what happens, for claims. */
  readonly followers: Followers;
  /** Does the kernel that runs have that change? */
  readonly has: (change: string) => boolean;
  /** Frames and tables in each CPU's pool. */
  readonly pool: { readonly frames: number; readonly tables: number };
}

/** By the names of their kinds. */
export type Meanings = Readonly<Record<string, OrderedMeaning>>;

/** Reading and writing named cells of a store; writes to ghosts that nobody keeps are dropped. */
export const reader = (p: Parts) => ({
  get: (store: Store, ref: Ref): number => store.get(p.layout.cell(ref)),
  set: (store: Store, ref: Ref, value: number): void => {
    if (!ref.region.ghost || p.layout.keeps(ref.region)) store.set(p.layout.cell(ref), value);
  },
});

/** Makes something once for each CPU that it is asked for: RCU callbacks run on one that is not online. */
export function ofCpu<T>(make: (cpu: CpuId) => T): (cpu: CpuId) => T {
  const made: T[] = [];
  return (cpu) => (made[cpu] ??= make(cpu));
}

/** Is the CPU in an RCU read-side section? Interrupts off count (RCU-sched). */
export const isReader = (p: Parts, store: Store, cpu: CpuId): boolean => {
  const get = (ref: Ref): number => store.get(p.layout.cell(ref));
  return get(hw.irqOff(cpu)) !== 0 || get(hw.inIrq(cpu)) !== 0 || get(hw.rcuNest(cpu)) !== 0;
};
