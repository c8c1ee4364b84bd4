/** Which instructions the flushes of arm64 are. */
import { TLB_FLUSH_ALL, type Amounts, type TlbInstruction } from '@shootdown/core/plugin';

/** TLBI by what it reaches: an ASID, one page or a range of pages (R), the last level only (L). */
export function instructions(step: TlbInstruction, number: (name: string) => number): Amounts {
  // __repeat_tlbi_sync: on CPUs with the erratum the wait is followed by one more invalidation, and one more wait.
  if (step.does === 'sync') return { tlbi_vale1is: number('ARM64_WORKAROUND_REPEAT_TLBI') };
  if (step.does !== 'broadcast') return {};
  const { start, end, walkCache } = step.what;
  if (end === TLB_FLUSH_ALL) return { tlbi_aside1is: 1 };
  return { [`tlbi_${end - start > 1 ? 'r' : ''}va${walkCache === 'none' ? 'l' : ''}e1is`]: 1 };
}
