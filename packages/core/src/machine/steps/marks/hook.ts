/** A hook whose claims are asked for is entered and left in steps of their own. */
import { ghosts } from '../../../words/ghosts.ts';
import type { Store } from '@shootdown/explorer';
import type { CpuId } from '../../../words/address.ts';
import { reader, type Parts } from '../../parts.ts';

/** A step of a hook's contract, and what it carries. */
export interface HookStep {
  readonly hook: string;
  readonly args: readonly unknown[];
  readonly result?: unknown;
  /** Locks the thread holds: cell name and how. */
  readonly held: readonly { readonly name: string; readonly mode: 'held' | 'read' | 'write' }[];
}

/** How many hooks the CPU is inside of, and who took its interrupts in the innermost one. */
export const insideOf = (p: Parts, store: Store, cpu: CpuId) => {
  const { get, set } = reader(p);
  return {
    depth: get(store, ghosts.inside(cpu)),
    setDepth: (depth: number): void => set(store, ghosts.inside(cpu), depth),
    /** Nobody took an interrupt of the hook at this depth so far. */
    begin: (depth: number): void => set(store, ghosts.interrupted(cpu, depth), 0),
  };
};
