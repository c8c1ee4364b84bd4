/** pte_update: how an entry is changed where hardware, or a hash fault, may change it at the same moment. */
import {
  entryRef,
  F,
  hasAny,
  withFlags,
  withoutFlags,
  type Cpu,
  type Entry,
  type Mm,
  type Op,
  type Slot,
  type Va,
  replaceable,
  linux,
} from '@shootdown/core/plugin';
import { hpte_do_hugepage_flush, hpte_need_flush } from './hash_tlb.ts';

/** To clear: the whole entry. */
export const EVERYTHING = -1;

/** A loop of ldarx and stdcx: one atomic update. Returns what was there. */
export const __radix_pte_update = replaceable(
  linux('v6.1', 'arch/powerpc/include/asm/book3s/64/radix.h', '__radix_pte_update'),
  function* (cpu: Cpu, slot: Slot, clear: number, set: number): Op<Entry> {
    if (clear === EVERYTHING) return yield* cpu.xchg(entryRef(slot), set);
    return yield* cpu.update(entryRef(slot), clear, set);
  },
);

/** The same on hash, where the loop also turns while a hash fault works on the entry. */
export const __hash_pte_update = replaceable(
  linux('v6.1', 'arch/powerpc/include/asm/book3s/64/hash.h', 'hash__pte_update'),
  function* (cpu: Cpu, slot: Slot, clear: number, set: number): Op<Entry> {
    for (;;) {
      yield* cpu.wait_clear(entryRef(slot), F.BUSY, 'the hash fault that works on the entry is done');
      const old = yield* cpu.read_entry(slot);
      if (hasAny(old, F.BUSY)) continue;
      const cleared = clear === EVERYTHING ? 0 : withoutFlags(old, clear);
      const seen = yield* cpu.cmpxchg(entryRef(slot), old, withFlags(cleared, set));
      if (seen === old) return old;
    }
  },
);

/** The hardware walks the Linux tables; else it looks into the hash table. */
export const radix_enabled = (cpu: Cpu): boolean => cpu.spec.translate === undefined;

/**
 * Clears and sets flags. Radix: says nothing about TLBs. Hash: what the entry had put into the hash table is removed, now or,
 * for a PTE, at the end of lazy MMU mode.
 */
export const pte_update = replaceable(
  linux('v6.1', 'arch/powerpc/include/asm/book3s/64/pgtable.h', 'pte_update'),
  function* (cpu: Cpu, mm: Mm, addr: Va, slot: Slot, clear: number, set: number): Op<Entry> {
    if (radix_enabled(cpu)) return yield* __radix_pte_update(cpu, slot, clear, set);
    const old = yield* __hash_pte_update(cpu, slot, clear, set);
    if (!hasAny(old, F.HASHPTE) && !(cpu.has('hash_removes_every_entry') && hasAny(old, F.PRESENT))) return old;
    if (slot.level === 'pmd') yield* hpte_do_hugepage_flush(cpu, mm, addr, slot);
    else yield* hpte_need_flush(cpu, mm, addr);
    return old;
  },
);
