/** How a hook is declared once, and read by the compiler, the explorer, the docs and the comparison. */
import type { Cpu } from '../words/cpu.ts';
import type { Facts } from '../words/facts.ts';
import type { Ref } from '../words/cells.ts';
import type { Source } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a hook has the parameters its kernel function has
export type HookFn = (cpu: Cpu, ...args: any[]) => Op<any>;
type Args<F extends HookFn> = F extends (cpu: Cpu, ...args: infer A) => unknown ? A : never;
type Result<F extends HookFn> = ReturnType<F> extends Op<infer R> ? R : never;

/** What a claim made on entry may look at. */
export interface Entered<F extends HookFn> {
  readonly facts: Facts;
  /** The CPU that called the hook. */
  readonly cpu: number;
  readonly args: Args<F>;
}
/** What a claim made on return may look at. */
export interface Left<F extends HookFn> extends Entered<F> {
  readonly result: Result<F>;
}

/** A claim is a sentence and the predicate that decides it. */
export type Claims<S> = Readonly<Record<string, (seen: S) => boolean>>;

/** What a hook gives back, checked at run time: a layer written without types cannot slip a wrong value in. */
export type Returns = 'nothing' | 'entry' | 'table' | 'boolean';

/** The declaration of one hook. */
export interface Contract<F extends HookFn = HookFn> {
  /** The kernel's name for it. */
  readonly hookName: string;
  /** Which group of hooks it belongs to. */
  readonly group: 'pte update' | 'pmd update' | 'TLB' | 'table lifetime' | 'lockless walk' | 'secondary MMU';
  /** What the caller gets, in one sentence. */
  readonly does: string;
  /** Kernel functions that call it. */
  readonly calledBy: readonly string[];
  /** Locks that every caller holds: their kernel names, and the cells they are, from the arguments. */
  readonly locks: Readonly<
    Record<string, (...args: Args<F>) => { readonly at: Ref; readonly mode: 'held' | 'read' | 'write' }>
  >;
  /** Who waits for whom in it, where that is the same on every architecture. */
  readonly waits: string;
  readonly sleeps: 'never' | 'may';
  readonly returns: Returns;
  /** The same on every architecture. */
  readonly must: { readonly pre: Claims<Entered<F>>; readonly post: Claims<Left<F>> };
  /** Allowed to differ between architectures. The explorer measures how often each holds. */
  readonly may: Claims<Left<F>>;
  /** What we are not sure the kernel guarantees. */
  readonly doubts: readonly string[];
  readonly source: Source;
}

/** A declared hook: its contract, and the call. Kernel code writes `yield* pmdp_collapse_flush(cpu, vma, address, pmdp)`. */
export type Hook<F extends HookFn = HookFn> = F & Contract<F> & { readonly signature?: F };

/** Declares a hook. Calling the constant runs the topmost layer that defines it. */
export function hook<F extends HookFn>(contract: Contract<F>): Hook<F> {
  const call = (cpu: Cpu, ...args: unknown[]): Op<unknown> => cpu.call(self, args);
  const self = Object.freeze(Object.assign(call, contract)) as unknown as Hook<F>;
  return self;
}

/** The method that a layer writes for a hook. */
export type Method<H> = H extends { readonly signature?: infer F } ? NonNullable<F> : never;

/** A lock that every caller holds. */
export const spinlock = (at: Ref): { at: Ref; mode: 'held' } => ({ at, mode: 'held' });
export const rwsem = (at: Ref, mode: 'read' | 'write'): { at: Ref; mode: 'read' | 'write' } => ({ at, mode });
