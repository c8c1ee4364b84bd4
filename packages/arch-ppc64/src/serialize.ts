/** Waiting for walkers without locks: whoever takes the interrupt has interrupts on, and so has left its walk. */
import { from, ipiHandler, mmCells, type Cpu, type Layer, type Mm, type Op } from '@shootdown/core/plugin';
import { exit_lazy_flush_tlb } from './context.ts';
import { radix_enabled } from './update.ts';

/** On radix the CPU may leave the mask while it is at it. */
export const do_serialize_radix = ipiHandler('do_serialize', (cpu, info) =>
  exit_lazy_flush_tlb(cpu, { id: info['mm'] as number }, false),
);
/** On hash, taking the interrupt is all. */
export const do_serialize_hash = ipiHandler('do_serialize');

export class Serialize implements Layer {
  @from('v6.1', 'arch/powerpc/mm/book3s64/pgtable.c', 'serialize_against_pte_lookup')
  *serialize_against_pte_lookup(cpu: Cpu, mm: Mm): Op {
    yield* cpu.fence('smp_mb'); // our change of the entry, before the mask: a CPU that comes later sees the change
    const mask = yield* cpu.load(mmCells.cpumask(mm.id));
    yield* cpu.smp_call_function_many(mask, radix_enabled(cpu) ? do_serialize_radix : do_serialize_hash, { mm: mm.id });
  }
}
