/** Which instructions the flushes of x86 are. */
import { TLB_FLUSH_ALL, type Amounts, type TlbInstruction } from '@shootdown/core/plugin';

/** INVLPG for one address; all of an address space, and a switch to another one, is a load of CR3. */
export function instructions(step: TlbInstruction): Amounts {
  if (step.does === 'root') return { mov_cr3: 1 };
  if (step.does !== 'local') return {};
  return step.what.end === TLB_FLUSH_ALL ? { mov_cr3: 1 } : { invlpg: 1 };
}
