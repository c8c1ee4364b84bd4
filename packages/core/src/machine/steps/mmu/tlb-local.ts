import { record } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import type { Parts } from '../../parts.ts';
import { invalidate } from '../../translation.ts';
import { invalidationOf, showInvalidation } from './invalidations.ts';

/**
 * Drops translations on this CPU, at once: INVLPG, INVPCID, a write of CR3; TLBI without IS; tlbiel.
 * Source: Intel SDM vol. 3A, 4.10.4.1; Arm ARM, D8 (TLB maintenance); Power ISA, book III, 6.9.3.
 */
export const tlb_local = stepKind('tlb.local', { what: record }, (p: Parts) => ({
  apply({ cpu, what }, store) {
    invalidate(p, store, cpu, invalidationOf(p, what));
    return 0;
  },
  tell: ({ what }) => `drops its own translations of ${showInvalidation(p, invalidationOf(p, what))}`,
}));
