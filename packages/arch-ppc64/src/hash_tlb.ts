/**
 * arch/powerpc/mm/book3s64/hash_tlb.c: taking translations out of the hash table. Flushing is part of changing an entry here,
 * so the flush_tlb hooks are empty. In lazy MMU mode a CPU collects PTEs and removes them together.
 */
import {
  arch_enter_lazy_mmu_mode,
  arch_leave_lazy_mmu_mode,
  blockOf,
  F,
  hasAny,
  HPAGE_PMD_NR,
  levelIndex,
  linux,
  operation,
  PAGE_SIZE,
  pmd_pgtable,
  spaceOf,
  tableCells,
  type Cpu,
  type Mm,
  type Op,
  type Pmd,
  type Ref,
  type Slot,
  type Va,
  replaceable,
} from '@shootdown/core/plugin';
import { batch, hpte, hpte_slot_table } from './cells.ts';
import { mm_is_thread_local } from './context.ts';

const HASH_TLB = 'arch/powerpc/mm/book3s64/hash_tlb.c';

/** Place of a base page of an address space in the hash table: as a page of its own, or as part of a huge page. */
export const hpteOf = (mm: Mm, size: 'pte' | 'pmd', block: number): Ref => hpte(mm.id, levelIndex(size), block);

/** Virtual page number: address space and base page in one number, no larger than it has to be: in a small tree it is one word. */
const pagesOf = ({ geometry }: Cpu): number => spaceOf(geometry) / PAGE_SIZE(geometry);
const vpnOf = (cpu: Cpu, mm: Mm, block: number): number => mm.id * pagesOf(cpu) + block;
const mmOf = (cpu: Cpu, vpn: number): Mm => ({ id: Math.floor(vpn / pagesOf(cpu)) });
const blockIn = (cpu: Cpu, vpn: number): number => vpn % pagesOf(cpu);

/** tlbiel where only this CPU has run the address space, else tlbie. The entry is out of the hash table already. */
export function* tlbie(cpu: Cpu, mm: Mm, block: number, size: 'pte' | 'pmd', local: boolean): Op {
  const va = block * PAGE_SIZE(cpu.geometry);
  const what = { asid: mm.id, start: va, end: va + 1, leaves: [size], walkCache: 'none' } as const;
  yield* local ? cpu.flush_local(what) : cpu.tlbi_broadcast(what);
}
export function* ptesync(cpu: Cpu, local: boolean): Op {
  yield* local ? cpu.fence('ptesync') : cpu.tlbi_sync('eieio; tlbsync; ptesync');
}

/** native_hpte_invalidate: one entry, and the TLBs. */
export const hpte_invalidate = replaceable(
  linux('v6.1', 'arch/powerpc/mm/book3s64/hash_native.c', 'native_hpte_invalidate'),
  function* (cpu: Cpu, mm: Mm, block: number, size: 'pte' | 'pmd', local: boolean): Op {
    yield* cpu.store(hpteOf(mm, size, block), 0);
    yield* cpu.fence('ptesync');
    yield* tlbie(cpu, mm, block, size, local);
    yield* ptesync(cpu, local);
  },
);

export const flush_hash_page = operation(
  linux('v6.1', 'arch/powerpc/mm/book3s64/hash_utils.c', 'flush_hash_page'),
  function* (cpu: Cpu, vpn: number, local: boolean): Op {
    yield* hpte_invalidate(cpu, mmOf(cpu, vpn), blockIn(cpu, vpn), 'pte', local);
  },
);

/** native_flush_hash_range: all entries first, then one round for the TLBs. */
export const flush_hash_range = operation(
  linux('v6.1', 'arch/powerpc/mm/book3s64/hash_utils.c', 'flush_hash_range'),
  function* (cpu: Cpu, vpns: readonly number[], local: boolean): Op {
    for (let i = 0; i < vpns.length; i++)
      yield* cpu.store(hpteOf(mmOf(cpu, vpns[i]!), 'pte', blockIn(cpu, vpns[i]!)), 0);
    yield* cpu.fence('ptesync');
    for (let i = 0; i < vpns.length; i++) yield* tlbie(cpu, mmOf(cpu, vpns[i]!), blockIn(cpu, vpns[i]!), 'pte', local);
    yield* ptesync(cpu, local);
  },
);

