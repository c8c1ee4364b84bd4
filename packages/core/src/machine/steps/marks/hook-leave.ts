import { info } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import type { Parts } from '../../parts.ts';
import { insideOf, type HookStep } from './hook.ts';

/**
 * Code leaves a hook whose claims are asked for. What was noted for the hook stays until it is judged; what was noted for those it called
 * goes. No code of Linux: the moment at which what it promises is judged.
 */
export const hook_leave = stepKind(
  'hook.leave',
  { call: info<HookStep>() },
  (p: Parts) => ({
    apply({ cpu }, store) {
      const inside = insideOf(p, store, cpu);
      inside.begin(inside.depth);
      inside.setDepth(inside.depth - 1);
      return 0;
    },
    tell: ({ call }) => `leaves ${call.hook}`,
  }),
  'apart',
);
