import { when } from '@shootdown/explorer';
import { cell, number, why } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';

/**
 * Waits until bits are clear: a loop of loads with cpu_relax, of which only the last turn is made.
 * Source: Linux, include/asm-generic/barrier.h, `smp_cond_load_relaxed`.
 */
export const wait_clear = stepKind('wait_clear', { at: cell, bits: number, why }, () => ({
  needs: ({ at, bits }) => when(at, (value) => (value & bits) === 0),
  apply: () => 0,
  tell: (o, _observed, names) => `${names.name(o.at)} is clear: ${o.why}`,
}));