/** A PTE that is in the hash table was changed: remove it now, or note it for the end of lazy MMU mode. */
export const hpte_need_flush = operation(
  linux('v6.1', HASH_TLB, 'hpte_need_flush'),
  function* (cpu: Cpu, mm: Mm, addr: Va): Op {
    const vpn = vpnOf(cpu, mm, blockOf(cpu.geometry, 'pte', addr));
    const active = yield* cpu.load(batch.active(cpu.id));
    if (!active) {
      const local = yield* mm_is_thread_local(cpu, mm);
      yield* flush_hash_page(cpu, vpn, local);
      return;
    }
    // Left out: a batch that holds another address space or page size is flushed first. It cannot be: the mode ends before.
    yield* cpu.list_add(batch.vpn(cpu.id), vpn);
    const index = yield* cpu.add_return(batch.index(cpu.id), 1);
    if (cpu.reaches('PPC64_TLB_BATCH_NR', index)) yield* __flush_tlb_pending(cpu);
  },
);

/** Removes what was noted. */
export const __flush_tlb_pending = operation(linux('v6.1', HASH_TLB, '__flush_tlb_pending'), function* (cpu: Cpu): Op {
  const index = yield* cpu.load(batch.index(cpu.id));
  const vpns: number[] = [];
  for (let i = 0; i < index; i++) vpns.push(yield* cpu.list_take(batch.vpn(cpu.id)));
  const local = yield* mm_is_thread_local(cpu, mmOf(cpu, vpns[0]!));
  if (index === 1) yield* flush_hash_page(cpu, vpns[0]!, local);
  else yield* flush_hash_range(cpu, vpns, local);
  yield* cpu.store(batch.index(cpu.id), 0);
});

/** Removes every entry of a table that is detached and that nobody adds to any more. The PTEs stay as they are. */
export const flush_hash_table_pmd_range = operation(
  linux('v6.1', HASH_TLB, 'flush_hash_table_pmd_range'),
  function* (cpu: Cpu, mm: Mm, pmd: Pmd, addr: Va): Op {
    yield* cpu.local_irq_save();
    yield* arch_enter_lazy_mmu_mode(cpu);
    for (let i = 0; i < HPAGE_PMD_NR(cpu.geometry); i++) {
      const pte = yield* cpu.load(tableCells.entry(pmd_pgtable(pmd), i));
      if (hasAny(pte, F.HASHPTE)) yield* hpte_need_flush(cpu, mm, addr + i * PAGE_SIZE(cpu.geometry));
    }
    yield* arch_leave_lazy_mmu_mode(cpu);
    yield* cpu.local_irq_restore();
  },
);

/** A huge PMD was changed: remove its pages, as far as they were ever hashed. The deposited table says which. */
export const hpte_do_hugepage_flush = operation(
  linux('v6.1', 'arch/powerpc/mm/book3s64/hash_pgtable.c', 'hpte_do_hugepage_flush'),
  function* (cpu: Cpu, mm: Mm, addr: Va, pmdp: Slot): Op {
    const local = yield* mm_is_thread_local(cpu, mm);
    yield* cpu.within('flush_hash_hugepage', () => flushHugepage(cpu, mm, addr, pmdp, local));
  },
);

function* flushHugepage(cpu: Cpu, mm: Mm, addr: Va, pmdp: Slot, local: boolean): Op {
  const slots = yield* cpu.load(hpte_slot_table(pmdp.table, pmdp.index));
  if (slots === 0) return; // the deposit was withdrawn: a split is under way, and has flushed
  for (let i = 0; i < HPAGE_PMD_NR(cpu.geometry); i++) {
    const valid = yield* cpu.load(tableCells.entry(slots, i));
    if (valid) yield* hpte_invalidate(cpu, mm, blockOf(cpu.geometry, 'pte', addr) + i, 'pmd', local);
  }
}

/** Empties the memory of a table: all none. */
export function* clearTable(cpu: Cpu, table: number): Op {
  for (let i = 0; i < HPAGE_PMD_NR(cpu.geometry); i++) yield* cpu.store(tableCells.entry(table, i), 0);
}

/** The word that stands in a deposited table for a page that is in the hash table. Not an entry, and not present to anybody. */
export const SLOT_VALID = F.HASHPTE;
