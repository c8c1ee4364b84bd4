import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import type { Parts } from '../../parts.ts';
import { section } from './section.ts';

/** Undoes one hard_irq_disable. Source: Linux, arch/powerpc/include/asm/hw_irq.h, `__hard_irq_enable`. */
export const hard_irq_enable = stepKind('hard_irq_enable', {}, (p: Parts) =>
  section(p, 'hard_irq_enable', ({ add }, cpu) => {
    add(hw.irqOff(cpu), -1);
    add(hw.hardIrqOff(cpu), -1);
  }),
);
