/** How an operation of the generic kernel is written: a generator with its place in Linux, shown on call stacks. */
import type { Cpu } from '../words/cpu.ts';
import type { Source } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- an operation has the parameters its kernel function has
type AnyOp = (cpu: Cpu, ...args: any[]) => Op<any>;

/** An operation: callable like the generator it wraps, and citable. */
export type Operation<F extends AnyOp = AnyOp> = F & { readonly operationName: string; readonly source: Source };

/** All that were declared, by name: what stands on a call stack can be looked up. */
const declared = new Map<string, Source>();
export const operationSources = (): ReadonlyMap<string, Source> => declared;

/**
 * Declares a kernel operation.
 * @param source where it stands in Linux; its symbol is the operation's name
 * @param body the steps, in the kernel's order
 */
export function operation<F extends AnyOp>(source: Source, body: F): Operation<F> {
  declared.set(source.symbol, source);
  const call = (cpu: Cpu, ...args: unknown[]): Op<unknown> => cpu.within(source.symbol, () => body(cpu, ...args));
  return Object.assign(call, { operationName: source.symbol, source }) as unknown as Operation<F>;
}
