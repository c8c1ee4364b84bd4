import { why } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';

/**
 * smp_mb and its like, in the words of `why`: it acts on nothing, so that all it does is to stand in program order, behind the stores
 * before it. Source: Linux, Documentation/memory-barriers.txt, "CPU memory barriers".
 */
export const fence = stepKind('fence', { why }, () => ({
  apply: () => 0,
  tell: (o) => o.why,
}));
