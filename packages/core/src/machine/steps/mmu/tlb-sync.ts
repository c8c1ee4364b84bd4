import { allOf, zero } from '@shootdown/explorer';
import { cpusOf } from '../../../words/address.ts';
import { why } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import { ofCpu, type Parts } from '../../parts.ts';

/**
 * Waits until every CPU has done what this one broadcast: DSB, ptesync after tlbie, TLBSYNC.
 * Source: Arm ARM, B2 (DSB) and D8; Power ISA, book III, 6.9.3; AMD APM vol. 2, 5.5.3.
 */
export const tlb_sync = stepKind('tlb.sync', { why }, (p: Parts) => {
  const isDone = ofCpu((cpu) => allOf(...cpusOf(p.online).map((to) => zero(p.layout.cell(hw.broadcast(cpu, to))))));
  return {
    needs: ({ cpu }) => isDone(cpu),
    apply: () => 0,
    tell: (o) => `${o.why}: every CPU has done it`,
  };
});
