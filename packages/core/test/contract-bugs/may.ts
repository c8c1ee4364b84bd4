/** For every claim that may differ: an architecture on which it is always true, and one on which it is not. */
import type { Layer } from '../../src/arch/layer.ts';
import { allHooks } from '../../src/contract/mm-hooks.ts';
import { pmdp_establish } from '../../src/contract/hooks/index.ts';
import { cpuBit, type Va } from '../../src/words/address.ts';
import { ipiHandler, type Cpu, type Invalidation } from '../../src/words/cpu.ts';
import { isNone, pmd_mkinvalid } from '../../src/words/entry.ts';
import { HPAGE_PMD_SIZE, PAGE_SIZE, spaceOf } from '../../src/words/geometry.ts';
import { entryRef, mmCells, type Mm } from '../../src/words/objects.ts';
import type { Op } from '@shootdown/explorer';
import type { Scenario } from '../../src/workload/scenario.ts';
import { direct } from './direct.ts';
import { generic, toy } from './spoil.ts';
import { collapseBesideGup, unmap } from './stories.ts';

/** A claim, a story that judges it, and the two architectures: layers over the toy one. */
export interface Differing {
  readonly claim: string;
  readonly story: Scenario;
  readonly always: Layer;
  readonly notAlways: Layer;
}

const noLayer: Layer = {};

const drop = ipiHandler('drop', function* (cpu, info) {
  yield* cpu.flush_local(info as unknown as Invalidation);
});
function* byInterrupt(cpu: Cpu, mm: Mm, start: Va, end: Va): Op {
  const what: Invalidation = { asid: mm.id, start, end, leaves: ['pte', 'pmd'], walkCache: 'all' };
  yield* cpu.flush_local(what);
  yield* cpu.smp_call_function_many(cpu.online, drop, { ...what });
}

/** Every flush is an interrupt, and whoever takes an entry out flushes at once. */
const interrupting: Layer = {
  *flush_tlb_page(cpu, vma, addr) {
    yield* byInterrupt(cpu, vma.mm, addr, addr + PAGE_SIZE(cpu.geometry));
  },
  *flush_tlb_range(cpu, vma, start, end) {
    yield* byInterrupt(cpu, vma.mm, start, end);
  },
  *flush_tlb_mm(cpu, mm) {
    yield* byInterrupt(cpu, mm, 0, spaceOf(cpu.geometry));
  },
  *pmdp_huge_get_and_clear(cpu, mm, addr, pmdp) {
    const old = yield* toy.pmdp_huge_get_and_clear(cpu, mm, addr, pmdp);
    yield* byInterrupt(cpu, mm, addr, addr + HPAGE_PMD_SIZE(cpu.geometry));
    return old;
  },
  *arch_leave_lazy_mmu_mode(cpu) {
    yield* cpu.smp_call_function_many(cpu.online, ipiHandler('flush of the queue'), {});
  },
  *serialize_against_pte_lookup(cpu) {
    yield* cpu.smp_call_function_many(cpu.online, ipiHandler('do_nothing'), {});
  },
};
/** Flushes are broadcast and nobody else is interrupted either. */
const silent: Layer = { *tlb_remove_table_sync_one() {}, *reload_tlb_mm() {} };

