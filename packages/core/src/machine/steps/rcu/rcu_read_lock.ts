import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import type { Parts } from '../../parts.ts';
import { section } from '../interrupts/section.ts';

/** Begins a read-side section, which may be inside of another. Source: Linux, Documentation/RCU/whatisRCU.rst, "rcu_read_lock()". */
export const rcu_read_lock = stepKind(
  'rcu_read_lock',
  {},
  (p: Parts) => section(p, 'rcu_read_lock', ({ add }, cpu) => add(hw.rcuNest(cpu), 1)),
  'apart', // it is no barrier: it begins while stores are held back
);
