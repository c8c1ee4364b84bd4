/** Changes of kernel code: of generic code, of hooks, or of what one architecture has for itself. */
import type { Cpu } from './cpu.ts';
import type { MachineSpec } from './spec.ts';

/** A class of hook bodies. Constructor parameters are injected. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- constructor parameters are injected, of any type
export type LayerClass = new (...services: any[]) => object;

/** Another body of a function, with its parameters: a generator where that is one. In one of a hook `this` is the layer. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- it has the parameters its kernel function has
export type ReplacementBody = (this: any, cpu: Cpu, ...args: any[]) => any;

/** A form of kernel code that some releases have and others not. Code asks `cpu.has(name)` where it differs, or a layer replaces hooks. */
export interface Change {
  /** snake_case name, which configurations, code and reports use. */
  readonly name: string;
  /** Commits that brought it, the one that made the change first; or that removed it, as known. */
  readonly commit: string;
  /** Year of the first commit. */
  readonly year?: number;
  /** What the code does with it, in one sentence. */
  readonly says: string;
  /** First release that has it. Absent: it was there from the beginning, or it never shipped (see `shipped`). */
  readonly since?: string;
  /** First release that has it no more. */
  readonly until?: string;
  /** Point releases of older series that have it too, each from that one on, such as `v6.1.192`. */
  readonly backported?: readonly string[];
  /**
   * `never`: a form that no release had, for asking what a part of the code is good for. `later`: a release that is newer than all we
   * know has it, and those that it was ported back to.
   */
  readonly shipped?: 'never' | 'later';
  /** A kernel without it has a race, in which a program goes wrong. */
  readonly fix?: true;
  /** Changes it builds on: no kernel has it without them. */
  readonly needs?: readonly string[];
  /** What the machine does otherwise with it. */
  readonly machine?: Partial<Pick<MachineSpec, 'softMask'>>;
  /** The hooks in that form. Absent: code asks `cpu.has(name)`. */
  readonly layer?: LayerClass;
  /**
   * Other bodies of functions, whoever calls them: `collapse_huge_page` for an operation of generic code or a private function of an
   * architecture (`mm/memory.c:do_huge_pmd_wp_page` where two have the name), `X86.flush_tlb_range` for the body of a hook in a layer.
   */
  readonly replaces?: Readonly<Record<string, ReplacementBody>>;
}
