/** What a machine is, in numbers and choices: the data an architecture brings beside its code. */
import type { Va } from './address.ts';
import type { Cell, Dim, Ref, Region } from './cells.ts';
// What a machine is like is told by code that runs on its CPUs, and a CPU says what its machine is like: both are types only.
// @cycle types only: a machine is described by what its CPUs are handed, and a CPU knows its machine
import type { Cpu, Invalidation } from './cpu.ts';
import type { Flag, Table } from './entry.ts';
import type { Geometry } from './geometry.ts';
import type { AnyStepKind } from './step-kind.ts';
import type { Op, Store } from '@shootdown/explorer';

/**
 * How the hardware treats the accessed (or dirty) flag of an entry it uses:
 * `always` sets it, `never` faults so that software sets it, `may` does either, and both are explored.
 */
export type HardwareFlag = 'always' | 'never' | 'may';

/**
 * What a CPU does with an access that it remembers a translation for, base page or huge page, if that translation does not permit
 * the access (memory may by now): a write where it is read-only, or clean where hardware does not simply set dirty.
 */
export interface InsufficientRights {
  /**
   * `walks again`: as if it remembered nothing; `faults`: a page fault, without a look at memory; `may fault`: either, and both are
   * explored; from an entry that it has faulted from it may fault as long as it remembers it, and then does. A kernel that relaxes an entry and does not flush is right on the first kind of machine only, or where a fault forgets.
   */
  readonly does: 'walks again' | 'faults' | 'may fault';
  /** Does a page fault remove what the CPU remembers of the address, leaf and upper levels? Then it does not fault twice from one entry. */
  readonly faultForgets: boolean;
}

/** What is taken for hardware that nothing is said of: it may fault, as often as it likes. No kernel that is right there is wrong elsewhere. */
export const CAREFUL: InsufficientRights = { does: 'may fault', faultForgets: false };

/** Why the hardware cannot make an access: it remembers no translation, or one that does not permit it. */
export type Miss = 'not remembered' | 'not permitted';

/** How a user access went: done, or the kernel must handle a page fault first. */
export type AccessResult = 'done' | 'fault';

/** One user load or store, as the machine sees it. */
export interface Access {
  readonly va: Va;
  readonly kind: 'read' | 'write';
  /** What a write stores: a token that tells this store from every other. */
  readonly token: number;
}

/** Kernel options that change what generic code is compiled to. */
export interface KernelConfig {
  /** The CPU set of a flush says nothing about table walks in software: page tables are freed by RCU. */
  readonly MMU_GATHER_RCU_TABLE_FREE: boolean;
  readonly TRANSPARENT_HUGEPAGE: boolean;
  readonly HAVE_FAST_GUP: boolean;
  /** Entries have a mark of software for what was written since clear_refs (x86, powerpc, s390). */
  readonly HAVE_ARCH_SOFT_DIRTY?: boolean;
  /** A gather holds entries of one size only: it flushes when the size changes (powerpc). */
  readonly MMU_GATHER_PAGE_SIZE?: boolean;
  /** A gather goes on from one area to the next without a flush in between (x86, powerpc; not arm64). */
  readonly MMU_GATHER_MERGE_VMAS?: boolean;
  /** Kernel threads hold no reference to the address space they have borrowed, from 6.4 on (powerpc). */
  readonly MMU_LAZY_TLB_SHOOTDOWN?: boolean;
}

/** The names of these options. */
export const KERNEL_CONFIG = Object.keys({
  MMU_GATHER_RCU_TABLE_FREE: true,
  TRANSPARENT_HUGEPAGE: true,
  HAVE_FAST_GUP: true,
  HAVE_ARCH_SOFT_DIRTY: true,
  MMU_GATHER_PAGE_SIZE: true,
  MMU_GATHER_MERGE_VMAS: true,
  MMU_LAZY_TLB_SHOOTDOWN: true,
} satisfies Readonly<Record<keyof KernelConfig, true>>) as readonly (keyof KernelConfig)[];

/** What the meaning of an architecture's own steps may use: named cells of a store, and how many there are of each kind. */
export interface StepTools {
  /** 0 where no such cell is: an instruction or a hypervisor is handed what kernel code computed. */
  get(store: Store, at: Ref): number;
  /** Nothing happens where no such cell is. */
  set(store: Store, at: Ref, value: number): void;
  /** @throws Mistake SD_CELL_OUT_OF_RANGE: a step names the cells it is about (`Cpu.special`), and then they exist */
  cell(at: Ref): Cell;
  /** The record (plain data) that a cell or operand holds the number of, and back. */
  record(id: number): unknown;
  idOf(record: unknown): number;
  readonly sizes: Readonly<Record<Dim, number>>;
  readonly geometry: Geometry;
}

/** Memory that kernel code may read and not write: under a hypervisor, page tables in use. A write traps. */
export interface WriteTrap {
  /** One flag per table: while it is not 0, writes to its words trap; so does giving it back, because its next owner writes to it. */
  readonly readOnly: Region;
  /** Which rule the write breaks, counted from 1; 0: none, and whoever takes the trap carries it out as one indivisible step. */
  readonly judge: (value: (at: Ref) => number, table: Table, how: 'written' | 'freed') => number;
  /** The rules in words; number 1 comes first. */
  readonly rules: readonly string[];
}

