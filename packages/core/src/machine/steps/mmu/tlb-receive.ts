import { allOf, nonzero, someOf, zero, type Cell, type Store } from '@shootdown/explorer';
import { cpusOf, type CpuId } from '../../../words/address.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import { ofCpu, reader, type Parts } from '../../parts.ts';
import { invalidate } from '../../translation.ts';
import { idOfList, listAt } from '../memory/lists.ts';
import { invalidationOf } from './invalidations.ts';

/**
 * A CPU does what another broadcast first; not within an instruction that may be using the translation.
 * Source: Arm ARM, D8 (a TLBI is complete when no instruction uses the old translation); Power ISA, book III, 6.9.3.
 */
export const tlb_receive = stepKind(
  'tlb.receive',
  {},
  (p: Parts) => {
    const { get, set } = reader(p);
    const online = cpusOf(p.online);
    const queues = (cpu: CpuId): Cell[] => online.map((from) => p.layout.cell(hw.broadcast(from, cpu)));
    const mayReceive = ofCpu((cpu) => allOf(zero(p.layout.cell(hw.inInsn(cpu))), someOf(...queues(cpu).map(nonzero))));
    const senders = (store: Store, cpu: CpuId): CpuId[] =>
      online.filter((from) => get(store, hw.broadcast(from, cpu)) !== 0);
    return {
      needs: ({ cpu }) => mayReceive(cpu),
      choices: ({ cpu }, store) => Math.max(1, senders(store, cpu).length),
      apply({ cpu }, store, choice) {
        const queue = hw.broadcast(senders(store, cpu)[choice] ?? 0, cpu);
        const [first, ...rest] = listAt(p, get(store, queue));
        invalidate(p, store, cpu, invalidationOf(p, first!));
        set(store, queue, idOfList(p, rest));
        return 0;
      },
      dequeues: ({ cpu }) => queues(cpu),
      tell: () => 'does the broadcast invalidation',
    };
  },
  'apart',
);
