/** What kernel code and architecture code may do on a CPU. Every method marked `Op` is one step unless it says otherwise. */
import type { CpuId, CpuMask, Range, Va } from './address.ts';
import type { Ref } from './cells.ts';
// @cycle types only: a body takes a CPU, and a CPU says which bodies are replaced
import type { ReplacementBody } from './change.ts';
import type { Entry, Pfn, Table } from './entry.ts';
import type { KernelNote } from './follow.ts';
import type { Geometry, Level } from './geometry.ts';
import type { Limit } from './limit.ts';
import type { Mm, Slot, Vma } from './objects.ts';
import type { Access, AccessResult, KernelConfig, MachineSpec } from './spec.ts';
import type { Source } from './source.ts';
import type { Given, Operands, StepKind } from './step-kind.ts';
import type { Op } from '@shootdown/explorer';

/** Which translations an invalidation removes from a CPU. Plain data. */
export interface Invalidation {
  /** Address space, as the hardware tags it; -1 for all. */
  readonly asid: number;
  readonly start: Va;
  readonly end: Va;
  /** Leaf levels it reaches: a huge leaf is of level `pmd`. */
  readonly leaves: readonly Level[];
  /** Remembered upper levels it removes: those leading to the range, all of the address space, or none. */
  readonly walkCache: 'none' | 'range' | 'all';
}

/** Plain data handed to a function that runs on another CPU or later. */
export type Info = Readonly<Record<string, unknown>>;

/** Code that an interprocessor interrupt runs on its target, with interrupts off. Made by `ipiHandler`. */
export interface IpiHandler {
  readonly handlerName: string;
  /** Absent: taking the interrupt is all it does. */
  readonly body?: (cpu: Cpu, info: Info) => Op;
}

/** Code that runs after an RCU grace period. Made by `rcuCallback`. */
export interface RcuCallback {
  readonly callbackName: string;
  readonly body: (cpu: Cpu, info: Info) => Op;
}

export interface Cpu {
  readonly id: CpuId;
  /** Every CPU that is online. */
  readonly online: CpuMask;
  readonly spec: MachineSpec;
  /** The shape of the tree in this run: real when measuring, small when exploring. */
  readonly geometry: Geometry;
  /** current->mm; undefined for a kernel thread. */
  readonly mm: Mm | undefined;

  /** Every handle of an area, of every address space: which are mapped, and with which bounds, is a cell of each. */
  readonly vmas: readonly Vma[];
  /** Handles that a piece of `vma` from `start` to `end` may get; those that are mapped already among them. Pure. */
  spares(vma: Vma, start: Va, end: Va): readonly Vma[];
  /** Are handles made when they are wanted? Else all areas are declared, and a handle reaches no further than its declared area. */
  readonly makesAreas: boolean;

  /** Does this kernel have that fix? Static for a run. */
  has(fix: string): boolean;
  config(name: keyof KernelConfig): boolean;
  /** Is the code within an operation or hook of that name? Kernel code never asks: it is for what is tried out on top of it. */
  inside(name: string): boolean;
  /** A threshold of the architecture by name. */
  number(name: string): number;
  /**
   * Is an amount more than a threshold? Which side was taken is noted, so that a verdict can say that it knows one side only.
   * @param threshold name of a number of the machine (or of generic code)
   */
  exceeds(threshold: string, amount: number): boolean;
  /**
   * Is an amount as much as a threshold, or more?
   * @param limit computes it, where it is made of several numbers: pure
   */
  reaches(threshold: string, amount: number, limit?: (number: (name: string) => number) => number): boolean;
  /** Calls a hook: the topmost layer that defines it answers. Kernel code calls the hook's constant instead. */
  call(hook: unknown, args: readonly unknown[]): Op<unknown>;
  /** The body that a change of this kernel puts in the place of a function's own; undefined where none does. Static for a run. */
  replacement(source: Source): ReplacementBody | undefined;
  /** Runs `body` with `name` on the call stack that traces show. Not a step. */
  within<T>(name: string, body: () => Op<T>): Op<T>;

  // Memory
  load(at: Ref): Op<number>;
  store(at: Ref, value: number): Op;
  /** Atomic exchange; what was there. */
  xchg(at: Ref, value: number): Op<number>;
  /** Atomic compare and exchange; what was there (equal to `expected`: it was exchanged). */
  cmpxchg(at: Ref, expected: number, value: number): Op<number>;
  /** Atomic add whose result nobody looks at: commutes with others of its kind. */
  add(at: Ref, n: number): Op;
  /** Atomic add; the new value. */
  add_return(at: Ref, n: number): Op<number>;
  /** Atomic decrement; is it zero now? */
  dec_and_test(at: Ref): Op<boolean>;
  /** Atomic increment unless zero; done? */
  inc_not_zero(at: Ref): Op<boolean>;
  /** Atomic: clears then sets bits; what was there. */
  update(at: Ref, clear: number, set: number): Op<number>;
  /** Atomic: sets bits, result unseen. */
  or(at: Ref, bits: number): Op;
  /** Atomic: clears bits, result unseen. */
  andnot(at: Ref, bits: number): Op;
  /** Waits until none of the bits is set: a spin loop, as one step. */
  wait_clear(at: Ref, bits: number, why: string): Op;
  /** A barrier, by its name in the code (`smp_mb`, `ptesync`, `dsb(ishst)`). Free under sequential consistency. */
  fence(name: string): Op;
  /** Adds to the end of a list cell. */
  list_add(at: Ref, value: number): Op;
  /** Takes the first of a list cell; 0 when empty. */
  list_take(at: Ref): Op<number>;
  /** Takes a number out of a list cell, wherever it stands. */
  list_del(at: Ref, value: number): Op;
  /** All that a list cell holds, first one first: one look, for whoever holds the lock of the list. */
  list_read(at: Ref): Op<readonly number[]>;
  /** Adds plain data to the end of a list cell of records. */
  queue_add(at: Ref, what: Info): Op;
  /** Takes the first of a list cell of records. */
  queue_take(at: Ref): Op<Info | undefined>;

