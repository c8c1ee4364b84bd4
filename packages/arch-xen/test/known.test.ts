/** Known answers of a Xen PV guest and its hypervisor: arch/x86/xen/mmu_pv.c, and xen/arch/x86/mm.c, step by step. */
import { expect, test } from '@jest/globals';
import { describeAnswers, type Answer } from '@shootdown/conformance';
import {
  activate_mm,
  arch_dup_mmap,
  arch_end_context_switch,
  arch_enter_lazy_mmu_mode,
  arch_exit_mmap,
  arch_leave_lazy_mmu_mode,
  arch_start_context_switch,
  entryRef,
  F,
  flush_tlb_mm,
  flush_tlb_page,
  flush_tlb_range,
  mkLeaf,
  mkTable,
  mmCells,
  p4d_clear,
  p4d_populate,
  pmd_clear,
  pmd_free_tlb,
  pmd_populate,
  pte_clear,
  pte_free_tlb,
  ptep_get_and_clear,
  ptep_modify_prot_commit,
  ptep_modify_prot_start,
  ptep_set_access_flags,
  ptep_set_wrprotect,
  pud_clear,
  pud_free_tlb,
  pud_populate,
  set_pmd_at,
  set_pte_at,
  switch_mm,
  tableCells,
  tlb_remove_table,
  type Cpu,
  type Level,
  type Mm,
  type MmuGather,
  type Op,
  type PmdSlot,
  type PteSlot,
} from '@shootdown/core/plugin';
import { guest, xen } from '../src/cells.ts';
import { everything, Hypervisor, LAZY, mmu_update, onePage, type Call } from '../src/hypervisor.ts';
import { xenPv } from '../src/index.ts';
import { RULES, sentenceOf, type RuleName } from '../src/rules.ts';

const PAGE = 4096;
const MM: Mm = { id: 0 };
const OTHER: Mm = { id: 1 };
const hypervisor = new Hypervisor();
const perform =
  (call: Call) =>
  (cpu: Cpu): Op =>
    hypervisor.perform(cpu, call);
/** The small tree: T3 on top, T1 below it, T2 below that. */
const [TOP, MIDDLE, LOWEST] = [3, 1, 2];
const ptep: PteSlot = { level: 'pte', table: LOWEST, index: 1 };
const pmdp: PmdSlot = { level: 'pmd', table: MIDDLE, index: 0 };
const pgdp = { level: 'pgd', table: TOP, index: 0 } as const;
const USED = F.PRESENT | F.USER | F.WRITE | F.ACCESSED | F.DIRTY;
const page5 = mkLeaf(5, USED);
const clean5 = mkLeaf(5, F.PRESENT | F.USER);

/** Cells of x86, which the guest has too. */
const ofX86 = (name: string) =>
  xenPv.machine.cells.find(({ regionName }) => regionName === name) as unknown as (
    ...at: number[]
  ) => ReturnType<typeof tableCells.life>;
const [loaded_mm, cpu_tlb_gen, mm_tlb_gen] = ['loaded_mm', 'cpu_tlb_gen', 'tlb_gen'].map(ofX86) as [
  ReturnType<typeof ofX86>,
  ReturnType<typeof ofX86>,
  ReturnType<typeof ofX86>,
];

type Given = NonNullable<Answer['given']>;
const linked: Given = [
  [mmCells.pgd(0), TOP],
  [tableCells.entry(TOP, 0), mkTable(MIDDLE)],
  [tableCells.entry(MIDDLE, 0), mkTable(LOWEST)],
];
const TYPE = { pte: 1, pmd: 2, pgd: 5 } as const;
const typed = (table: number, level: 'pte' | 'pmd' | 'pgd', count: number): Given => [
  [xen.readOnly(table), 1],
  [xen.type(table), TYPE[level]],
  [xen.typeCount(table), count],
];
/** The tree as the hypervisor has it once it was handed over. */
const pinnedTree: Given = [
  ...linked,
  ...typed(TOP, 'pgd', 1),
  [xen.pinned(TOP), 1],
  ...typed(MIDDLE, 'pmd', 1),
  ...typed(LOWEST, 'pte', 2),
  [xen.pinned(LOWEST), 1],
  ...[TOP, MIDDLE, LOWEST].map((table) => [guest.PagePinned(table), 1] as const),
];
const readOnly = (...tables: readonly number[]): Given => tables.map((table) => [xen.readOnly(table), 1] as const);
const gathered = (): MmuGather => ({
  mm: MM,
  fullmm: false,
  start: 0,
  end: PAGE,
  freed_tables: false,
  need_flush_all: false,
  cleared_ptes: false,
  cleared_pmds: false,
  cleared_puds: false,
  page_size: 0,
  pages: [],
  pageTables: [],
  tables: [],
});
const lazyMmu: Given = [[guest.lazy_mode(0), LAZY.MMU]];

