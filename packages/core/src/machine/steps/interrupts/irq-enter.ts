import { allOf, zero, type Store } from '@shootdown/explorer';
import { cpuBit, type CpuId } from '../../../words/address.ts';
import { ghosts } from '../../../words/ghosts.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import { ofCpu, reader, type Parts } from '../../parts.ts';
import { isCalled, senders, type Call } from './calls.ts';

/**
 * Takes one pending call, with interrupts on and between two instructions. Observes `sender + cpus * record`, or 0 when taking it was all
 * there was to do.
 * Source: Linux, kernel/smp.c, `generic_smp_call_function_single_interrupt`. Simplified: of several calls any one may come first.
 */
export const irq_enter = stepKind('irq.enter', {}, (p: Parts) => {
  const { get, set } = reader(p);
  const at = p.layout.cell.bind(p.layout);
  const pending = ofCpu((cpu) => allOf(zero(at(hw.irqOff(cpu))), zero(at(hw.inInsn(cpu))), isCalled(p, cpu)));
  /** Every hook that `from` is inside of is told that `to` took its interrupt. */
  const noteInterrupted = (store: Store, from: CpuId, to: CpuId): void => {
    for (let depth = 0; depth < get(store, ghosts.inside(from)); depth++)
      set(store, ghosts.interrupted(from, depth), get(store, ghosts.interrupted(from, depth)) | cpuBit(to));
  };
  return {
    needs: ({ cpu }) => pending(cpu),
    choices: ({ cpu }, store) => Math.max(1, senders(p, store, cpu).length),
    apply({ cpu }, store, choice) {
      const from = senders(p, store, cpu)[choice] ?? 0;
      const record = get(store, hw.csd(from, cpu));
      if (p.layout.keeps(ghosts.interrupted)) noteInterrupted(store, from, cpu);
      if (!(p.records.get(record) as Call).handler.body) {
        set(store, hw.csd(from, cpu), 0);
        return 0;
      }
      set(store, hw.inIrq(cpu), 1);
      return from + p.cpus * record;
    },
    observedImage: (_o, observed, image) =>
      observed === 0 ? 0 : image.bit(observed % p.cpus) + observed - (observed % p.cpus),
    tell: (_o, observed) =>
      observed ? `takes the interrupt of cpu${observed % p.cpus}` : 'takes the interrupt, and acknowledges',
  };
});