  // Page-table words
  read_entry(slot: Slot): Op<Entry>;
  /**
   * Reads an entry on a walk without locks. From a table entry on, the CPU counts as a walker of that table until its
   * read-side section (interrupts off or RCU) ends.
   */
  read_lockless(slot: Slot): Op<Entry>;
  /**
   * Reads through a pointer that was typed earlier, by what the entry was then. Finding the other type there is a
   * wrong-type walk.
   */
  read_typed(slot: Slot, as: 'leaf' | 'table'): Op<Entry>;

  // Locks
  spin_lock(at: Ref): Op;
  spin_trylock(at: Ref): Op<boolean>;
  spin_unlock(at: Ref): Op;
  down_read(at: Ref): Op;
  up_read(at: Ref): Op;
  down_write(at: Ref): Op;
  up_write(at: Ref): Op;

  // Interrupts, other CPUs, RCU
  local_irq_save(): Op;
  local_irq_restore(): Op;
  /** Interrupts off in the CPU itself (MSR_EE on powerpc), where local_irq_save is a flag in memory; else the same as that. */
  hard_irq_disable(): Op;
  hard_irq_enable(): Op;
  /** Sends an interrupt to the CPUs of `mask` (never to itself), which run `handler`. One step on a CPU set. */
  smp_send(mask: CpuMask, handler: IpiHandler, info: Info): Op;
  /** Waits until all of them have run it. */
  smp_wait(mask: CpuMask, why: string): Op;
  /** smp_call_function_many(mask, handler, info, wait=1): both of the above; nothing when the mask is empty. */
  smp_call_function_many(mask: CpuMask, handler: IpiHandler, info: Info): Op;
  rcu_read_lock(): Op;
  rcu_read_unlock(): Op;
  call_rcu(callback: RcuCallback, info: Info): Op;
  synchronize_rcu(): Op;

  // The MMU of this CPU, and invalidation
  /** One user load or store: a TLB hit, or a translation by the hardware, or a fault. Several steps. */
  user_access(access: Access): Op<AccessResult>;
  /**
   * The hardware runs ahead and translates an address that no instruction may ever ask for: it fills TLB and walk caches, and
   * reaches no page. Also while the kernel runs, as long as a user address space is loaded.
   */
  speculate(va: Va): Op;
  /** Loads the root register (and with it the address space tag); table 0 is no user address space. */
  write_root(table: Table, asid: number): Op;
  /** For `MachineSpec.write_root`: the register itself is loaded. */
  load_root(table: Table, asid: number): Op;
  /** Invalidates on this CPU, at once. */
  flush_local(what: Invalidation): Op;
  /** Broadcasts an invalidation to every CPU, this one included, or to the CPUs of `to`. Says nothing about when they have done it. */
  tlbi_broadcast(what: Invalidation, to?: CpuMask): Op;
  /** Waits until every CPU has done what this CPU broadcast, and has finished accesses that used what was removed. */
  tlbi_sync(name: string): Op;
  /** For `MachineSpec.translate`: performs the access through `entry`, remembers it in the TLB, ends the instruction. */
  access_done(access: Access, level: Level, entry: Entry): Op;
  /** For `MachineSpec.translate`: ends the instruction with a fault. */
  access_fault(access: Access): Op;

  // Memory allocation
  /** Takes `2 ** order` free frames from this CPU's pool, zeroed, reference count 1. */
  alloc_pages(order: number): Op<Pfn>;
  /** Gives frames back. Freeing twice is a violation. */
  free_pages(pfn: Pfn): Op;
  /** Takes an empty table from this CPU's pool. */
  alloc_table(level: Level): Op<Table>;
  /** Gives a table back: its memory is somebody else's from here on. */
  free_table(table: Table): Op;

  /** Tells watchers what is meant by what the code does. A step of its own where one that is asked follows it; else nothing. */
  note(note: KernelNote): Op;
  /** BUG_ON / VM_BUG_ON: a violation when `condition` is true; nothing, not even a step, when false. */
  bug_on(condition: boolean, text: string): Op;
  /** The hypervisor (or whoever checks the kernel) says no: a violation, with the rule that was broken. Not a step when `broken` is false. */
  refuse_if(broken: boolean, rule: string): Op;
  /**
   * One step of a kind that the architecture's machine spec lists.
   * @param operands by the names that the kind has for them; a cell that does not exist is a pointer that leads nowhere, as everywhere else
   * @returns what it observes
   */
  special<O extends Operands>(kind: StepKind<O>, operands: Given<O>): Op<number>;
  /**
   * Code came to something that is not modelled: the rest of this execution is outside the printed bound. Never returns.
   * @param what a text is for code that is only tried out: it is on no list of limits
   */
  give_up(what: Limit | string): Op<never>;
}

/** Names code that an interprocessor interrupt runs. Without a body, taking the interrupt is all it does. */
export const ipiHandler = (handlerName: string, body?: (cpu: Cpu, info: Info) => Op): IpiHandler =>
  body ? { handlerName, body } : { handlerName };

/** Names code that runs after a grace period. */
export const rcuCallback = (callbackName: string, body: (cpu: Cpu, info: Info) => Op): RcuCallback => ({
  callbackName,
  body,
});

export type { Range };