// What the hypervisor does at a request
describeAnswers(xenPv, [
  {
    says: 'an entry of a lowest table is written as asked',
    given: [...pinnedTree, [entryRef(ptep), page5]],
    code: perform(mmu_update(ptep, clean5)),
    does: `
      xen.mmu_update entry[2][1] 2 1 5242917 0 0
    `,
    left: { 'T2[1]': 5242917 },
  },
  {
    says: 'with accessed and dirty kept where it was and is present',
    given: [...pinnedTree, [entryRef(ptep), page5]],
    code: perform({ op: 'mmu_update', slot: ptep, value: clean5, keep: 'accessed and dirty' }),
    does: `
      xen.mmu_update entry[2][1] 2 1 5242917 0 1
    `,
    left: { 'T2[1]': 5242941 },
  },
  {
    says: 'not where it was not present',
    given: [...pinnedTree, [entryRef(ptep), mkLeaf(5, USED & ~F.PRESENT)]],
    code: perform({ op: 'mmu_update', slot: ptep, value: clean5, keep: 'accessed and dirty' }),
    left: { 'T2[1]': 5242917 },
  },
  {
    says: 'not where it becomes not present',
    given: [...pinnedTree, [entryRef(ptep), page5]],
    code: perform({ op: 'mmu_update', slot: ptep, value: 0, keep: 'accessed and dirty' }),
    left: { 'T2[1]': 0 },
  },
  {
    says: 'what is set already is not set twice',
    given: [...pinnedTree, [entryRef(ptep), page5]],
    code: perform({ op: 'mmu_update', slot: ptep, value: page5, keep: 'accessed and dirty' }),
    left: {},
  },
  {
    says: 'a word of ordinary memory is an ordinary write, of a table too',
    code: perform(mmu_update(pmdp, mkTable(LOWEST))),
    left: { 'T1[0]': 2097231 },
  },
  {
    says: 'a table is linked, and held by the entry',
    given: [...pinnedTree, ...readOnly(4)],
    code: perform(mmu_update({ ...pmdp, index: 1 }, mkTable(4))),
    does: `
      xen.mmu_update entry[1][1] 1 1 4194383 1 0
    `,
    left: { 'T4.xen.type': 1, 'T4.xen.type count': 1, 'T1[1]': 4194383 },
  },
  {
    says: 'with the tables below it',
    given: [...pinnedTree, ...readOnly(4, 5), [tableCells.entry(4, 1), mkTable(5)]],
    code: perform(mmu_update({ ...pgdp, index: 1 }, mkTable(4))),
    left: { 'T5.xen.type': 1, 'T5.xen.type count': 1, 'T4.xen.type': 2, 'T4.xen.type count': 1, 'T3[1]': 4194383 },
  },
  {
    says: 'a table is unlinked, and let go',
    given: pinnedTree,
    code: perform(mmu_update(pmdp, 0)),
    left: { 'T1[0]': 0, 'T2.xen.type count': 1 },
  },
  {
    says: 'the last that holds a table lets go of what it names',
    given: [...pinnedTree, [xen.typeCount(LOWEST), 1], [xen.pinned(LOWEST), 0]],
    code: perform(mmu_update(pgdp, 0)),
    left: { 'T3[0]': 0, 'T1.xen.type': 0, 'T1.xen.type count': 0, 'T2.xen.type': 0, 'T2.xen.type count': 0 },
  },
  {
    says: 'what is not present names no table: nothing is let go with it',
    given: [...pinnedTree, [entryRef(pmdp), mkTable(LOWEST) - F.PRESENT]],
    code: perform(mmu_update(pmdp, 0)),
    left: { 'T1[0]': 0 },
  },
  {
    says: 'nor with the table that it is in',
    given: [...pinnedTree, [tableCells.entry(MIDDLE, 1), mkTable(LOWEST) - F.PRESENT]],
    code: perform(mmu_update(pgdp, 0)),
    left: { 'T3[0]': 0, 'T1.xen.type': 0, 'T1.xen.type count': 0, 'T2.xen.type count': 1 },
  },
  {
    says: 'one table in place of another: the new one is held before the old one is let go',
    given: [...pinnedTree, ...readOnly(4)],
    code: perform(mmu_update(pmdp, mkTable(4))),
    left: { 'T1[0]': 4194383, 'T2.xen.type count': 1, 'T4.xen.type': 1, 'T4.xen.type count': 1 },
  },
  {
    says: 'a table that is held already is held once more',
    given: pinnedTree,
    code: perform(mmu_update({ ...pmdp, index: 1 }, mkTable(LOWEST))),
    left: { 'T2.xen.type count': 3, 'T1[1]': 2097231 },
  },
  {
    says: 'a table becomes read-only',
    code: perform({ op: 'read-only', table: 4 }),
    does: `
      xen.update_va_mapping entry[4][0] 4 0
    `,
    left: { 'T4.xen.read only': 1 },
  },
  {
    says: 'a table becomes writable, after every vCPU has forgotten everything',
    given: readOnly(4),
    code: perform({ op: 'writable', table: 4 }),
    does: `
      tlb.broadcast asid -1 pages 0..all pte+pmd ways:all to {0 1 2}
      tlb.sync (the hypervisor has flushed)
      xen.update_va_mapping entry[4][0] 4 1
    `,
    left: { 'T4.xen.read only': 0 },
  },
  {
    says: 'a lowest table is pinned: typed, held, pinned',
    given: readOnly(4),
    code: perform({ op: 'pin', table: 4, level: 'pte' }),
    does: `
      xen.pin entry[4][0] 4 0
    `,
    left: { 'T4.xen.type': 1, 'T4.xen.type count': 1, 'T4.xen.pinned': 1 },
  },
  {
    says: 'a tree is pinned: every table below is held by what names it',
    given: [...linked, ...readOnly(TOP, MIDDLE, LOWEST)],
    code: perform({ op: 'pin', table: TOP, level: 'pgd' }),
    left: {
      'T2.xen.type': 1,
      'T2.xen.type count': 1,
      'T1.xen.type': 2,
      'T1.xen.type count': 1,
      'T3.xen.type': 5,
      'T3.xen.type count': 1,
      'T3.xen.pinned': 1,
    },
  },
  {
    says: 'a tree is unpinned: what nothing else holds is ordinary memory again',
    given: pinnedTree,
    code: perform({ op: 'unpin', table: TOP }),
    left: {
      'T3.xen.type': 0,
      'T3.xen.type count': 0,
      'T3.xen.pinned': 0,
      'T1.xen.type': 0,
      'T1.xen.type count': 0,
      'T2.xen.type count': 1,
    },
  },
  {
    says: 'a root is loaded: the vCPU holds it, and forgets everything',
    given: pinnedTree,
    code: perform({ op: 'new_baseptr', table: TOP, asid: 0 }),
    does: `
      xen.new_baseptr entry[3][0] 3
      mmu.root 3 0
      tlb.local asid -1 pages 0..all pte+pmd ways:all
      store xen_current_cr3[0] 3
    `,
    left: { 'T3.xen.type count': 2, 'CPU0 xen.baseptr': 3, 'CPU0 root': 3, 'CPU0 xen_current_cr3': 3 },
  },
  {
    says: 'a root that is not pinned is validated when it is loaded',
    given: [...linked, ...readOnly(TOP, MIDDLE, LOWEST)],
    code: perform({ op: 'new_baseptr', table: TOP, asid: 0 }),
    left: {
      'T2.xen.type': 1,
      'T2.xen.type count': 1,
      'T1.xen.type': 2,
      'T1.xen.type count': 1,
      'T3.xen.type': 5,
      'T3.xen.type count': 1,
      'CPU0 xen.baseptr': 3,
      'CPU0 root': 3,
      'CPU0 xen_current_cr3': 3,
    },
  },
  {
    says: 'the root that was there is let go',
    given: [...pinnedTree, [xen.typeCount(TOP), 2], [xen.baseptr(0), TOP], [guest.xen_current_cr3(0), TOP]],
    code: perform({ op: 'new_baseptr', table: 0, asid: 0 }),
    does: `
      xen.new_baseptr 0
      mmu.root 0 0
      tlb.local asid -1 pages 0..all pte+pmd ways:all
      store xen_current_cr3[0] 0
    `,
    left: { 'T3.xen.type count': 1, 'CPU0 xen.baseptr': 0, 'CPU0 xen_current_cr3': 0 },
  },
  {
    says: 'the same root is held no more often',
    given: [...pinnedTree, [xen.typeCount(TOP), 2], [xen.baseptr(0), TOP]],
    code: perform({ op: 'new_baseptr', table: TOP, asid: 0 }),
    left: { 'CPU0 root': 3, 'CPU0 xen_current_cr3': 3 },
  },
  {
    says: 'a local flush',
    code: perform({ op: 'flush_local', what: onePage(3 * PAGE) }),
    does: `
      tlb.local asid -1 page 3 pte+pmd ways:all
    `,
  },
  {
    says: 'a flush of several vCPUs is waited for',
    code: perform({ op: 'flush_multi', what: everything, vcpus: 0b110 }),
    does: `
      tlb.broadcast asid -1 pages 0..all pte+pmd ways:all to {1 2}
      tlb.sync (the hypervisor has flushed)
    `,
  },
  {
    says: 'of this vCPU alone it is local',
    code: perform({ op: 'flush_multi', what: onePage(0), vcpus: 0b001 }),
    does: `
      tlb.local asid -1 page 0 pte+pmd ways:all
    `,
  },

  // Requests that wait
  {
    says: 'outside of lazy mode a request is made at once',
    code: (cpu) => hypervisor.issue(cpu, { op: 'read-only', table: 4 }),
    does: `
      load paravirt_lazy_mode[0] -> 0
      xen.update_va_mapping entry[4][0] 4 0
    `,
  },
  {
    says: 'in lazy mode it waits',
    given: lazyMmu,
    code: (cpu) => hypervisor.issue(cpu, { op: 'read-only', table: 4 }),
    does: `
      load paravirt_lazy_mode[0] -> 1
      list_add mc_buffer[0] {op:read-only table:4}
    `,
  },
  {
    says: 'a request of another kind makes what waits, then itself',
    given: lazyMmu,
    *code(cpu) {
      yield* hypervisor.issue(cpu, { op: 'read-only', table: 4 });
      yield* hypervisor.issue(cpu, { op: 'flush_local', what: everything }, LAZY.CPU);
    },
    does: `
      load paravirt_lazy_mode[0] -> 1
      list_add mc_buffer[0] {op:read-only table:4}
      load paravirt_lazy_mode[0] -> 1
      local_irq_save
      list_take mc_buffer[0] -> {op:read-only table:4}
      xen.update_va_mapping entry[4][0] 4 0
      list_take mc_buffer[0] -> 0
      local_irq_restore
      tlb.local asid -1 pages 0..all pte+pmd ways:all
    `,
  },
  {
    says: 'what waits is made in its order, with interrupts off',
    given: lazyMmu,
    *code(cpu) {
      yield* hypervisor.issue(cpu, { op: 'read-only', table: 4 });
      yield* hypervisor.issue(cpu, { op: 'pin', table: 4, level: 'pte' });
      yield* arch_leave_lazy_mmu_mode(cpu);
    },
    does: `
      load paravirt_lazy_mode[0] -> 1
      list_add mc_buffer[0] {op:read-only table:4}
      load paravirt_lazy_mode[0] -> 1
      list_add mc_buffer[0] {op:pin table:4 level:pte}
      local_irq_save
      list_take mc_buffer[0] -> {op:read-only table:4}
      xen.update_va_mapping entry[4][0] 4 0
      list_take mc_buffer[0] -> {op:pin table:4 level:pte}
      xen.pin entry[4][0] 4 0
      list_take mc_buffer[0] -> 0
      local_irq_restore
      store paravirt_lazy_mode[0] 0
    `,
  },
  {
    says: 'lazy mode begins with a note',
    code: (cpu) => arch_enter_lazy_mmu_mode(cpu),
    does: `
      store paravirt_lazy_mode[0] 1
    `,
  },
  {
    says: 'lazy mode that made no request',
    given: lazyMmu,
    code: (cpu) => arch_leave_lazy_mmu_mode(cpu),
    does: `
      local_irq_save
      list_take mc_buffer[0] -> 0
      local_irq_restore
      store paravirt_lazy_mode[0] 0
    `,
  },
  {
    says: 'in a context switch the root waits for the end',
    given: [...pinnedTree, [mmCells.pgd(0), TOP]],
    *code(cpu) {
      yield* arch_start_context_switch(cpu);
      yield* switch_mm(cpu, undefined, MM);
      yield* arch_end_context_switch(cpu);
    },
    does: `
      store paravirt_lazy_mode[0] 2
      local_irq_save
      load loaded_mm[0] -> 0
      load is_lazy[0] -> 0
      store loaded_mm[0] -1
      or mm_cpumask[0] {0}
      load tlb_gen[0] -> 1
      load cpu_tlb_gen[0][0] -> 0
      store cpu_tlb_gen[0][0] 1
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      load mm.pgd[0] -> 3
      store xen_cr3[0] 3
      load paravirt_lazy_mode[0] -> 2
      list_add mc_buffer[0] {op:new_baseptr table:3 asid:0}
      store loaded_mm[0] 1
      local_irq_restore
      local_irq_save
      list_take mc_buffer[0] -> {op:new_baseptr table:3 asid:0}
      xen.new_baseptr entry[3][0] 3
      mmu.root 3 0
      tlb.local asid -1 pages 0..all pte+pmd ways:all
      store xen_current_cr3[0] 3
      list_take mc_buffer[0] -> 0
      local_irq_restore
      store paravirt_lazy_mode[0] 0
    `,
  },

  // Entries
  {
    says: 'set_pte_at is a request, pinned or not',
    code: (cpu) => set_pte_at(cpu, MM, PAGE, ptep, page5),
    does: `
      load paravirt_lazy_mode[0] -> 0
      xen.mmu_update entry[2][1] 2 1 5242943 0 0
    `,
  },
  {
    says: 'pte_clear is a request',
    given: [...pinnedTree, [entryRef(ptep), page5]],
    code: (cpu) => pte_clear(cpu, MM, PAGE, ptep),
    does: `
      load paravirt_lazy_mode[0] -> 0
      xen.mmu_update entry[2][1] 2 1 0 0 0
    `,
  },
  {
    says: 'ptep_get_and_clear traps, and is emulated',
    given: [...pinnedTree, [entryRef(ptep), page5]],
    code: (cpu) => ptep_get_and_clear(cpu, MM, PAGE, ptep),
    does: `
      xchg entry[2][1] none -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: page5,
  },
  {
    says: 'ptep_set_wrprotect traps, and is emulated',
    given: [...pinnedTree, [entryRef(ptep), page5]],
    code: (cpu) => ptep_set_wrprotect(cpu, MM, PAGE, ptep),
    does: `
      andnot entry[2][1] WRITE
    `,
  },
  {
    says: 'ptep_set_access_flags after a write fault is a request',
    given: [[entryRef(ptep), clean5]],
    code: (cpu, { vmas: [vma] }) => ptep_set_access_flags(cpu, vma!, PAGE, ptep, page5, true),
    does: `
      load entry[2][1] -> P5|PRESENT|USER|LEAF
      load paravirt_lazy_mode[0] -> 0
      xen.mmu_update entry[2][1] 2 1 5242943 0 0
    `,
    gives: true,
  },
  {
    says: 'after a read fault it is none',
    given: [[entryRef(ptep), clean5]],
    code: (cpu, { vmas: [vma] }) => ptep_set_access_flags(cpu, vma!, PAGE, ptep, page5, false),
    does: `
      load entry[2][1] -> P5|PRESENT|USER|LEAF
    `,
    gives: true,
  },
  {
    says: 'nor where nothing changes',
    given: [[entryRef(ptep), page5]],
    code: (cpu, { vmas: [vma] }) => ptep_set_access_flags(cpu, vma!, PAGE, ptep, page5, true),
    does: `
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: false,
  },
  {
    says: 'a change of protection leaves the entry, and keeps accessed and dirty in its commit',
    given: [...pinnedTree, [entryRef(ptep), page5]],
    *code(cpu, { vmas: [vma] }) {
      const old = yield* ptep_modify_prot_start(cpu, vma!, PAGE, ptep);
      yield* ptep_modify_prot_commit(cpu, vma!, PAGE, ptep, old, clean5);
      return old;
    },
    does: `
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      load paravirt_lazy_mode[0] -> 0
      xen.mmu_update entry[2][1] 2 1 5242917 0 1
    `,
    gives: page5,
  },
  {
    says: 'an upper entry is a store while the tree is ordinary memory',
    given: linked,
    *code(cpu) {
      yield* pmd_clear(cpu, pmdp);
      yield* set_pmd_at(cpu, MM, 0, pmdp, mkTable(LOWEST));
    },
    does: `
      load PagePinned[1] -> 0
      store entry[1][0] none
      load PagePinned[1] -> 0
      store entry[1][0] T2
    `,
  },
  {
    says: 'and a request once it is pinned',
    given: pinnedTree,
    *code(cpu) {
      yield* pmd_clear(cpu, pmdp);
      yield* set_pmd_at(cpu, MM, 0, pmdp, mkTable(LOWEST));
    },
    does: `
      load PagePinned[1] -> 1
      load paravirt_lazy_mode[0] -> 0
      xen.mmu_update entry[1][0] 1 0 0 1 0
      load PagePinned[1] -> 1
      load paravirt_lazy_mode[0] -> 0
      xen.mmu_update entry[1][0] 1 0 2097231 1 0
    `,
  },
  {
    says: 'pud_clear and p4d_clear do that to their levels',
    geometry: { pud: 1 },
    *code(cpu) {
      yield* pud_clear(cpu, { level: 'pud', table: 1, index: 0 });
      yield* p4d_clear(cpu, { level: 'p4d', table: 2, index: 0 });
    },
    does: `
      load PagePinned[1] -> 0
      store entry[1][0] none
      load PagePinned[2] -> 0
      store entry[2][0] none
    `,
  },
  {
    says: 'where the level below is folded into this one nothing is cleared',
    code: (cpu) => p4d_clear(cpu, { level: 'p4d', table: 2, index: 0 }),
    does: ``,
  },
  {
    says: 'nor populated',
    code: (cpu) => p4d_populate(cpu, MM, { level: 'p4d', table: 2, index: 0 }, 4),
    does: ``,
  },
  {
    says: 'a table that joins a pinned tree is handed over first: read-only, pinned, linked',
    given: [...pinnedTree, [mmCells.pgd(0), TOP]],
    code: (cpu) => pmd_populate(cpu, MM, { ...pmdp, index: 1 }, 4),
    does: `
      load mm.pgd[0] -> 3
      load PagePinned[3] -> 1
      xchg PagePinned[4] 1 -> 0
      load paravirt_lazy_mode[0] -> 0
      xen.update_va_mapping entry[4][0] 4 0
      load paravirt_lazy_mode[0] -> 0
      xen.pin entry[4][0] 4 0
      load PagePinned[1] -> 1
      load paravirt_lazy_mode[0] -> 0
      xen.mmu_update entry[1][1] 1 1 4194383 1 0
    `,
    left: {
      'T4.PagePinned': 1,
      'T4.xen.read only': 1,
      'T4.xen.type': 1,
      'T4.xen.type count': 2,
      'T4.xen.pinned': 1,
      'T1[1]': 4194383,
    },
  },
  {
    says: 'one that was handed over already is not pinned twice',
    given: [...pinnedTree, [mmCells.pgd(0), TOP], [guest.PagePinned(4), 1], ...typed(4, 'pte', 1), [xen.pinned(4), 1]],
    code: (cpu) => pmd_populate(cpu, MM, { ...pmdp, index: 1 }, 4),
    does: `
      load mm.pgd[0] -> 3
      load PagePinned[3] -> 1
      xchg PagePinned[4] 1 -> 1
      load paravirt_lazy_mode[0] -> 0
      xen.update_va_mapping entry[4][0] 4 0
      load PagePinned[1] -> 1
      load paravirt_lazy_mode[0] -> 0
      xen.mmu_update entry[1][1] 1 1 4194383 1 0
    `,
  },
  {
    says: 'one that joins an ordinary tree is linked by a store',
    given: linked,
    code: (cpu) => pmd_populate(cpu, MM, { ...pmdp, index: 1 }, 4),
    does: `
      load mm.pgd[0] -> 3
      load PagePinned[3] -> 0
      load PagePinned[1] -> 0
      store entry[1][1] T4
    `,
  },
  {
    says: 'an upper table is handed over without a pin of its own',
    given: [...pinnedTree, [mmCells.pgd(0), TOP]],
    code: (cpu) => pud_populate(cpu, MM, { level: 'pud', table: TOP, index: 1 }, 4),
    does: `
      load mm.pgd[0] -> 3
      load PagePinned[3] -> 1
      xchg PagePinned[4] 1 -> 0
      load paravirt_lazy_mode[0] -> 0
      xen.update_va_mapping entry[4][0] 4 0
      load PagePinned[3] -> 1
      load paravirt_lazy_mode[0] -> 0
      xen.mmu_update entry[3][1] 3 1 4194383 2 0
    `,
  },
  {
    says: 'of the level above that as well',
    geometry: { pud: 1 },
    given: [
      [mmCells.pgd(0), TOP],
      [guest.PagePinned(TOP), 1],
    ],
    code: (cpu) => p4d_populate(cpu, MM, { level: 'p4d', table: TOP, index: 1 }, 4),
    does: `
      load mm.pgd[0] -> 3
      load PagePinned[3] -> 1
      xchg PagePinned[4] 1 -> 0
      load paravirt_lazy_mode[0] -> 0
      xen.update_va_mapping entry[4][0] 4 0
      load PagePinned[3] -> 1
      load paravirt_lazy_mode[0] -> 0
      xen.mmu_update entry[3][1] 3 1 4194383 3 0
    `,
  },
  ...(
    [
      ['pte', (cpu, tlb) => pte_free_tlb(cpu, tlb, 4, 0)],
      ['pmd', (cpu, tlb) => pmd_free_tlb(cpu, tlb, 4, 0)],
      ['pud', (cpu, tlb) => pud_free_tlb(cpu, tlb, 4, 0)],
    ] as readonly (readonly [Level, (cpu: Cpu, tlb: MmuGather) => Op])[]
  ).flatMap(([level, free]): Answer[] => [
    {
      says: `a ${level} table that leaves a pinned tree is taken back, and queued`,
      geometry: { pud: 1, p4d: 1 },
      numbers: { MAX_TABLE_BATCH: 9 },
      given: [
        [guest.PagePinned(4), 1],
        ...readOnly(4),
        ...(level === 'pte' ? [...typed(4, 'pte', 1), [xen.pinned(4), 1] as const] : []),
      ],
      *code(cpu) {
        const tlb = gathered();
        const op = free(cpu, tlb);
        for (let turn = op.next(); !turn.done; turn = op.next(yield turn.value))
          if (tlb.tables.length > 0) return 'queued before it was taken back';
        return [tlb.tables, tlb.pageTables];
      },
      does: `
        load PagePinned[4] -> 1
        load paravirt_lazy_mode[0] -> 0
        ${level === 'pte' ? 'xen.unpin entry[4][0] 4\n load paravirt_lazy_mode[0] -> 0\n' : ''}
        tlb.broadcast asid -1 pages 0..all pte+pmd ways:all to {0 1 2}
        tlb.sync (the hypervisor has flushed)
        xen.update_va_mapping entry[4][0] 4 1
        store PagePinned[4] 0
      `,
      gives: [[4], []],
    },
    {
      says: `a ${level} table of an ordinary tree is queued`,
      geometry: { pud: 1, p4d: 1 },
      numbers: { MAX_TABLE_BATCH: 9 },
      *code(cpu) {
        const tlb = gathered();
        yield* free(cpu, tlb);
        return [tlb.tables, tlb.pageTables];
      },
      does: `
        load PagePinned[4] -> 0
      `,
      gives: [[4], []],
    },
  ]),
  {
    says: 'tables go by RCU',
    numbers: { MAX_TABLE_BATCH: 9 },
    *code(cpu) {
      const tlb = gathered();
      yield* tlb_remove_table(cpu, tlb, 4);
      return [tlb.tables, tlb.pageTables];
    },
    gives: [[4], []],
  },

  // Trees
  {
    says: 'exec hands a tree over under page_table_lock: upper tables read-only, lowest ones locked and pinned, the top last',
    given: linked,
    code: (cpu) => activate_mm(cpu, undefined, MM),
    does: `
      spin_lock page_table_lock[0]
      load mm.pgd[0] -> 3
      load entry[3][0] -> T1
      xchg PagePinned[1] 1 -> 0
      xen.update_va_mapping entry[1][0] 1 0
      load entry[1][0] -> T2
      xchg PagePinned[2] 1 -> 0
      spin_lock ptl[2]
      xen.update_va_mapping entry[2][0] 2 0
      xen.pin entry[2][0] 2 0
      spin_unlock ptl[2]
      load entry[1][1] -> none
      load entry[3][1] -> none
      xchg PagePinned[3] 1 -> 0
      xen.update_va_mapping entry[3][0] 3 0
      xen.pin entry[3][0] 3 4
      spin_unlock page_table_lock[0]
      local_irq_save
      load loaded_mm[0] -> 0
      load is_lazy[0] -> 0
      store loaded_mm[0] -1
      or mm_cpumask[0] {0}
      load tlb_gen[0] -> 1
      load cpu_tlb_gen[0][0] -> 0
      store cpu_tlb_gen[0][0] 1
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      load mm.pgd[0] -> 3
      store xen_cr3[0] 3
      load paravirt_lazy_mode[0] -> 0
      xen.new_baseptr entry[3][0] 3
      mmu.root 3 0
      tlb.local asid -1 pages 0..all pte+pmd ways:all
      store xen_current_cr3[0] 3
      store loaded_mm[0] 1
      local_irq_restore
    `,
    left: {
      'T1.PagePinned': 1,
      'T1.xen.read only': 1,
      'T2.PagePinned': 1,
      'T2.xen.read only': 1,
      'T2.xen.type': 1,
      'T2.xen.type count': 2,
      'T2.xen.pinned': 1,
      'T3.PagePinned': 1,
      'T3.xen.read only': 1,
      'T1.xen.type': 2,
      'T1.xen.type count': 1,
      'T3.xen.type': 5,
      'T3.xen.type count': 2,
      'T3.xen.pinned': 1,
      'CPU0 loaded_mm': 1,
      'mm0.mm_cpumask': 1,
      'CPU0 cpu_tlb_gen': 1,
      'CPU0 xen_cr3': 3,
      'CPU0 xen.baseptr': 3,
      'CPU0 root': 3,
      'CPU0 xen_current_cr3': 3,
    },
  },
  {
    says: 'fork does so too, and loads nothing',
    given: [...linked, [tableCells.entry(MIDDLE, 1), mkTable(4)], [tableCells.entry(TOP, 1), mkLeaf(9, USED)]],
    code: (cpu) => arch_dup_mmap(cpu, OTHER, MM),
    does: `
      spin_lock page_table_lock[0]
      load mm.pgd[0] -> 3
      load entry[3][0] -> T1
      xchg PagePinned[1] 1 -> 0
      xen.update_va_mapping entry[1][0] 1 0
      load entry[1][0] -> T2
      xchg PagePinned[2] 1 -> 0
      spin_lock ptl[2]
      xen.update_va_mapping entry[2][0] 2 0
      xen.pin entry[2][0] 2 0
      spin_unlock ptl[2]
      load entry[1][1] -> T4
      xchg PagePinned[4] 1 -> 0
      spin_lock ptl[4]
      xen.update_va_mapping entry[4][0] 4 0
      xen.pin entry[4][0] 4 0
      spin_unlock ptl[4]
      load entry[3][1] -> P9|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      xchg PagePinned[3] 1 -> 0
      xen.update_va_mapping entry[3][0] 3 0
      xen.pin entry[3][0] 3 4 -> 5
      refused (an upper entry names a page table: there are no huge pages)
    `,
  },
  {
    says: 'a table that was handed over is passed by',
    given: [...linked, [guest.PagePinned(LOWEST), 1], ...typed(LOWEST, 'pte', 1), [xen.pinned(LOWEST), 1]],
    code: (cpu) => arch_dup_mmap(cpu, OTHER, MM),
    does: `
      spin_lock page_table_lock[0]
      load mm.pgd[0] -> 3
      load entry[3][0] -> T1
      xchg PagePinned[1] 1 -> 0
      xen.update_va_mapping entry[1][0] 1 0
      load entry[1][0] -> T2
      xchg PagePinned[2] 1 -> 1
      load entry[1][1] -> none
      load entry[3][1] -> none
      xchg PagePinned[3] 1 -> 0
      xen.update_va_mapping entry[3][0] 3 0
      xen.pin entry[3][0] 3 4
      spin_unlock page_table_lock[0]
    `,
  },
  {
    says: 'exit takes a tree back: nobody has it loaded, the top unpinned first, lowest tables under their locks',
    given: pinnedTree,
    code: (cpu) => arch_exit_mmap(cpu, MM),
    does: `
      load mm.pgd[0] -> 3
      load xen_cr3[0] -> 0
      load xen_current_cr3[0] -> 0
      load xen_current_cr3[0] -> 0
      load xen_current_cr3[1] -> 0
      load xen_current_cr3[2] -> 0
      spin_lock page_table_lock[0]
      load mm.pgd[0] -> 3
      load PagePinned[3] -> 1
      load mm.pgd[0] -> 3
      xen.unpin entry[3][0] 3
      load entry[3][0] -> T1
      xchg PagePinned[1] 0 -> 1
      tlb.broadcast asid -1 pages 0..all pte+pmd ways:all to {0 1 2}
      tlb.sync (the hypervisor has flushed)
      xen.update_va_mapping entry[1][0] 1 1
      load entry[1][0] -> T2
      xchg PagePinned[2] 0 -> 1
      spin_lock ptl[2]
      xen.unpin entry[2][0] 2
      tlb.broadcast asid -1 pages 0..all pte+pmd ways:all to {0 1 2}
      tlb.sync (the hypervisor has flushed)
      xen.update_va_mapping entry[2][0] 2 1
      spin_unlock ptl[2]
      load entry[1][1] -> none
      load entry[3][1] -> none
      xchg PagePinned[3] 0 -> 1
      tlb.broadcast asid -1 pages 0..all pte+pmd ways:all to {0 1 2}
      tlb.sync (the hypervisor has flushed)
      xen.update_va_mapping entry[3][0] 3 1
      spin_unlock page_table_lock[0]
    `,
    left: {
      'T3.xen.read only': 0,
      'T3.xen.type': 0,
      'T3.xen.type count': 0,
      'T3.xen.pinned': 0,
      'T1.xen.read only': 0,
      'T1.xen.type': 0,
      'T1.xen.type count': 0,
      'T2.xen.read only': 0,
      'T2.xen.type': 0,
      'T2.xen.type count': 0,
      'T2.xen.pinned': 0,
      'T3.PagePinned': 0,
      'T1.PagePinned': 0,
      'T2.PagePinned': 0,
    },
  },
  {
    says: 'exit of a tree that was never handed over',
    given: linked,
    code: (cpu) => arch_exit_mmap(cpu, MM),
    does: `
      load mm.pgd[0] -> 3
      load xen_cr3[0] -> 0
      load xen_current_cr3[0] -> 0
      load xen_current_cr3[0] -> 0
      load xen_current_cr3[1] -> 0
      load xen_current_cr3[2] -> 0
      spin_lock page_table_lock[0]
      load mm.pgd[0] -> 3
      load PagePinned[3] -> 0
      spin_unlock page_table_lock[0]
    `,
  },
  {
    says: 'before that CPUs that have the root loaded for a kernel thread leave it',
    runs: 'kernel',
    given: [
      ...linked,
      [guest.xen_cr3(0), TOP],
      [guest.xen_current_cr3(0), TOP],
      [loaded_mm(0), 1],
      [guest.xen_cr3(1), TOP],
      [guest.xen_current_cr3(1), TOP],
      [loaded_mm(1), 1],
      [mmCells.cpumask(0), 0b011],
    ],
    code: (cpu) => arch_exit_mmap(cpu, MM),
    does: `
      load mm.pgd[0] -> 3
      load xen_cr3[0] -> 3
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      store loaded_mm[0] -1
      andnot mm_cpumask[0] {0}
      store xen_cr3[0] 0
      load paravirt_lazy_mode[0] -> 0
      xen.new_baseptr 0
      mmu.root 0 0
      tlb.local asid -1 pages 0..all pte+pmd ways:all
      store xen_current_cr3[0] 0
      store loaded_mm[0] 0
      local_irq_restore
      load xen_current_cr3[0] -> 0
      load xen_current_cr3[0] -> 0
      load xen_current_cr3[1] -> 3
      load xen_current_cr3[2] -> 0
      ipi.send to {1} drop_mm_ref_this_cpu {mm:0 pgd:3}
      cpu1: irq.enter -> 6
      cpu1: load xen_cr3[1] -> 3
      cpu1: local_irq_save
      cpu1: load loaded_mm[1] -> 1
      cpu1: load is_lazy[1] -> 0
      cpu1: store loaded_mm[1] -1
      cpu1: andnot mm_cpumask[0] {1}
      cpu1: store xen_cr3[1] 0
      cpu1: load paravirt_lazy_mode[1] -> 0
      cpu1: xen.new_baseptr 0
      cpu1: mmu.root 0 0
      cpu1: tlb.local asid -1 pages 0..all pte+pmd ways:all
      cpu1: store xen_current_cr3[1] 0
      cpu1: store loaded_mm[1] 0
      cpu1: local_irq_restore
      cpu1: load xen_current_cr3[1] -> 0
      cpu1: irq.exit 0
      ipi.wait for {1} (every target of drop_mm_ref_this_cpu has run it)
      spin_lock page_table_lock[0]
      load mm.pgd[0] -> 3
      load PagePinned[3] -> 0
      spin_unlock page_table_lock[0]
    `,
  },
  {
    says: 'and who has told the kernel and not yet the hypervisor makes its requests',
    given: [...linked, [guest.xen_current_cr3(2), TOP], [mmCells.cpumask(0), 0b010]],
    code: (cpu) => arch_exit_mmap(cpu, MM),
    does: `
      load mm.pgd[0] -> 3
      load xen_cr3[0] -> 0
      load xen_current_cr3[0] -> 0
      load xen_current_cr3[0] -> 0
      load xen_current_cr3[1] -> 0
      load xen_current_cr3[2] -> 3
      ipi.send to {2} drop_mm_ref_this_cpu {mm:0 pgd:3}
      cpu2: irq.enter -> 3
      cpu2: load xen_cr3[2] -> 0
      cpu2: load xen_current_cr3[2] -> 3
      cpu2: local_irq_save
      cpu2: list_take mc_buffer[2] -> 0
      cpu2: local_irq_restore
      cpu2: irq.exit 0
      ipi.wait for {2} (every target of drop_mm_ref_this_cpu has run it)
      spin_lock page_table_lock[0]
      load mm.pgd[0] -> 3
      load PagePinned[3] -> 0
      spin_unlock page_table_lock[0]
    `,
  },
  {
    says: 'who exits on another CPU asks itself, and not the first',
    on: 1,
    given: linked,
    code: (cpu) => arch_exit_mmap(cpu, MM),
    does: `
      load mm.pgd[0] -> 3
      load xen_cr3[1] -> 0
      load xen_current_cr3[1] -> 0
      load xen_current_cr3[0] -> 0
      load xen_current_cr3[1] -> 0
      load xen_current_cr3[2] -> 0
      spin_lock page_table_lock[0]
      load mm.pgd[0] -> 3
      load PagePinned[3] -> 0
      spin_unlock page_table_lock[0]
    `,
  },
  {
    says: 'before 2.6.24 only the CPUs of mm_cpumask were asked',
    kernel: { with: ['xen_drops_by_mm_cpumask'] },
    given: [...linked, [guest.xen_current_cr3(2), TOP], [mmCells.cpumask(0), 0b010]],
    code: (cpu) => arch_exit_mmap(cpu, MM),
    does: `
      load mm.pgd[0] -> 3
      load xen_cr3[0] -> 0
      load xen_current_cr3[0] -> 0
      load mm_cpumask[0] -> {1}
      ipi.send to {1} drop_mm_ref_this_cpu {mm:0 pgd:3}
      cpu1: irq.enter -> 3
      cpu1: load xen_cr3[1] -> 0
      cpu1: load xen_current_cr3[1] -> 0
      cpu1: irq.exit 0
      ipi.wait for {1} (every target of drop_mm_ref_this_cpu has run it)
      spin_lock page_table_lock[0]
      load mm.pgd[0] -> 3
      load PagePinned[3] -> 0
      spin_unlock page_table_lock[0]
    `,
  },

  // Flushes
  {
    says: 'flush_tlb_page asks the hypervisor for one address, of every CPU of the mask, lazy or not',
    given: [
      [loaded_mm(0), 1],
      [loaded_mm(1), 1],
      [mmCells.cpumask(0), 0b011],
    ],
    code: (cpu, { vmas: [vma] }) => flush_tlb_page(cpu, vma!, 3 * PAGE),
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load paravirt_lazy_mode[0] -> 0
      tlb.broadcast asid -1 page 3 pte+pmd ways:all to {0 1}
      tlb.sync (the hypervisor has flushed)
    `,
  },
  {
    says: 'two pages are everything',
    given: [
      [loaded_mm(0), 1],
      [loaded_mm(1), 1],
      [mmCells.cpumask(0), 0b011],
    ],
    numbers: { tlb_single_page_flush_ceiling: 9 },
    code: (cpu, { vmas: [vma] }) => flush_tlb_range(cpu, vma!, 0, 2 * PAGE),
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load paravirt_lazy_mode[0] -> 0
      tlb.broadcast asid -1 pages 0..all pte+pmd ways:all to {0 1}
      tlb.sync (the hypervisor has flushed)
    `,
  },
  {
    says: 'a flush of the mm is everything',
    given: [
      [loaded_mm(0), 1],
      [loaded_mm(1), 1],
      [mmCells.cpumask(0), 0b011],
    ],
    code: (cpu) => flush_tlb_mm(cpu, MM),
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load paravirt_lazy_mode[0] -> 0
      tlb.broadcast asid -1 pages 0..all pte+pmd ways:all to {0 1}
      tlb.sync (the hypervisor has flushed)
    `,
  },
  {
    says: 'in lazy mode the request waits',
    given: [...lazyMmu, [loaded_mm(0), 1], [loaded_mm(1), 1], [mmCells.cpumask(0), 0b011]],
    code: (cpu) => flush_tlb_mm(cpu, MM),
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0 1}
      load mm_cpumask[0] -> {0 1}
      load paravirt_lazy_mode[0] -> 1
      list_add mc_buffer[0] {op:flush_multi what:{asid:-1 start:0 end:9007199254740991 leaves:[pte pmd] walkCache:all} vcpus:3}
    `,
  },
  {
    says: 'where this CPU alone runs the mm the flush is a request too',
    given: [
      [loaded_mm(0), 1],
      [cpu_tlb_gen(0, 0), 1],
      [mm_tlb_gen(0), 1],
      [mmCells.cpumask(0), 0b001],
    ],
    code: (cpu, { vmas: [vma] }) => flush_tlb_page(cpu, vma!, 3 * PAGE),
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0}
      load loaded_mm[0] -> 1
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      load paravirt_lazy_mode[0] -> 0
      tlb.local asid -1 page 3 pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
    `,
  },
  {
    says: 'of everything as well',
    given: [
      [loaded_mm(0), 1],
      [cpu_tlb_gen(0, 0), 1],
      [mm_tlb_gen(0), 1],
      [mmCells.cpumask(0), 0b001],
    ],
    code: (cpu) => flush_tlb_mm(cpu, MM),
    does: `
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0}
      load loaded_mm[0] -> 1
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      load paravirt_lazy_mode[0] -> 0
      tlb.local asid -1 pages 0..all pte+pmd ways:all
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
    `,
  },
  {
    says: 'in lazy mode it waits behind the changes of entries that wait there',
    given: [...lazyMmu, [loaded_mm(0), 1], [cpu_tlb_gen(0, 0), 1], [mm_tlb_gen(0), 1], [mmCells.cpumask(0), 0b001]],
    *code(cpu, { vmas: [vma] }) {
      yield* set_pte_at(cpu, MM, PAGE, ptep, 0);
      yield* flush_tlb_page(cpu, vma!, PAGE);
      yield* arch_leave_lazy_mmu_mode(cpu);
    },
    does: `
      load paravirt_lazy_mode[0] -> 1
      list_add mc_buffer[0] {op:mmu_update slot:{level:pte table:2 index:1} value:0 keep:nothing}
      add_return tlb_gen[0] 1 -> 2
      load mm_cpumask[0] -> {0}
      load loaded_mm[0] -> 1
      local_irq_save
      load loaded_mm[0] -> 1
      load is_lazy[0] -> 0
      load cpu_tlb_gen[0][0] -> 1
      load tlb_gen[0] -> 2
      load paravirt_lazy_mode[0] -> 1
      list_add mc_buffer[0] {op:flush_local what:{asid:-1 start:4096 end:4097 leaves:[pte pmd] walkCache:all}}
      store cpu_tlb_gen[0][0] 2
      local_irq_restore
      local_irq_save
      list_take mc_buffer[0] -> {op:mmu_update slot:{level:pte table:2 index:1} value:0 keep:nothing}
      xen.mmu_update entry[2][1] 2 1 0 0 0
      list_take mc_buffer[0] -> {op:flush_local what:{asid:-1 start:4096 end:4097 leaves:[pte pmd] walkCache:all}}
      tlb.local asid -1 page 1 pte+pmd ways:all
      list_take mc_buffer[0] -> 0
      local_irq_restore
      store paravirt_lazy_mode[0] 0
    `,
  },
]);

// Each rule of the hypervisor, at the request that breaks it
const refusals: readonly (readonly [string, RuleName, Given, (cpu: Cpu) => Op<unknown>])[] = [
  ['a writable page is pinned', 'pin read-only', [], perform({ op: 'pin', table: 4, level: 'pte' })],
  [
    'a page is pinned that names a writable one',
    'pin read-only',
    [...linked, ...readOnly(TOP, MIDDLE)],
    perform({ op: 'pin', table: TOP, level: 'pgd' }),
  ],
  ['a writable page is linked', 'link read-only', pinnedTree, perform(mmu_update({ ...pmdp, index: 1 }, mkTable(4)))],
  ['a root that is writable is loaded', 'load validated', linked, perform({ op: 'new_baseptr', table: TOP, asid: 0 })],
  [
    'a lowest table is linked where an upper one belongs',
    'one type',
    pinnedTree,
    perform(mmu_update({ ...pgdp, index: 1 }, mkTable(LOWEST))),
  ],
  [
    'an upper table is loaded as a root',
    'one type',
    pinnedTree,
    perform({ op: 'new_baseptr', table: MIDDLE, asid: 0 }),
  ],
  ['a table goes into a lowest table', 'one type', pinnedTree, perform(mmu_update(ptep, mkTable(4)))],
  [
    'the guest takes an upper table for a lowest one',
    'one type',
    pinnedTree,
    perform(mmu_update({ level: 'pte', table: MIDDLE, index: 1 }, page5)),
  ],
  ['a huge page is mapped', 'no huge pages', pinnedTree, perform(mmu_update({ ...pmdp, index: 1 }, mkLeaf(4, USED)))],
  [
    'a table that maps a huge page is pinned',
    'no huge pages',
    [...readOnly(4), [tableCells.entry(4, 1), mkLeaf(4, USED)]],
    perform({ op: 'pin', table: 4, level: 'pmd' }),
  ],
  ['a table in use becomes writable', 'writable when unused', pinnedTree, perform({ op: 'writable', table: LOWEST })],
  [
    'a root that another vCPU has loaded becomes writable',
    'root unloaded first',
    [...pinnedTree, [xen.baseptr(2), TOP]],
    perform({ op: 'writable', table: TOP }),
  ],
  ['an upper table is written by a store', 'upper by hypercall', pinnedTree, (cpu) => cpu.store(entryRef(pmdp), 0)],
  [
    'a page that is read-only and no table is written',
    'pinned under lock',
    readOnly(LOWEST),
    (cpu) => cpu.store(entryRef(ptep), 0),
  ],
  ['a table is pinned twice', 'pin once', pinnedTree, perform({ op: 'pin', table: LOWEST, level: 'pte' })],
  ['a table is unpinned that is not pinned', 'unpin once', pinnedTree, perform({ op: 'unpin', table: MIDDLE })],
  ['a read-only page is freed', 'freed writable', readOnly(4), (cpu) => cpu.free_table(4)],
];
describeAnswers(
  xenPv,
  refusals.map(([says, rule, given, code]): Answer => ({
    says: `${says}: refused`,
    given,
    *code(cpu) {
      yield* code(cpu);
      return 'not refused';
    },
    refused: RULES.find(({ name }) => name === rule)!.says,
  })),
);
describeAnswers(xenPv, [
  {
    says: 'a store to a lowest table that is pinned is emulated',
    given: pinnedTree,
    *code(cpu) {
      yield* cpu.store(entryRef(ptep), page5);
      return 'not refused';
    },
    gives: 'not refused',
  },
  {
    says: 'what is not present may stand in an upper table, whatever it is',
    given: pinnedTree,
    *code(cpu) {
      yield* hypervisor.perform(cpu, mmu_update({ ...pmdp, index: 1 }, mkLeaf(4, F.SWAP)));
      return 'not refused';
    },
    gives: 'not refused',
  },
]);

test('Xen hides huge pages from its guests', () => {
  expect(xenPv.machine.config.TRANSPARENT_HUGEPAGE).toBe(false);
});

test('rules have numbers from 1, and a number without a rule says so', () => {
  expect(RULES.map((_, i) => sentenceOf(i + 1))).toEqual(RULES.map(({ says }) => says));
  expect(sentenceOf(0)).toMatch(/not in the table/);
});
