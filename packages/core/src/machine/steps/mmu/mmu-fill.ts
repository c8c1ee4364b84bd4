import { pageCells } from '../../../words/objects.ts';
import { level, number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { reader, type Parts } from '../../parts.ts';
import { frameAt, usable } from '../../translation.ts';
import { endInstruction, pageName, tlbAt } from './lookups.ts';

/**
 * A walk ahead of need ends, with an entry (0: with none). Simplified: it sets no flag, so it remembers only what it could use as it is.
 * Source: Intel SDM vol. 3A, 4.10.2.3; Arm ARM, D8.
 */
export const mmu_fill = stepKind('mmu.fill', { va: number, level, entry: number }, (p: Parts) => ({
  apply({ cpu, va, level: at, entry }, store) {
    if (usable(entry, false) && p.layout.has(pageCells.life(frameAt(p, at, entry, va))))
      reader(p).set(store, tlbAt(p, store, cpu, at, va), entry);
    endInstruction(p, store, cpu);
    return 0;
  },
  tell: ({ va, entry }) =>
    usable(entry, false) ? `fills the TLB for ${pageName(p, va)}` : `finds nothing to use at ${pageName(p, va)}`,
}));
