/** tlbie and tlbiel: the invalidations of the radix MMU, for all threads of the partition or for this one. */
import {
  TLB_FLUSH_ALL,
  type Cpu,
  type Invalidation,
  type Level,
  type Mm,
  type Op,
  type Va,
} from '@shootdown/core/plugin';

/** RIC: translations, remembered upper levels (PWC), or all. */
export type Ric = 'tlb' | 'pwc' | 'all';
/** One page size: that of a PTE or of a huge PMD. */
export type PageSize = 'pte' | 'pmd';

const BOTH: readonly Level[] = ['pte', 'pmd'];
const ofPid = (mm: Mm, ric: Ric): Invalidation => ({
  asid: mm.id,
  start: 0,
  end: TLB_FLUSH_ALL,
  leaves: ric === 'pwc' ? [] : BOTH,
  walkCache: ric === 'tlb' ? 'none' : 'all',
});
const ofPage = (mm: Mm, va: Va, psize: PageSize): Invalidation => ({
  asid: mm.id,
  start: va,
  end: va + 1,
  leaves: [psize],
  walkCache: 'none',
});

/** Invalidates on this CPU, or on all; nothing is done for certain before the barrier at the end. */
export type Scope = 'local' | 'global';

export function* begin(cpu: Cpu): Op {
  yield* cpu.fence('ptesync'); // stores to the tables before what comes now
}
export function* tlbiePid(cpu: Cpu, scope: Scope, mm: Mm, ric: Ric): Op {
  yield* scope === 'local' ? cpu.flush_local(ofPid(mm, ric)) : cpu.tlbi_broadcast(ofPid(mm, ric));
}
export function* tlbieVa(cpu: Cpu, scope: Scope, mm: Mm, va: Va, psize: PageSize): Op {
  yield* scope === 'local' ? cpu.flush_local(ofPage(mm, va, psize)) : cpu.tlbi_broadcast(ofPage(mm, va, psize));
}
export function* end(cpu: Cpu, scope: Scope): Op {
  yield* scope === 'local' ? cpu.fence('ptesync') : cpu.tlbi_sync('eieio; tlbsync; ptesync');
}

/** All of an address space, here. */
export function* _tlbiel_pid(cpu: Cpu, mm: Mm, ric: Ric): Op {
  yield* begin(cpu);
  yield* tlbiePid(cpu, 'local', mm, ric);
  yield* end(cpu, 'local');
}