/** Like s390: the instruction that changes an entry also drops its translations everywhere. */
const flushing: Layer = {
  pmdp_huge_get_and_clear: interrupting.pmdp_huge_get_and_clear!,
  *ptep_get_and_clear(cpu, mm, addr, ptep) {
    const old = yield* toy.ptep_get_and_clear(cpu, mm, addr, ptep);
    yield* byInterrupt(cpu, mm, addr, addr + PAGE_SIZE(cpu.geometry));
    return old;
  },
  *ptep_set_wrprotect(cpu, mm, addr, ptep) {
    yield* generic.ptep_set_wrprotect(cpu, mm, addr, ptep);
    yield* byInterrupt(cpu, mm, addr, addr + PAGE_SIZE(cpu.geometry));
  },
  *pmdp_set_wrprotect(cpu, mm, addr, pmdp) {
    yield* generic.pmdp_set_wrprotect(cpu, mm, addr, pmdp);
    yield* byInterrupt(cpu, mm, addr, addr + HPAGE_PMD_SIZE(cpu.geometry));
  },
};
/** Like x86: the gather flushes later. */
const flushingLater: Layer = {
  *pmdp_invalidate_ad(cpu, vma, addr, pmdp) {
    return yield* pmdp_establish(cpu, vma, addr, pmdp, pmd_mkinvalid(yield* cpu.read_entry(pmdp)));
  },
};

/**
 * Like Xen in lazy mode: a change of a PTE that is in use is queued, and a change of protection only reads at first.
 * Simplified: the queue is for ever.
 */
const queueing: Layer = {
  *set_pte_at(cpu, _mm, _addr, ptep, pte) {
    if (isNone(yield* cpu.read_entry(ptep))) yield* cpu.store(entryRef(ptep), pte);
  },
  *pte_clear() {},
  *ptep_modify_prot_start(cpu, _vma, _addr, ptep) {
    return yield* cpu.read_entry(ptep);
  },
  *ptep_modify_prot_commit() {},
};

/** Like arm64: nobody needs to know where an address space runs. */
const withoutCpumask: Layer = {
  *switch_mm(cpu, _prev, next) {
    yield* cpu.write_root(next ? yield* cpu.load(mmCells.pgd(next.id)) : 0, next?.id ?? 0);
  },
};
const leavesWhenLazy: Layer = {
  *enter_lazy_tlb(cpu, mm) {
    yield* cpu.andnot(mmCells.cpumask(mm.id), cpuBit(cpu.id));
  },
};
/** Like arm64 for a dying address space. */
const noFlush: Layer = { *tlb_flush() {} };

const everywhere = (sentence: string, always: Layer, notAlways: Layer): Differing[] =>
  Object.values(direct)
    .filter(({ hookName }) => sentence in allHooks.get(hookName)!.may)
    .map(({ hookName, story }) => ({ claim: `${hookName}: ${sentence}`, story: story(), always, notAlways }));

/** Like x86 where nothing was taken away. */
const knowsBetter: Layer = {
  *pte_needs_flush() {
    return false;
  },
  *huge_pmd_needs_flush() {
    return false;
  },
};

export const differing: readonly Differing[] = [
  ...everywhere('the other CPUs were interrupted', interrupting, silent),
  ...everywhere('no TLB holds the page', flushing, noLayer),
  ...everywhere('no TLB holds the huge translation', flushing, flushingLater),
  ...everywhere('the new PTE is in memory on return', noLayer, queueing),
  ...everywhere('the PTE is none in memory on return', noLayer, queueing),
  ...everywhere('the PTE reads as none to others', noLayer, queueing),
  ...everywhere('the hardware cannot use the PTE', noLayer, queueing),
  ...everywhere('this CPU is in mm_cpumask of the new address space', noLayer, withoutCpumask),
  ...everywhere('this CPU is in mm_cpumask still', noLayer, leavesWhenLazy),
  ...everywhere('says yes', noLayer, knowsBetter),
  {
    claim: 'pmdp_collapse_flush: lockless walkers of the old table have left',
    story: collapseBesideGup,
    always: interrupting,
    notAlways: noLayer,
  },
  {
    claim: 'pmdp_collapse_flush: the old table may be reused',
    story: collapseBesideGup,
    always: interrupting,
    notAlways: noLayer,
  },
  { claim: 'tlb_flush: no TLB holds the gathered range', story: unmap, always: noLayer, notAlways: noFlush },
  {
    claim: 'tlb_flush: no CPU remembers the way to a table of the gathered range',
    story: unmap,
    always: noLayer,
    notAlways: noFlush,
  },
];
