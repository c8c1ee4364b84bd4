/** Which instructions the flushes of radix are, and what the hash MMU of a guest asks the hypervisor for. */
import { TLB_FLUSH_ALL, type Amounts, type Invalidation, type TlbInstruction } from '@shootdown/core/plugin';

/** RIC: 0 translations, 1 remembered upper levels, 2 both. */
const ricOf = ({ leaves, walkCache }: Invalidation): number => (leaves.length === 0 ? 1 : walkCache === 'none' ? 0 : 2);
const named = (instruction: 'tlbie' | 'tlbiel', ric: number): string => `${instruction}_ric${ric}_prs1_r1`;

export function radixInstructions(step: TlbInstruction, number: (name: string) => number): Amounts {
  // fixup_tlbie_*: before the wait one more tlbie of a page for each of the errata.
  if (step.does === 'sync')
    return {
      tlbsync: 1,
      [named('tlbie', 0)]: number('CPU_FTR_P9_TLBIE_STQ_BUG') + number('CPU_FTR_P9_TLBIE_ERAT_BUG'),
    };
  if (step.does === 'root') return {};
  const ric = ricOf(step.what);
  if (step.does === 'broadcast') return { [named('tlbie', ric)]: 1 };
  // _tlbiel_pid: the first set with what is asked for, the other sets for translations only.
  const sets = step.what.end === TLB_FLUSH_ALL && ric !== 1 ? number('POWER9_TLB_SETS_RADIX') - 1 : 0;
  return ric === 0 ? { [named('tlbiel', 0)]: 1 + sets } : { [named('tlbiel', ric)]: 1, [named('tlbiel', 0)]: sets };
}

// Opcodes, as counts name them.
const H_REMOVE = 'hcall_entry:4';
const H_ENTER = 'hcall_entry:8';
const H_PROTECT = 'hcall_entry:24';
const H_BULK_REMOVE = 'hcall_entry:292';
/** Entries that one H_BULK_REMOVE takes: PLPAR_HCALL9 has place for four. */
const BULK = 4;

/** A guest does not touch the hash table itself. platforms/pseries/lpar.c. */
export function hashHypercalls(name: string, invalidated: number): Amounts {
  switch (name) {
    case 'flush_hash_page':
      return { [H_REMOVE]: 1 };
    case 'flush_hash_range':
    case 'flush_hash_hugepage':
      return { [H_BULK_REMOVE]: Math.ceil(invalidated / BULK) };
    case 'hpte_insert':
      return { [H_ENTER]: 1 };
    case 'hpte_updatepp':
      return { [H_PROTECT]: 1 };
    default:
      return {};
  }
}
