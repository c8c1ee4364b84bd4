import { Mistake } from '@shootdown/explorer';
import { info } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import type { Parts } from '../../parts.ts';
import { insideOf, type HookStep } from './hook.ts';

/** Code enters a hook whose claims are asked for. No code of Linux: the moment at which what it may rely on is judged. */
export const hook_enter = stepKind(
  'hook.enter',
  { call: info<HookStep>() },
  (p: Parts) => ({
    apply({ cpu }, store) {
      const inside = insideOf(p, store, cpu);
      const { depth } = inside;
      if (depth + 1 >= p.layout.sizes.nesting)
        throw new Mistake(
          'SD_BAD_SCENARIO',
          `hooks that are judged call each other ${depth + 1} deep.`,
          'Ask claims of fewer hooks at a time.',
        );
      inside.begin(depth);
      inside.setDepth(depth + 1);
      return 0;
    },
    tell: ({ call }) => `enters ${call.hook}`,
  }),
  'apart',
);
