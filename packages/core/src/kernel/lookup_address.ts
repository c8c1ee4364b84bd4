/** The walk without locks that ends in a typed pointer, as any architecture could have it. arch/x86/mm/pat/set_memory.c. */
import { deregister_lockless_pgtable_walker, register_lockless_pgtable_walker } from '../contract/hooks/index.ts';
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { isTable, none, pmd_trans_huge, tableOf, type Entry } from '../words/entry.ts';
import { indexOf, isFolded } from '../words/geometry.ts';
import { mmCells, type Mm, type PmdSlot, type PteSlot } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';

/**
 * Where the entry of an address stands, typed as a PTE even if it is a huge PMD. Interrupts are off: that keeps tables
 * allocated where they are freed by RCU, or by a flush that is an interrupt; and no more.
 * @returns undefined when nothing is mapped
 */
export const lookup_address_in_mm = operation(
  linux('v5.10', 'arch/x86/mm/pat/set_memory.c', 'lookup_address_in_mm'),
  function* (cpu: Cpu, mm: Mm, address: Va): Op<PteSlot | PmdSlot | undefined> {
    const g = cpu.geometry;
    const pgd = yield* cpu.load(mmCells.pgd(mm.id));
    let entry = yield* cpu.read_lockless({ level: 'pgd', table: pgd, index: indexOf(g, 'pgd', address) });
    if (!isFolded(g, 'pud')) {
      if (!isTable(entry)) return undefined;
      entry = yield* cpu.read_lockless({ level: 'pud', table: tableOf(entry), index: indexOf(g, 'pud', address) });
    }
    if (!isTable(entry)) return undefined;
    const pmdp: PmdSlot = { level: 'pmd', table: tableOf(entry), index: indexOf(g, 'pmd', address) };
    const pmd = yield* cpu.read_lockless(pmdp);
    if (pmd_trans_huge(pmd)) return pmdp;
    return isTable(pmd) ? { level: 'pte', table: tableOf(pmd), index: indexOf(g, 'pte', address) } : undefined;
  },
);

/**
 * Looks up an address and reads the entry through the typed pointer.
 * Simplified: KVM itself wants the level only; the read is what the users of such pointers on powerpc do.
 * @returns what it read; none when nothing was mapped
 */
export const host_pfn_mapping_level = operation(
  linux('v5.10', 'arch/x86/kvm/mmu/mmu.c', 'host_pfn_mapping_level'),
  function* (cpu: Cpu, mm: Mm, address: Va): Op<Entry> {
    yield* register_lockless_pgtable_walker(cpu, mm);
    yield* cpu.local_irq_save();
    const ptep = yield* lookup_address_in_mm(cpu, mm, address);
    const pte = ptep ? yield* cpu.read_typed(ptep, 'leaf') : none;
    yield* cpu.local_irq_restore();
    yield* deregister_lockless_pgtable_walker(cpu, mm);
    return pte;
  },
);
