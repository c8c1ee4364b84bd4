import { HIT } from '../../../words/mmu-results.ts';
import { number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import { reader, type Parts } from '../../parts.ts';
import { walkStart } from '../../translation.ts';
import { isRemembered, pageName } from './lookups.ts';
import { setOut } from './walk-start.ts';

/**
 * A walk ahead of need begins: where it starts; HIT when there is nothing to do; 0 when no address space is loaded.
 * Source: Intel SDM vol. 3A, 4.10.2.3 (translations of speculative accesses are remembered); Arm ARM, D8.
 */
export const mmu_prefetch = stepKind('mmu.prefetch', { va: number }, (p: Parts) => ({
  apply({ cpu, va }, store) {
    const { get, set } = reader(p);
    if (get(store, hw.root(cpu)) === 0) return 0;
    if (isRemembered(p, store, cpu, va)) return HIT;
    const start = walkStart(p, store, cpu, va);
    if (start) set(store, hw.inInsn(cpu), 1);
    return setOut(p, store, cpu, start);
  },
  tell: ({ va }, observed) =>
    `runs ahead to ${pageName(p, va)}${observed === HIT ? ': TLB hit' : observed === 0 ? ': no address space is loaded' : ''}`,
}));
