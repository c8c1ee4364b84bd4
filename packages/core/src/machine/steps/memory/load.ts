import { cell } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import type { Parts } from '../../parts.ts';
import { loads } from './access.ts';

/**
 * READ_ONCE: one load that the compiler neither splits nor repeats. It orders nothing.
 * Source: Linux, Documentation/memory-barriers.txt, "Compiler barrier"; include/asm-generic/rwonce.h.
 */
export const load = stepKind(
  'load',
  { at: cell },
  (p: Parts) => ({
    ...loads(p),
    tell: ({ at }, observed, names) => `load ${names.name(at)} -> ${names.value(at, observed)}`,
  }),
  'load',
);
