import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import type { Parts } from '../../parts.ts';
import { section } from './section.ts';

/**
 * Interrupts off on this CPU, once more. Where software masks them it is a flag in memory (`MachineSpec.softMask`).
 * Source: Linux, include/linux/irqflags.h; arch/powerpc/include/asm/hw_irq.h. Simplified: a depth in place of the flags that are saved.
 */
export const local_irq_save = stepKind(
  'local_irq_save',
  {},
  (p: Parts) => section(p, 'local_irq_save', ({ add }, cpu) => add(hw.irqOff(cpu), 1)),
  'apart', // interrupts are masked while stores are held back
);
