/** Rules of an architecture that can be switched off one at a time, to see what notices. */
import type { KernelConfig } from '../words/spec.ts';

/** One rule, and how it is taken away. */
export interface Rule {
  /** snake_case name, which commands and tables use. */
  readonly name: string;
  /** What the kernel or the machine does, in one sentence. */
  readonly says: string;
  readonly off: {
    /** Changes that come. */
    readonly with?: readonly string[];
    /** Changes that go. */
    readonly without?: readonly string[];
    /** Other numbers of the machine. */
    readonly numbers?: Readonly<Record<string, number>>;
    /** Kernel options that are switched off. */
    readonly config?: Partial<KernelConfig>;
  };
}
