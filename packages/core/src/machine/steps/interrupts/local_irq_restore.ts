import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import type { Parts } from '../../parts.ts';
import { section } from './section.ts';

/**
 * Undoes one local_irq_save: interrupts are on again once all of them are undone. One that was noted meanwhile is taken then.
 * Source: Linux, include/linux/irqflags.h; arch/powerpc/kernel/irq_64.c, `arch_local_irq_restore`.
 */
export const local_irq_restore = stepKind('local_irq_restore', {}, (p: Parts) =>
  section(p, 'local_irq_restore', ({ add, set }, cpu) => {
    const depth = add(hw.irqOff(cpu), -1);
    if (p.spec.softMask && depth === 0) set(hw.irqHappened(cpu), 0);
  }),
);
