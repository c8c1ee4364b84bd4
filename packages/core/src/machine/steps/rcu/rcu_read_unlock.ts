import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import type { Parts } from '../../parts.ts';
import { section } from '../interrupts/section.ts';

/**
 * Ends a read-side section: after the outermost one nobody waits for the CPU any more.
 * Source: Linux, Documentation/RCU/whatisRCU.rst, "rcu_read_unlock()".
 */
export const rcu_read_unlock = stepKind('rcu_read_unlock', {}, (p: Parts) =>
  section(p, 'rcu_read_unlock', ({ add }, cpu) => add(hw.rcuNest(cpu), -1)),
);
