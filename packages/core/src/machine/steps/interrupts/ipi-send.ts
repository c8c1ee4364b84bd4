import { cpusOf } from '../../../words/address.ts';
import { cpuMask, record } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import { reader, type Parts } from '../../parts.ts';
import { acknowledged, cpuNames, type Call } from './calls.ts';

/**
 * Sends a call to other CPUs, once each of them has done what this one asked before. One step on a set of CPUs: who looks at the calls of
 * two CPUs in between sees nothing that a slow interrupt would not show.
 * Source: Linux, kernel/smp.c, `smp_call_function_many_cond` (`csd_lock`).
 */
export const ipi_send = stepKind('ipi.send', { to: cpuMask, call: record }, (p: Parts) => ({
  needs: (o) => acknowledged(p, o),
  apply({ cpu, to, call }, store) {
    for (const id of cpusOf(to)) reader(p).set(store, hw.csd(cpu, id), call);
    return 0;
  },
  tell: ({ to, call }) => `send IPI ${(p.records.get(call) as Call).name} to ${cpuNames(to)}`,
}));
