import { number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import type { Parts } from '../../parts.ts';
import { endInstruction, forget, pageName, ruleOf } from './lookups.ts';

/**
 * The instruction ends in a page fault. On some machines that drops what was remembered of the address.
 * Source: Intel SDM vol. 3A, 4.10.4.1 (a page fault invalidates the translations of its address); Arm ARM, D8 (it does not).
 */
export const mmu_fault = stepKind('mmu.fault', { va: number }, (p: Parts) => ({
  apply({ cpu, va }, store) {
    if (ruleOf(p).faultForgets) forget(p, store, cpu, va);
    endInstruction(p, store, cpu);
    return 0;
  },
  tell: ({ va }) => `page fault at ${pageName(p, va)}`,
}));
