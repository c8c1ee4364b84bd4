/** What book3s64 keeps beside the page tables: who is active on an mm; and for the hash MMU, the hash table and its batches. */
import { kvmCells } from './kvm.ts';
import { perCpu, perMm, region } from '@shootdown/core/plugin';

/** context.active_cpus: how many bits of mm_cpumask are set. */
export const active_cpus = perMm('active_cpus');

/**
 * The hash table, by what an entry translates: address space, size (level), base page. 0: no entry.
 * Simplified: as big as needed. A real group has eight places and throws somebody out when it is full.
 */
export const hpte = region('hpte', ['mm', 'level', 'block'], { shape: 'entry' });
/** The second half of a PMD table: the deposited table of each huge PMD, whose memory says which of its pages are hashed. */
export const hpte_slot_table = region('slot table', ['table', 'entry'], { shape: 'table' });

/** struct ppc64_tlb_batch: entries of the hash table that this CPU has to remove before it leaves lazy MMU mode. */
export const batch = {
  active: perCpu('batch.active', 'flag'),
  index: perCpu('batch.index'),
  /** A list of what `vpn` makes. */
  vpn: perCpu('batch.vpn', 'record'),
};

/** Did the kernel get here by a page fault on data (trap 0x300) that nobody has preloaded for yet? */
export const data_fault = perCpu('trap 0x300', 'flag');

export const radixCells = [active_cpus, ...Object.values(kvmCells)] as const;
export const hashCells = [...radixCells, hpte, hpte_slot_table, ...Object.values(batch), data_fault] as const;
