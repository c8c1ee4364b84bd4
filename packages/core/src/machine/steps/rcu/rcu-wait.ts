import { zero } from '@shootdown/explorer';
import { why } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import type { Parts } from '../../parts.ts';

/** synchronize_rcu ends: the readers that existed when it began have left. Source: Linux, Documentation/RCU/whatisRCU.rst, "synchronize_rcu()". */
export const rcu_wait = stepKind('rcu.wait', { why }, (p: Parts) => ({
  needs: ({ cpu }) => zero(p.layout.cell(hw.rcuSync(cpu))),
  apply: () => 0,
  tell: () => 'grace period over',
}));
