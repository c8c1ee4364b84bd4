import { number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import { reader, type Parts } from '../../parts.ts';
import { quiescence } from '../rcu/readers.ts';

/**
 * The handler is done: acknowledges to the sender, and what was interrupted goes on.
 * Source: Linux, kernel/smp.c, `csd_unlock`; kernel/softirq.c, `irq_exit`.
 */
export const irq_exit = stepKind('irq.exit', { from: number }, (p: Parts) => {
  const { set } = reader(p);
  const quiesce = quiescence(p);
  return {
    apply({ cpu, from }, store) {
      set(store, hw.csd(from, cpu), 0);
      set(store, hw.inIrq(cpu), 0);
      quiesce(store, cpu);
      return 0;
    },
    tell: ({ from }) => `acknowledges to cpu${from}`,
  };
});
