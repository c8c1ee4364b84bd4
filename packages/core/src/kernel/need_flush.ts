/** MMF_NEED_FLUSH of the postings of 2008: a table has moved, and CPUs may still remember the way to the old one. */
import { flush_tlb_mm } from '../contract/hooks/index.ts';
import type { Cpu } from '../words/cpu.ts';
import { mmCells, type Mm } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';
import { tables_move } from './pgtable.ts';

// Left out: every flush_tlb_mm takes the flag back before it begins, whoever calls it.

/** Notes that the address space has to be flushed; not where no CPU runs it. */
export const maybe_need_flush_mm = operation(
  linux('v2.6.25', 'include/asm-generic/tlbflush.h', 'maybe_need_flush_mm'),
  function* (cpu: Cpu, mm: Mm): Op {
    const mask = yield* cpu.load(mmCells.cpumask(mm.id));
    if (mask !== 0) yield* cpu.or(mmCells.MMF_NEED_FLUSH(mm.id), 1);
  },
);

/** Flushes if somebody has noted so. Whoever comes while that flush is under way finds nothing noted, and goes on. */
export const maybe_flush_tlb_mm = operation(
  linux('v2.6.25', 'include/asm-generic/tlbflush.h', 'maybe_flush_tlb_mm'),
  function* (cpu: Cpu, mm: Mm): Op {
    const flag = mmCells.MMF_NEED_FLUSH(mm.id);
    if (cpu.has('need_flush_cleared_after_flush')) {
      const needed = yield* cpu.load(flag);
      if (needed === 0) return;
      yield* flush_tlb_mm(cpu, mm);
      yield* cpu.andnot(flag, 1);
      return;
    }
    const needed = yield* cpu.update(flag, 1, 0);
    if (needed !== 0) yield* flush_tlb_mm(cpu, mm);
  },
);

/** A fault has filled an entry that was not present, under its lock. */
export function* flush_if_tables_moved(cpu: Cpu, mm: Mm): Op {
  if (tables_move(cpu) && !cpu.has('walkers_unaware_of_limbo')) yield* maybe_flush_tlb_mm(cpu, mm);
}
