/** How an operation of the generic kernel is written: a generator with its place in Linux, shown on call stacks. */
import type { Cpu } from '../words/cpu.ts';
import type { Source } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- an operation has the parameters its kernel function has
type AnyOp = (cpu: Cpu, ...args: any[]) => Op<any>;
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- so has a function that takes no step
type AnyFunction = (cpu: Cpu, ...args: any[]) => any;

/** An operation: callable like the generator it wraps, and citable. */
export type Operation<F extends AnyOp = AnyOp> = F & { readonly operationName: string; readonly source: Source };

/** A function that a change may replace (`Change.replaces`). */
export type Replaceable<F extends AnyFunction = AnyFunction> = F & { readonly source: Source };

/** All that were declared, by name: what stands on a call stack can be looked up. */
const declared = new Map<string, Source>();
export const operationSources = (): ReadonlyMap<string, Source> => declared;

/** Bodies of all that may be replaced, by the place in Linux: one place, one function, however often a service makes it anew. */
const replaceables = new Map<Source, AnyFunction>();
export const replaceableFunctions = (): ReadonlyMap<Source, AnyFunction> => replaceables;
/** Bodies, by what is called. */
const bodies = new WeakMap<AnyFunction, AnyFunction>();

/**
 * Declares a kernel operation.
 * @param source where it stands in Linux; its symbol is the operation's name
 * @param body the steps, in the kernel's order
 */
export function operation<F extends AnyOp>(source: Source, body: F): Operation<F> {
  declared.set(source.symbol, source);
  const call = (cpu: Cpu, ...args: unknown[]): Op<unknown> =>
    cpu.within(source.symbol, () => (cpu.replacement(source) ?? body)(cpu, ...args) as Op<unknown>);
  replaceables.set(source, body);
  bodies.set(call, body);
  return Object.assign(call, { operationName: source.symbol, source }) as unknown as Operation<F>;
}

/**
 * Declares a kernel function that is no operation of its own: call stacks do not show it, and a change may replace it all the same.
 * @param source where it stands in Linux; its symbol is its name
 * @param body a generator, or a function that takes no step
 */
export function replaceable<F extends AnyFunction>(source: Source, body: F): Replaceable<F> {
  const call = (cpu: Cpu, ...args: unknown[]): unknown => (cpu.replacement(source) ?? body)(cpu, ...args) as unknown;
  replaceables.set(source, body);
  bodies.set(call, body);
  return Object.assign(call, { source }) as unknown as Replaceable<F>;
}

/**
 * What an operation does where no change replaces it: for a replacement that does something before or after. The functions it calls are
 * those of the kernel that runs, with all that is replaced in it.
 * @throws TypeError when it was declared by neither `operation` nor `replaceable`
 */
export function original<F extends AnyFunction>(call: F): F {
  const found = bodies.get(call);
  if (!found) throw new TypeError(`${call.name || 'this function'} is no operation: it has no other body.`);
  return found as F;
}
