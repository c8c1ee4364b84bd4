/** What an architecture is: layers of hooks, a machine, and how both changed over the years. */
import type { Op } from '@shootdown/explorer';
import type { Change, LayerClass } from '../words/change.ts';
import type { Cpu } from '../words/cpu.ts';
import type { MachineSpec } from '../words/spec.ts';
import type { Watch } from '../words/watch.ts';
import type { Rule } from './rule.ts';

/** Code that only this architecture has, such as ppc64's walk for perf call chains. */
export type ArchOperation = (cpu: Cpu, ...args: readonly never[]) => Op<unknown>;

/** What `arch()` takes. */
export interface ArchDeclaration {
  /** Name in commands and reports. */
  readonly id: string;
  readonly title: string;
  /** What this machine is, in a few sentences. */
  readonly what: string;
  /** The architecture this one is a layer over. Its layers, changes and operations are kept. */
  readonly over?: ArchSpec;
  /** From the bottom up; `Generic` is below the first. */
  readonly layers: readonly LayerClass[];
  /** Classes that layers get injected, one instance each. They hold references to cells, never values. */
  readonly services?: readonly LayerClass[];
  readonly machine: MachineSpec;
  /** Keys of `machine` beside those of `MachineSpec`, which its own layers read, such as `pv_ops`. Architectures over this one have them too. */
  readonly machineKeys?: readonly string[];
  readonly history?: readonly Change[];
  readonly operations?: Readonly<Record<string, ArchOperation>>;
  /** Names under which reference data speak of this architecture, if not its id. */
  readonly alsoKnownAs?: readonly string[];
  /** Other processors under which counts of real kernels speak of it, with the numbers of the machine that differ there. */
  readonly variants?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** What may be switched off one at a time. Those of the architecture below are kept. */
  readonly rules?: readonly Rule[];
  /** Watchers of its own, which stories may ask by their sentences. Those of the architecture below are kept. */
  readonly watches?: readonly Watch[];
}

/** An architecture, complete and frozen. */
export interface ArchSpec {
  readonly id: string;
  readonly title: string;
  readonly what: string;
  readonly over: string | undefined;
  readonly layers: readonly LayerClass[];
  readonly ownLayers: readonly LayerClass[];
  readonly services: readonly LayerClass[];
  readonly machine: MachineSpec;
  readonly machineKeys: readonly string[];
  readonly history: readonly Change[];
  readonly operations: Readonly<Record<string, ArchOperation>>;
  readonly alsoKnownAs: readonly string[];
  readonly variants: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly rules: readonly Rule[];
  readonly watches: readonly Watch[];
}
