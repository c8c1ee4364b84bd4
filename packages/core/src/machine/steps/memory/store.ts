import { cell, number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';

/**
 * WRITE_ONCE: one store that the compiler neither splits nor repeats. It orders nothing.
 * Source: Linux, Documentation/memory-barriers.txt, "Compiler barrier"; include/asm-generic/rwonce.h.
 */
export const store = stepKind(
  'store',
  { at: cell, value: number },
  () => ({
    apply({ at, value }, memory) {
      memory.set(at, value);
      return 0;
    },
    stores: ({ at, value }) => ({ at, value }),
    tell: ({ at, value }, _observed, names) => `store ${names.name(at)} = ${names.value(at, value)}`,
  }),
  'store',
);
