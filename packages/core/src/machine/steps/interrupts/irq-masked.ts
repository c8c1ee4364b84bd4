import { allOf, nonzero, zero } from '@shootdown/explorer';
import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import { ofCpu, reader, type Parts } from '../../parts.ts';
import { isCalled, senders } from './calls.ts';

/**
 * An interrupt comes while only software masks it: it is noted, and MSR_EE goes off until it is unmasked. Its sender waits on,
 * unless it was acknowledged with that.
 * Source: Linux, arch/powerpc/kernel/exceptions-64s.S, `masked_interrupt`; arch/powerpc/include/asm/hw_irq.h, PACA_IRQ_*.
 */
export const irq_masked = stepKind('irq.masked', {}, (p: Parts) => {
  const at = p.layout.cell.bind(p.layout);
  const acknowledges = p.spec.softMask === 'acknowledges at delivery';
  const masked = ofCpu((cpu) =>
    allOf(nonzero(at(hw.irqOff(cpu))), zero(at(hw.hardIrqOff(cpu))), zero(at(hw.irqHappened(cpu))), isCalled(p, cpu)),
  );
  return {
    needs: ({ cpu }) => masked(cpu),
    apply({ cpu }, store) {
      const { set } = reader(p);
      set(store, hw.irqHappened(cpu), 1);
      if (acknowledges) for (const from of senders(p, store, cpu)) set(store, hw.csd(from, cpu), 0);
      return 0;
    },
    tell: () => (acknowledges ? 'masked interrupt: noted, and acknowledged' : 'masked interrupt: noted'),
  };
});
