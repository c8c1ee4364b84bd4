import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import type { Parts } from '../../parts.ts';
import { section } from './section.ts';

/**
 * Interrupts off in the CPU itself (MSR_EE of powerpc), where local_irq_save may be a flag in memory. Counts as one of those too.
 * Source: Linux, arch/powerpc/include/asm/hw_irq.h, `hard_irq_disable`.
 */
export const hard_irq_disable = stepKind('hard_irq_disable', {}, (p: Parts) =>
  section(p, 'hard_irq_disable', ({ add }, cpu) => {
    add(hw.irqOff(cpu), 1);
    add(hw.hardIrqOff(cpu), 1);
  }),
);
