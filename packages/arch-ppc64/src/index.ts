/** powerpc book3s64 as Linux drives it: radix and hash. */
import { arch } from '@shootdown/core/plugin';
import { Book3s64 } from './book3s64.ts';
import { Hash } from './hash.ts';
import { hashHistory, radixHistory } from './history.ts';
import { kvmppc_book3s_hv_page_fault } from './kvm.ts';
import { hashMachine, radixMachine } from './mmu.ts';
import { addr_to_pfn, kvmppc_do_h_enter, read_user_stack } from './operations.ts';
import { Radix } from './radix.ts';
import { hashRules, radixRules } from './rules.ts';
import { Serialize } from './serialize.ts';

const operations = { read_user_stack, addr_to_pfn, kvmppc_do_h_enter, kvmppc_book3s_hv_page_fault };

export const radix = arch({
  id: 'ppc64-radix',
  title: 'powerpc book3s64, radix',
  what:
    'The hardware walks the Linux tables. A flush is tlbie, which reaches every CPU and interrupts none, or tlbiel, where only this ' +
    'CPU has run the address space. Walkers without locks get nothing from a flush; they look twice.',
  layers: [Serialize, Book3s64, Radix],
  machine: radixMachine,
  // POWER10 has no errata of tlbie, and a TLB without sets.
  variants: {
    'ppc64-radix-power10': { CPU_FTR_P9_TLBIE_STQ_BUG: 0, CPU_FTR_P9_TLBIE_ERAT_BUG: 0, POWER9_TLB_SETS_RADIX: 1 },
  },
  history: radixHistory,
  rules: radixRules,
  operations,
});

export const hash = arch({
  id: 'ppc64-hash',
  title: 'powerpc book3s64, hash',
  what:
    'The hardware looks into a hash table that hash faults fill from the Linux tables, without locks. Changing an entry removes its ' +
    'copy; the flush hooks are empty. A deposited page table serves to note which parts of a huge page were copied.',
  layers: [Serialize, Book3s64, Hash],
  machine: hashMachine,
  history: hashHistory,
  rules: hashRules,
  operations,
});

export { order as ppc64Order } from './order.ts';

export default [radix, hash];
