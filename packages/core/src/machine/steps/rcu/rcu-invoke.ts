import { allOf, nonzero, someOf, zero, type Store } from '@shootdown/explorer';
import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import { reader, type Parts } from '../../parts.ts';
import { QUEUE } from './readers.ts';

/**
 * A grace period has passed for one of the callbacks: takes it from the queue, and observes its record.
 * Source: Linux, Documentation/RCU/whatisRCU.rst, "call_rcu()". Simplified: callbacks come in any order, on no CPU of the machine.
 */
export const rcu_invoke = stepKind(
  'rcu.invoke',
  {},
  (p: Parts) => {
    const { get, set } = reader(p);
    const at = p.layout.cell.bind(p.layout);
    const over = someOf(...QUEUE.map((k) => allOf(nonzero(at(hw.rcuQueue(k))), zero(at(hw.rcuWaits(k))))));
    const ready = (store: Store): number[] =>
      QUEUE.filter((k) => get(store, hw.rcuQueue(k)) !== 0 && get(store, hw.rcuWaits(k)) === 0);
    return {
      needs: () => over,
      choices: (_o, store) => Math.max(1, ready(store).length),
      apply(_o, store, choice) {
        const slot = ready(store)[choice] ?? 0;
        const record = get(store, hw.rcuQueue(slot));
        set(store, hw.rcuQueue(slot), 0);
        return record;
      },
      tell: (_o, observed) => `grace period over: ${p.records.show(observed)}`,
    };
  },
  'apart',
);
