/** How a story is told: who runs what on which CPU, on which mapped areas, and what we ask. */
import type { Watch } from '../words/watch.ts';
import type { CpuId, Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import type { Level } from '../words/geometry.ts';
import type { Mm, Vma } from '../words/objects.ts';
import type { Place } from '../words/place.ts';
import type { KernelConfig } from '../words/spec.ts';
import type { Op } from '@shootdown/explorer';

/** What the code of a story may refer to. */
export interface Story {
  readonly mm: Mm;
  /** The n-th address space; `mm` is the first. */
  mmOf(n: number): Mm;
  /** The n-th area of the scenario. */
  area(n: number): Vma;
  /** Address of base page `n` of the address space. */
  page(n: number): Va;
  /** Bytes of a base page and of a huge page in this geometry. */
  readonly pageSize: number;
  readonly hugePageSize: number;
  /** Has this architecture code of that name? */
  hasArchOperation(name: string): boolean;
  /** Code that only this architecture has; its scenario lists it under `needs`, or asks first. */
  archOperation(name: string): (cpu: Cpu, ...args: readonly unknown[]) => Op<unknown>;
}

/** One thread of the story. */
export interface ThreadSpec {
  /** A letter or short word: G for the GUP walker, K for khugepaged. */
  readonly name: string;
  readonly cpu: CpuId;
  /** Number of the address space it runs in; `kernel` for a kernel thread without one. */
  readonly runs: number | 'kernel';
  readonly does: (cpu: Cpu, story: Story) => Op<unknown>;
}

/** What happens before the exploration starts, one after another, by the same kernel code. */
export interface SetupSpec {
  readonly cpu: CpuId;
  /** Address space it runs in (default 0). */
  readonly mm?: number;
  readonly does: (cpu: Cpu, story: Story) => Op<unknown>;
}

/** An area that is mapped: anonymous private memory, base pages `from` up to but not including `to`. */
export interface AreaSpec {
  readonly mm?: number;
  readonly from: number;
  readonly to: number;
  readonly thp: 'always' | 'never';
}

/** A claim that a story asks: the sentence of a watcher that is known, `hook: sentence`, or any watcher by its value. */
export type AskedClaim = string | Watch;

/** A story, the same on every architecture. */
export interface Scenario {
  readonly name: string;
  /** One sentence. */
  readonly title: string;
  readonly cpus: number;
  /** Address spaces (default 1). */
  readonly mms?: number;
  /**
   * Address spaces that do not exist in the beginning: a thread makes them by fork. Their areas are those of the parent; their
   * threads wait for the fork.
   */
  readonly forked?: readonly number[];
  /** Index bits per level, where they differ from the small default tree. */
  readonly geometry?: Partial<Readonly<Record<Level, number>>>;
  /** Frames and tables in each CPU's pool (default 16 and 8). */
  readonly pool?: { readonly frames: number; readonly tables: number };
  readonly memory?: 'sc' | 'tso';
  /** What is around the machine (a hypervisor that stops CPUs) does nothing: a bound, for stories that are about something else. */
  readonly quiet?: boolean;
  /** Thresholds for this story, over those of the architecture. */
  readonly numbers?: Readonly<Record<string, number>>;
  readonly areas: readonly AreaSpec[];
  readonly setup: readonly SetupSpec[];
  readonly threads: readonly ThreadSpec[];
  /** What is judged. */
  readonly asks: readonly AskedClaim[];
  /** What an architecture must have, or the story does not apply to it. `a|b` is an operation that may be called either way. */
  readonly needs?: { readonly config?: readonly (keyof KernelConfig)[]; readonly operations?: readonly string[] };
}

/** Which kernel runs: a release, with and without changes that are named. */
export interface Configuration {
  readonly release: string;
  /** Changes that it has beside those of its release. Each architecture takes those it knows. */
  readonly with?: readonly string[];
  /** Changes of its release that it has not. */
  readonly without?: readonly string[];
  readonly config?: Partial<KernelConfig>;
  /** Kicks and flushes more than any kernel has, on top of all hooks. */
  readonly places?: readonly Place[];
  /** One sentence: what this configuration is. */
  readonly says: string;
}

/** A race of the past: a story, told to the kernel before its fix and to the kernel after. */
export interface RaceCase {
  readonly id: string;
  readonly title: string;
  readonly year: number;
  readonly commits: readonly string[];
  readonly scenario: Scenario;
  readonly before: Configuration;
  readonly after: Configuration;
  /** The case whose text speaks of this one: a variant, a mutation or a control of it. Absent: a case of its own. */
  readonly of?: string;
}
