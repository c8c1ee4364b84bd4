/** x86-64 as Linux drives it. */
import { arch, host_pfn_mapping_level } from '@shootdown/core/plugin';
import { history } from './history.ts';
import { x86_64_invlpgb } from './invlpgb.ts';
import { KvmFlush, x86_64_pv_flush } from './kvm.ts';
import { x86_64, x86_64_paravirt } from './mmu.ts';
import { ParavirtNative } from './paravirt.ts';
import { rules } from './rules.ts';
import { X86 } from './x86.ts';

/** The bare machine, with a kernel built for nothing else. */
export const x86 = arch({
  id: 'x86-64',
  title: 'x86-64, PARAVIRT=n',
  what:
    'A flush interrupts the CPUs that have the address space loaded and waits for them. A CPU with interrupts off holds it up: ' +
    'that is what keeps walkers without locks safe, and page tables are freed with the pages, right after the flush.',
  layers: [X86],
  machine: x86_64,
  // What a hypervisor's guest does otherwise; the bare machine has none.
  machineKeys: ['pv_ops'],
  history,
  rules,
  // What KVM had from 5.6 to 5.17.
  operations: { host_pfn_mapping_level },
});

/** What distributions ship, on the bare machine. */
export const x86Paravirt = arch({
  id: 'x86-64-paravirt',
  title: 'x86-64, PARAVIRT=y, native flush',
  what:
    'The same machine and the same flush. Because a hypervisor might flush without interrupts, tlb_remove_table_sync_one is ' +
    'compiled in and interrupts every CPU; tables still go with the pages.',
  over: x86,
  layers: [ParavirtNative],
  machine: x86_64_paravirt,
  // Page-table isolation makes each flush two (user and kernel PCID), and changes whom it reaches in nothing.
  variants: { 'x86-64-paravirt-pti': {} },
});

/** A guest of KVM, whose flushes spare CPUs that the host has put aside. */
export const x86PvFlush = arch({
  id: 'x86-64-pv-flush',
  title: 'x86-64, KVM guest with PV TLB flush',
  what:
    'A virtual CPU that the host has put aside is not interrupted by a flush: it flushes before it runs on. So interrupts off protect ' +
    'no walker from a flush, and page tables are freed by RCU. Bound: the host puts one virtual CPU aside, once in an execution.',
  over: x86Paravirt,
  layers: [KvmFlush],
  machine: x86_64_pv_flush,
  alsoKnownAs: ['x86-64-pv'],
});

/** AMD machines of Linux 6.15 and later. */
export const x86Invlpgb = arch({
  id: 'x86-64-invlpgb',
  title: 'x86-64, INVLPGB',
  what:
    'A flush is an instruction that reaches every CPU and interrupts none; TLBSYNC waits until it is done. Interrupts off protect no ' +
    'walker, and page tables are freed by RCU.',
  over: x86,
  layers: [],
  machine: x86_64_invlpgb,
});

export default [x86, x86Paravirt, x86PvFlush, x86Invlpgb];
