import { Mistake } from '@shootdown/explorer';
import { record } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { hw, RCU_QUEUE } from '../../hardware.ts';
import { reader, type Parts } from '../../parts.ts';
import { QUEUE, readers } from './readers.ts';

/**
 * Queues a callback that waits for the readers that exist now. Whoever begins to read later is not waited for.
 * Source: Linux, Documentation/RCU/whatisRCU.rst, "call_rcu()". Simplified: a grace period of its own for each callback.
 */
export const call_rcu = stepKind('call_rcu', { callback: record }, (p: Parts) => ({
  apply({ callback }, store) {
    const { get, set } = reader(p);
    const slot = QUEUE.find((k) => get(store, hw.rcuQueue(k)) === 0);
    if (slot === undefined)
      throw new Mistake(
        'SD_POOL_EXHAUSTED',
        `more than ${RCU_QUEUE} RCU callbacks are pending.`,
        'Use a smaller scenario: the queue of an exploration is bounded.',
      );
    set(store, hw.rcuQueue(slot), callback);
    set(store, hw.rcuWaits(slot), readers(p, store));
    return 0;
  },
  tell: ({ callback }) => `call_rcu ${p.records.show(callback)}`,
}));
