/**
 * Translation on the hash MMU. The hardware looks into the hash table; when it finds nothing good there, the hash fault copies
 * the Linux entry into it, without locks and with interrupts off. Only when that cannot be is it a page fault.
 */
import {
  blockOf,
  deregister_lockless_pgtable_walker,
  entryRef,
  F,
  frameOf,
  has,
  hasAny,
  HPAGE_PMD_NR,
  linux,
  mkLeaf,
  operation,
  register_lockless_pgtable_walker,
  tableCells,
  withFlags,
  withoutFlags,
  type Access,
  type AccessResult,
  type Cpu,
  type Entry,
  type Miss,
  type Mm,
  type Op,
  type PmdSlot,
  type PteSlot,
  type Va,
} from '@shootdown/core/plugin';
import { data_fault, hpte_slot_table } from './cells.ts';
import { mm_is_thread_local } from './context.ts';
import { find_linux_pte, read_linux_pte, type LinuxPte } from './find_linux_pte.ts';
import { hpteOf, ptesync, SLOT_VALID, tlbie } from './hash_tlb.ts';

/** What the hash fault found: the access is tried again, is tried again once the entry is free, or is a page fault. */
type Hashed = 'again' | 'busy' | 'page fault';

/** On a TLB miss, or a protection fault from the TLB. */
export function* hash_translate(cpu: Cpu, access: Access, miss: Miss): Op<AccessResult> {
  const mm = cpu.mm as Mm; // user code runs in an address space
  if (miss === 'not permitted') return yield* hashed(cpu, mm, access, false);
  const block = blockOf(cpu.geometry, 'pte', access.va);
  const small = yield* cpu.load(hpteOf(mm, 'pte', block));
  const found = small !== 0 ? small : yield* cpu.load(hpteOf(mm, 'pmd', block));
  if (found !== 0 && permits(found, access.kind === 'write')) {
    yield* cpu.access_done(access, small !== 0 ? 'pte' : 'pmd', found);
    return 'done';
  }
  yield* cpu.access_fault(access);
  return yield* hashed(cpu, mm, access, found === 0);
}

/** The hash fault, and the access again. */
function* hashed(cpu: Cpu, mm: Mm, access: Access, nohpte: boolean): Op<AccessResult> {
  const how = yield* do_hash_fault(cpu, mm, access, nohpte);
  if (how !== 'page fault') return yield* cpu.user_access(access);
  yield* cpu.store(data_fault(cpu.id), 1);
  return 'fault';
}

const permits = (entry: Entry, write: boolean): boolean => !write || has(entry, F.WRITE);

export const do_hash_fault = operation(
  linux('v6.1', 'arch/powerpc/mm/book3s64/hash_utils.c', 'do_hash_fault'),
  function* (cpu: Cpu, mm: Mm, access: Access, nohpte: boolean): Op<Hashed> {
    yield* register_lockless_pgtable_walker(cpu, mm);
    yield* cpu.local_irq_save();
    const ptep = yield* find_linux_pte(cpu, mm, access.va);
    const hashed = ptep ? yield* hash_page_mm(cpu, mm, access.va, access.kind === 'write', ptep, nohpte) : 'page fault';
    yield* cpu.local_irq_restore();
    yield* deregister_lockless_pgtable_walker(cpu, mm);
    // Linux goes back to user code, which faults again until the entry is free.
    if (ptep && hashed === 'busy')
      yield* cpu.wait_clear(entryRef(ptep), F.BUSY, 'another hash fault is done with the entry');
    return hashed;
  },
);

/** Present, a leaf, and permitted: tested here for speed, and again when the entry is locked. */
const check_pte_access = (entry: Entry, write: boolean): boolean =>
  has(entry, F.PRESENT | F.LEAF | F.USER | (write ? F.WRITE : 0));

export const hash_page_mm = operation(
  linux('v6.1', 'arch/powerpc/mm/book3s64/hash_utils.c', 'hash_page_mm'),
  function* (cpu: Cpu, mm: Mm, ea: Va, write: boolean, ptep: LinuxPte, nohpte: boolean): Op<Hashed> {
    const pte = yield* read_linux_pte(cpu, ptep);
    if (!check_pte_access(pte, write)) return 'page fault';
    const local = yield* mm_is_thread_local(cpu, mm);
    return yield* ptep.level === 'pmd'
      ? __hash_page_thp(cpu, mm, ea, write, ptep, nohpte, local)
      : __hash_page_64K(cpu, mm, ea, write, ptep, nohpte, local);
  },
);

/**
 * Locks the entry with H_PAGE_BUSY, so that nobody changes it before its copy is complete; sets accessed and dirty with it.
 * Software loses dirty flags here as hardware would: without the page-table lock.
 */