/** What an instruction that concerns the TLB does: invalidates, here or on every CPU; waits for what came before; loads the root. */
export type TlbInstruction =
  | { readonly does: 'local'; readonly what: Invalidation }
  | { readonly does: 'broadcast'; readonly what: Invalidation }
  | { readonly does: 'sync' }
  | { readonly does: 'root' };

/** How many of each name. */
export type Amounts = Readonly<Record<string, number>>;

/** Which names count as what when an operation is measured: those that the reference counts were taken at. */
export interface CountedNames {
  /** Operations, or kinds of steps, that are one flush each. */
  readonly flushes: readonly string[];
  /** What an interrupt is for, by the name of its handler. Others wait for walkers without locks. */
  readonly ipis: Readonly<Record<string, 'tlbIpis' | 'lazyExitIpis'>>;
  /**
   * Which instructions one step of the machine stands for, and how many: a step may be a loop over TLB sets, or repeat itself
   * because of an erratum.
   * @param number the numbers of the machine
   */
  readonly instructions?: (step: TlbInstruction, number: (name: string) => number) => Amounts;
  /**
   * What a function asks the hypervisor for.
   * @param name of a function that has returned
   * @param invalidated how many invalidations were made in it
   */
  readonly hypercalls?: (name: string, invalidated: number) => Amounts;
  /**
   * Functions and instructions of the architecture that are compared with counts of real kernels, where those have them. `@other`: on the
   * other CPUs; `insn:NAME@cpu0`: an instruction on the measured one.
   */
  readonly compared?: readonly string[];
}

/** The machine of one architecture. Plain data, apart from its functions. */
export interface MachineSpec {
  /** The real shape of the tree. */
  readonly geometry: Geometry;
  /** How other CPUs' translations are removed. Said in reports; the code that does it is in the layers. */
  readonly shootdown: 'ipi' | 'broadcast' | 'hypercall' | 'hash table';
  /** Do CPUs remember upper levels of a walk? */
  readonly walkCache: boolean;
  readonly hardwareAccessed: HardwareFlag;
  readonly hardwareDirty: HardwareFlag;
  /** Accesses that a remembered translation does not permit. Default: `CAREFUL`. */
  readonly insufficientRights?: InsufficientRights;
  /**
   * May a CPU remember translations of two sizes for one address while a zap is under way there, which empties a huge PMD first and
   * flushes last? Default: `while removing`. `never`: the architecture's own hooks have to see to it.
   */
  readonly twoSizes?: 'while removing' | 'never';
  /** Which memory model the architecture has; explorations use it only when a scenario asks. */
  readonly memory: 'tso' | 'arm' | 'power';
  /** Thresholds with their real values, such as `tlb_single_page_flush_ceiling`. */
  readonly numbers: Readonly<Record<string, number>>;
  /** The same thresholds scaled to the small geometry, where they differ, so that both branches are reached. */
  readonly exploring: Readonly<Record<string, number>>;
  /** Numbers that belong to the shape of the tables, as they are in the small geometry: no thresholds, and small whoever's thresholds are used. */
  readonly shape?: Readonly<Record<string, number>>;
  readonly config: KernelConfig;
  /** Flags that `pte_same` and `pmd_same` do not compare: what the MMU's own tables note in an entry. Default: none. */
  readonly notCompared?: number;
  /** Which hardware or software bit carries each flag of an entry. Documentation: `{ PRESENT: 'P, bit 0' }`. */
  readonly entryBits: Readonly<Partial<Record<Flag, string>>>;
  /**
   * Address translation of a machine whose hardware does not walk the Linux tables. Called on a TLB miss (`not remembered`), with
   * interrupts held off: it must end the instruction (`access_done` or `access_fault`). Or called on a protection fault from the
   * TLB (`not permitted`), which has ended the instruction already.
   */
  readonly translate?: (cpu: Cpu, access: Access, miss: Miss) => Op<AccessResult>;
  /**
   * Kinds of steps of the architecture's own (`stepKind`): each is one indivisible action of its hypervisor, or of an unusual instruction.
   * Code makes them with `cpu.special`.
   */
  readonly steps?: readonly AnyStepKind<StepTools>[];
  /** Loading the root register, where that is not an instruction but a request. Loads it with `load_root`, when it is done. */
  readonly write_root?: (cpu: Cpu, table: Table, asid: number) => Op;
  readonly writeTrap?: WriteTrap;
  /** Code of the surroundings that runs beside every CPU, such as a hypervisor that stops virtual CPUs. It must come to an end. */
  readonly surroundings?: readonly { readonly name: string; readonly code: (cpu: Cpu) => Op }[];
  /** One flag per CPU: while it is not 0 the CPU does nothing at all (it is stopped by the surroundings). */
  readonly stopped?: Region;
  /**
   * local_irq_save is a flag in memory: an interrupt still reaches the CPU, which notes it and goes on. Absent: as if the CPU did
   * not hear it, which comes to the same where the note is no acknowledgement.
   */
  readonly softMask?: 'acknowledges at unmask' | 'acknowledges at delivery';
  /** One flag per CPU: while it is 1 the CPU runs no user code, and checks its translations before it does again. */
  readonly lazy?: Region;
  /** Bits of a cell per CPU: while one is set the CPU is stopped, and drops all its translations before it does anything again. */
  readonly owesFlush?: { readonly at: Region; readonly bits: number };
  /** What is counted when operations are measured (default: the flush hooks). */
  readonly counted?: CountedNames;
  /** Cells of the architecture's own. */
  readonly cells: readonly Region[];
}
