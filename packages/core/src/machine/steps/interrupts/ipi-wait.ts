import { cpuMask, why } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import type { Parts } from '../../parts.ts';
import { acknowledged, cpuNames } from './calls.ts';

/** Waits until the handlers of the call have run on these CPUs. Source: Linux, kernel/smp.c, `csd_lock_wait`. */
export const ipi_wait = stepKind('ipi.wait', { to: cpuMask, why }, (p: Parts) => ({
  needs: (o) => acknowledged(p, o),
  apply: () => 0,
  tell: ({ to }) => `${cpuNames(to)} acknowledged`,
}));
