/** Sections of code on one CPU: beginning and ending one may be the moment at which RCU stops waiting for the CPU. */
import type { Store } from '@shootdown/explorer';
import type { CpuId } from '../../../words/address.ts';
import type { Ref } from '../../../words/cells.ts';
import { reader, type Parts } from '../../parts.ts';
import { quiescence } from '../rcu/readers.ts';

/** Numbers of the CPU, each by its cell. */
interface Own {
  /** @returns what is there afterwards */
  add(at: Ref, n: number): number;
  set(at: Ref, value: number): void;
}

/** A step that changes how deep the CPU is inside of something. */
export function section(p: Parts, verb: string, change: (own: Own, cpu: CpuId) => void) {
  const { get, set } = reader(p);
  const quiesce = quiescence(p);
  return {
    apply({ cpu }: { readonly cpu: CpuId }, store: Store): number {
      const own: Own = {
        add(at, n) {
          const value = get(store, at) + n;
          set(store, at, value);
          return value;
        },
        set: (at, value) => set(store, at, value),
      };
      change(own, cpu);
      quiesce(store, cpu);
      return 0;
    },
    tell: () => verb,
  };
}