function* lockEntry(
  cpu: Cpu,
  ptep: LinuxPte,
  write: boolean,
): Op<{ readonly old: Entry; readonly locked: Entry } | Hashed> {
  for (;;) {
    const old = yield* read_linux_pte(cpu, ptep);
    if (hasAny(old, F.BUSY)) return 'busy';
    if (!check_pte_access(old, write)) return 'page fault';
    const locked = withFlags(old, F.BUSY | F.ACCESSED | (write ? F.DIRTY : 0));
    const seen = yield* cpu.cmpxchg(entryRef(ptep), old, locked);
    if (seen === old) return { old, locked };
  }
}

/** htab_convert_pte_flags: writable in the hash table only if dirty, so that the first write comes here. */
const translationOf = (entry: Entry): Entry =>
  mkLeaf(frameOf(entry), F.PRESENT | F.USER | F.ACCESSED | (has(entry, F.WRITE | F.DIRTY) ? F.WRITE | F.DIRTY : 0));

export const __hash_page_64K = operation(
  linux('v6.1', 'arch/powerpc/mm/book3s64/hash_64k.c', '__hash_page_64K'),
  function* (cpu: Cpu, mm: Mm, ea: Va, write: boolean, ptep: PteSlot, nohpte: boolean, local: boolean): Op<Hashed> {
    const taken = yield* lockEntry(cpu, ptep, write);
    if (typeof taken === 'string') return taken;
    const block = blockOf(cpu.geometry, 'pte', ea);
    const hit =
      hasAny(taken.old, F.HASHPTE) && (yield* hpte_updatepp(cpu, mm, block, 'pte', taken.locked, nohpte, local));
    if (!hit) yield* hpte_insert(cpu, mm, block, 'pte', taken.locked);
    yield* cpu.store(entryRef(ptep), withFlags(withoutFlags(taken.locked, F.BUSY), F.HASHPTE));
    return 'again';
  },
);

export const __hash_page_thp = operation(
  linux('v6.1', 'arch/powerpc/mm/book3s64/hash_hugepage.c', '__hash_page_thp'),
  function* (cpu: Cpu, mm: Mm, ea: Va, write: boolean, pmdp: PmdSlot, nohpte: boolean, local: boolean): Op<Hashed> {
    const taken = yield* lockEntry(cpu, pmdp, write);
    if (typeof taken === 'string') return taken;
    const block = blockOf(cpu.geometry, 'pte', ea);
    const slots = yield* cpu.load(hpte_slot_table(pmdp.table, pmdp.index));
    yield* cpu.bug_on(slots === 0, 'no page table was deposited for the huge PMD that is being hashed');
    const slot = tableCells.entry(slots, block % HPAGE_PMD_NR(cpu.geometry));
    const valid = yield* cpu.load(slot);
    const hit = valid !== 0 && (yield* hpte_updatepp(cpu, mm, block, 'pmd', taken.locked, nohpte, local));
    if (!hit) {
      yield* hpte_insert(cpu, mm, block, 'pmd', taken.locked);
      yield* cpu.store(slot, SLOT_VALID);
    }
    yield* cpu.fence('smp_wmb'); // the slot before the entry is free
    yield* cpu.store(entryRef(pmdp), withFlags(withoutFlags(taken.locked, F.BUSY), F.HASHPTE));
    return 'again';
  },
);

const OPS = 'arch/powerpc/include/asm/book3s/64/mmu-hash.h';

/** Puts an entry into the hash table. */
export const hpte_insert = operation(
  linux('v6.1', OPS, 'hpte_insert'),
  function* (cpu: Cpu, mm: Mm, block: number, size: 'pte' | 'pmd', entry: Entry): Op {
    yield* cpu.store(hpteOf(mm, size, block), translationOf(entry));
  },
);

/** Changes the permissions of an entry of the hash table. False: it is not there any more. */
export const hpte_updatepp = operation(
  linux('v6.1', OPS, 'hpte_updatepp'),
  function* (
    cpu: Cpu,
    mm: Mm,
    block: number,
    size: 'pte' | 'pmd',
    entry: Entry,
    nohpte: boolean,
    local: boolean,
  ): Op<boolean> {
    const at = hpteOf(mm, size, block);
    const old = yield* cpu.load(at);
    if (old === 0) return false;
    yield* cpu.store(at, translationOf(entry));
    // A fault for want of an entry: no TLB has it.
    if (nohpte) return true;
    yield* cpu.fence('ptesync');
    yield* tlbie(cpu, mm, block, size, local);
    yield* ptesync(cpu, local);
    return true;
  },
);

/** After a page fault, under the page-table lock: saves the hash fault that would follow. */
export const hash_preload = operation(
  linux('v6.1', 'arch/powerpc/mm/book3s64/hash_utils.c', 'hash_preload'),
  function* (cpu: Cpu, mm: Mm, ea: Va, ptep: PteSlot): Op {
    yield* cpu.local_irq_save();
    const local = yield* mm_is_thread_local(cpu, mm);
    yield* __hash_page_64K(cpu, mm, ea, false, ptep, false, local);
    yield* cpu.local_irq_restore();
  },
);
