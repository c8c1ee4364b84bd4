import { cell, number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import type { Parts } from '../../parts.ts';
import { observesCell, OLD, says, updates } from './access.ts';

/**
 * Clears bits and sets bits as one action, and observes what was there: `pte_update` of powerpc, a loop of compare-exchanges elsewhere.
 * Source: Linux, arch/powerpc/include/asm/book3s/64/radix.h, `__radix_pte_update`. Simplified: the retries of the loop are no steps.
 */
export const update = stepKind('update', { at: cell, clear: number, set: number }, (p: Parts) => ({
  ...updates((old, { clear, set }: { clear: number; set: number }) => {
    // Values have more than 32 bits; the bits that are cleared and set have not.
    const cleared = old - (old & clear);
    return cleared + (set & ~cleared);
  }, OLD),
  ...observesCell(p),
  ...says('update'),
}));
