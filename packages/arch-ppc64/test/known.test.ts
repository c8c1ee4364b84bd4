/** Known answers of powerpc: arch/powerpc/mm/book3s64, mm/mmu_context.c and mm/pgtable.c, step by step. */
import { expect, test } from '@jest/globals';
import { describeAnswers, type Answer } from '@shootdown/conformance';
import {
  arch_enter_lazy_mmu_mode,
  arch_leave_lazy_mmu_mode,
  arch_needs_pgtable_deposit,
  currentCells,
  entryRef,
  F,
  flush_pmd_tlb_range,
  flush_tlb_fix_spurious_fault,
  flush_tlb_mm,
  flush_tlb_page,
  flush_tlb_range,
  huge_pmd_needs_flush,
  mkLeaf,
  mkTable,
  mmCells,
  mmu_notifier_invalidate_range_end,
  mmu_notifier_invalidate_range_start,
  pgtable_trans_huge_deposit,
  pgtable_trans_huge_withdraw,
  pmdp_collapse_flush,
  pmdp_huge_get_and_clear,
  pmdp_huge_get_and_clear_full,
  pmdp_huge_split_prepare,
  pmdp_invalidate,
  pmdp_set_access_flags,
  pmdp_set_wrprotect,
  pte_clear,
  pte_needs_flush,
  ptep_get_and_clear,
  ptep_get_and_clear_full,
  ptep_modify_prot_start,
  ptep_set_access_flags,
  ptep_set_wrprotect,
  reload_tlb_mm,
  serialize_against_pte_lookup,
  set_pmd_at,
  set_pte_at,
  switch_mm,
  tableCells,
  tlb_flush,
  TLB_FLUSH_ALL,
  tlb_needs_table_invalidate,
  update_mmu_cache,
  type Cpu,
  type Entry,
  type Mm,
  type MmuGather,
  type Op,
  type PmdSlot,
  type PteSlot,
} from '@shootdown/core/plugin';
import { active_cpus, batch, data_fault, hpte_slot_table } from '../src/cells.ts';
import { exit_lazy_flush_tlb, flush_type_needed, mm_is_thread_local } from '../src/context.ts';
import { find_linux_pte, read_linux_pte } from '../src/find_linux_pte.ts';
import { do_hash_fault, hash_preload, hash_translate } from '../src/hash_page.ts';
import { hpteOf } from '../src/hash_tlb.ts';
import { hash, radix } from '../src/index.ts';
import { hashHypercalls, radixInstructions } from '../src/instructions.ts';
import { kvmCells, kvmppc_book3s_hv_page_fault } from '../src/kvm.ts';
import { addr_to_pfn, kvmppc_do_h_enter, read_user_stack } from '../src/operations.ts';

/** Pages have the size of the small tree. */
const PAGE = 4096;
const HUGE = 2 * PAGE;
const MM: Mm = { id: 0 };
const OTHER: Mm = { id: 1 };
const ptep: PteSlot = { level: 'pte', table: 2, index: 1 };
const pmdp: PmdSlot = { level: 'pmd', table: 1, index: 0 };
const USED = F.PRESENT | F.USER | F.WRITE | F.ACCESSED | F.DIRTY;
const page5 = mkLeaf(5, USED);
const clean5 = mkLeaf(5, F.PRESENT | F.USER | F.ACCESSED);
/** A huge page of two frames. */
const huge4 = mkLeaf(4, USED);

/** These CPUs have run the mm. */
const ran = (...cpus: readonly number[]): NonNullable<Answer['given']> => [
  [mmCells.cpumask(0), cpus.reduce((mask, id) => mask | (1 << id), 0)],
  [active_cpus(0), cpus.length],
];
/** Several threads. */
const threads: NonNullable<Answer['given']> = [[mmCells.mm_users(0), 2]];
const alone: NonNullable<Answer['given']> = [[mmCells.mm_users(0), 1]];
const runs = (cpu: number, mm: Mm): NonNullable<Answer['given']>[number] => [currentCells.mm(cpu), mm.id + 1];

const gathered = (more: Partial<MmuGather>): MmuGather => ({
  mm: MM,
  fullmm: false,
  start: PAGE,
  end: 3 * PAGE,
  freed_tables: false,
  need_flush_all: false,
  cleared_ptes: false,
  cleared_pmds: false,
  cleared_puds: false,
  page_size: PAGE,
  pages: [],
  pageTables: [],
  tables: [],
  ...more,
});
/** The code up to its first step of a kind, before which something else happens. */
const before = (
  kind: string,
  code: (cpu: Cpu) => Op<unknown>,
  happens: (cpu: Cpu) => Op<unknown>,
): ((cpu: Cpu) => Op<unknown>) =>
  function* (cpu) {
    const op = code(cpu);
    let happened = false;
    let turn = op.next();
    while (!turn.done) {
      if (!happened && turn.value.kind === kind) {
        happened = true;
        yield* happens(cpu);
      }
      turn = op.next(yield turn.value);
    }
    return turn.value;
  };

// What both MMUs share
for (const [arch, busy] of [
  [radix, 0],
  [hash, F.BUSY | F.HASHPTE],
] as const)
  describeAnswers(arch, [
    {
      says: 'an entry that says the same is left alone, whatever the MMU has noted in it',
      given: [
        [entryRef(ptep), page5 | 0],
        [entryRef(pmdp), page5 | 0],
      ],
      *code(cpu, { vmas: [vma] }) {
        const wanted = mkLeaf(5, USED | busy);
        const pte = yield* ptep_set_access_flags(cpu, vma!, PAGE, ptep, wanted, true);
        const pmd = yield* pmdp_set_access_flags(cpu, vma!, 0, pmdp, wanted, true);
        return [pte, pmd];
      },
      gives: [false, false],
    },
    {
      says: 'a spurious fault needs no flush',
      code: (cpu, { vmas: [vma] }) => flush_tlb_fix_spurious_fault(cpu, vma!, 0),
      does: ``,
    },
    {
      says: 'to an mm that this CPU has not run: its bit, the count, the barrier, then the root',
      given: [
        [mmCells.pgd(1), 3],
        [mmCells.cpumask(1), 0b10],
        [active_cpus(1), 1],
      ],
      code: (cpu) => switch_mm(cpu, MM, OTHER),
      does: `
        local_irq_save
        load mm_cpumask[1] -> {1}
        or mm_cpumask[1] {0}
        add active_cpus[1] 1
        fence (smp_mb)
        load mm.pgd[1] -> 3
        mmu.root 3 1
        local_irq_restore
      `,
    },
    {
      says: 'to one that it has run: the root, and it stays in the mask of the other',
      given: [...ran(0), [mmCells.pgd(1), 3], [mmCells.cpumask(1), 0b1], [active_cpus(1), 1]],
      code: (cpu) => switch_mm(cpu, MM, OTHER),
      does: `
        local_irq_save
        load mm_cpumask[1] -> {0}
        load mm.pgd[1] -> 3
        mmu.root 3 1
        local_irq_restore
      `,
    },
    {
      says: 'to the same: a look at the mask',
      given: ran(0),
      code: (cpu) => switch_mm(cpu, MM, { id: 0 }),
      does: `
        local_irq_save
        load mm_cpumask[0] -> {0}
        local_irq_restore
      `,
    },
    {
      says: 'to none: no root',
      given: ran(0),
      code: (cpu) => switch_mm(cpu, MM, undefined),
      does: `
        local_irq_save
        mmu.root 0 0
        local_irq_restore
      `,
    },
    {
      says: 'where CPUs leave the mask, they leave it and its count',
      kernel: { with: ['ppc_cpus_leave_the_mask'] },
      given: [...ran(0, 1), [mmCells.pgd(1), 3], [mmCells.cpumask(1), 0b1], [active_cpus(1), 1]],
      code: (cpu) => switch_mm(cpu, MM, OTHER),
      does: `
        local_irq_save
        load mm_cpumask[1] -> {0}
        andnot mm_cpumask[0] {0}
        add active_cpus[0] -1
        load mm.pgd[1] -> 3
        mmu.root 3 1
        local_irq_restore
      `,
    },
    {
      says: 'from none nothing is left',
      kernel: { with: ['ppc_cpus_leave_the_mask'] },
      given: [
        [mmCells.pgd(1), 3],
        [mmCells.cpumask(1), 0b1],
      ],
      code: (cpu) => switch_mm(cpu, undefined, OTHER),
      does: `
        local_irq_save
        load mm_cpumask[1] -> {0}
        load mm.pgd[1] -> 3
        mmu.root 3 1
        local_irq_restore
      `,
    },
    {
      says: 'only this CPU has run it: thread-local',
      given: ran(0),
      code: (cpu) => mm_is_thread_local(cpu, MM),
      gives: true,
      does: `
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
    `,
    },
    {
      says: 'only another CPU has: not',
      given: ran(1),
      code: (cpu) => mm_is_thread_local(cpu, MM),
      gives: false,
      does: `
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {1}
    `,
    },
    {
      says: 'two have: not, without a look at the mask',
      given: ran(0, 1),
      code: (cpu) => mm_is_thread_local(cpu, MM),
      gives: false,
      does: `
      load active_cpus[0] -> 2
    `,
    },
    // __find_linux_pte
    {
      says: 'a walk without locks ends at a PTE',
      given: [
        [mmCells.pgd(0), 3],
        [tableCells.entry(3, 0), mkTable(1)],
        [tableCells.entry(1, 0), mkTable(2)],
      ],
      code: (cpu) => find_linux_pte(cpu, MM, PAGE),
      gives: { level: 'pte', table: 2, index: 1 },
      does: `
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
    `,
    },
    {
      says: 'or at a huge PMD',
      given: [
        [mmCells.pgd(0), 3],
        [tableCells.entry(3, 1), mkTable(1)],
        [tableCells.entry(1, 1), huge4],
      ],
      code: (cpu) => find_linux_pte(cpu, MM, 6 * PAGE),
      gives: { level: 'pmd', table: 1, index: 1 },
      does: `
      load mm.pgd[0] -> 3
      walk.lockless entry[3][1] pgd -> T1
      walk.lockless entry[1][1] pmd -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    },
    {
      says: 'with one more level',
      geometry: { pud: 1 },
      given: [
        [mmCells.pgd(0), 3],
        [tableCells.entry(3, 1), mkTable(4)],
        [tableCells.entry(4, 1), mkTable(1)],
        [tableCells.entry(1, 0), mkTable(2)],
      ],
      code: (cpu) => find_linux_pte(cpu, MM, 13 * PAGE),
      gives: { level: 'pte', table: 2, index: 1 },
      does: `
      load mm.pgd[0] -> 3
      walk.lockless entry[3][1] pgd -> T4
      walk.lockless entry[4][1] pud -> T1
      walk.lockless entry[1][0] pmd -> T2
    `,
    },
    {
      says: 'with one more level, which is empty, nowhere',
      geometry: { pud: 1 },
      given: [
        [mmCells.pgd(0), 3],
        [tableCells.entry(3, 1), mkTable(4)],
      ],
      code: (cpu) => find_linux_pte(cpu, MM, 13 * PAGE),
      does: `
      load mm.pgd[0] -> 3
      walk.lockless entry[3][1] pgd -> T4
      walk.lockless entry[4][1] pud -> none
    `,
    },
    {
      says: 'with one more level, where the top is empty, nowhere',
      geometry: { pud: 1 },
      given: [[mmCells.pgd(0), 3]],
      code: (cpu) => find_linux_pte(cpu, MM, 13 * PAGE),
      does: `
      load mm.pgd[0] -> 3
      walk.lockless entry[3][1] pgd -> none
    `,
    },
    {
      says: 'at an empty top entry it ends nowhere',
      given: [[mmCells.pgd(0), 3]],
      code: (cpu) => find_linux_pte(cpu, MM, PAGE),
      does: `
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> none
    `,
    },
    ...(
      [
        ['an empty PMD, as a collapse leaves it', 0],
        ['a PMD that a split has made invalid', mkLeaf(4, (USED & ~F.PRESENT) | F.INVALID)],
        ['a migration entry', mkLeaf(4, F.SWAP)],
      ] as const
    ).map(([says, pmd]): Answer => ({
      says: `at ${says} it ends nowhere`,
      given: [
        [mmCells.pgd(0), 3],
        [tableCells.entry(3, 0), mkTable(1)],
        [tableCells.entry(1, 0), pmd],
      ],
      code: (cpu) => find_linux_pte(cpu, MM, PAGE),
      gives: undefined,
    })),
    {
      says: 'a PMD that is present and says invalid is no split',
      given: [
        [mmCells.pgd(0), 3],
        [tableCells.entry(3, 0), mkTable(1)],
        [tableCells.entry(1, 0), mkLeaf(4, USED | F.INVALID)],
      ],
      code: (cpu) => find_linux_pte(cpu, MM, PAGE),
      gives: { level: 'pmd', table: 1, index: 0 },
    },
    {
      says: 'what walkers read they test since 5.8',
      given: [[entryRef(ptep), page5]],
      code: (cpu) => read_linux_pte(cpu, ptep),
      does: `
        load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      `,
      gives: page5,
    },
    {
      says: 'before, they took it for a leaf',
      kernel: { release: 'v5.4' },
      given: [[entryRef(ptep), page5]],
      code: (cpu) => read_linux_pte(cpu, ptep),
      does: `
        walk.typed entry[2][1] leaf -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      `,
      gives: page5,
    },
    // Walkers of operations.ts
    ...(
      [
        ['read_user_stack', read_user_stack],
        ['addr_to_pfn', addr_to_pfn],
        ['kvmppc_do_h_enter', kvmppc_do_h_enter],
      ] as const
    ).flatMap(([name, walk]): Answer[] => [
      {
        says: `${name} finds the frame`,
        given: [
          [mmCells.pgd(0), 3],
          [tableCells.entry(3, 0), mkTable(1)],
          [tableCells.entry(1, 0), mkTable(2)],
          [entryRef(ptep), page5],
        ],
        code: (cpu) => walk(cpu, MM, PAGE),
        does: `
          ${name === 'kvmppc_do_h_enter' ? 'hard_irq_disable' : 'local_irq_save'}
          load mm.pgd[0] -> 3
          walk.lockless entry[3][0] pgd -> T1
          walk.lockless entry[1][0] pmd -> T2
          load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
          ${name === 'kvmppc_do_h_enter' ? 'hard_irq_enable' : 'local_irq_restore'}
        `,
        gives: 5,
      },
      {
        says: `${name} finds none where there is no entry`,
        given: [[mmCells.pgd(0), 3]],
        code: (cpu) => walk(cpu, MM, PAGE),
        gives: 0,
      },
      {
        says: `${name} finds none where the page is not present`,
        given: [
          [mmCells.pgd(0), 3],
          [tableCells.entry(3, 0), mkTable(1)],
          [tableCells.entry(1, 0), mkTable(2)],
          [entryRef(ptep), mkLeaf(5, USED & ~F.PRESENT)],
        ],
        code: (cpu) => walk(cpu, MM, PAGE),
        gives: 0,
      },
      {
        says: `${name} finds none where user code has none`,
        given: [
          [mmCells.pgd(0), 3],
          [tableCells.entry(3, 0), mkTable(1)],
          [tableCells.entry(1, 0), mkTable(2)],
          [entryRef(ptep), mkLeaf(5, USED & ~F.USER)],
        ],
        code: (cpu) => walk(cpu, MM, PAGE),
        gives: 0,
      },
    ]),
    {
      says: 'before 5.4 a machine check reads the entry with interrupts on',
      kernel: { release: 'v4.19' },
      given: [
        [mmCells.pgd(0), 3],
        [tableCells.entry(3, 0), mkTable(1)],
        [tableCells.entry(1, 0), mkTable(2)],
        [entryRef(ptep), page5],
      ],
      code: (cpu) => addr_to_pfn(cpu, MM, PAGE),
      does: `
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
      local_irq_restore
      walk.typed entry[2][1] leaf -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
      gives: 5,
    },
    {
      says: 'the walker that leaves interrupts on',
      kernel: { with: ['ppc_walker_leaves_interrupts_on'] },
      given: [
        [mmCells.pgd(0), 3],
        [tableCells.entry(3, 0), mkTable(1)],
        [tableCells.entry(1, 0), mkTable(2)],
        [entryRef(ptep), page5],
      ],
      code: (cpu) => read_user_stack(cpu, MM, PAGE),
      does: `
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
      gives: 5,
    },
    // History
    {
      says: 'until 5.8 clearing a huge PMD waits for walkers afterwards, on the CPUs of the mask',
      kernel: { release: 'v5.4' },
      given: [...ran(0, 1), [entryRef(pmdp), mkLeaf(4, USED)], [hpte_slot_table(1, 0), 2]].filter(
        ([ref]) => arch === hash || (ref as { region: unknown }).region !== hpte_slot_table,
      ) as NonNullable<Answer['given']>,
      code: (cpu) => pmdp_huge_get_and_clear(cpu, MM, 0, pmdp),
      ...(arch === radix && {
        does: `
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      xchg entry[1][0] none -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      fence (smp_mb)
      load mm_cpumask[0] -> {0 1}
      ipi.send to {1} do_serialize {mm:0}
      cpu1: irq.enter -> 3
      cpu1: load current->mm[1] -> 0
      cpu1: load current->active_mm[1] -> 0
      cpu1: load mm_cpumask[0] -> {0 1}
      cpu1: add active_cpus[0] -1
      cpu1: andnot mm_cpumask[0] {1}
      cpu1: fence (ptesync)
      cpu1: tlb.local asid 0 pages 0..all pte+pmd ways:all
      cpu1: fence (ptesync)
      cpu1: irq.exit 0
      ipi.wait for {1} (every target of do_serialize has run it)
    `,
      }),
      gives: huge4,
    },
    {
      says: 'before 4.14 on all CPUs',
      kernel: { release: 'v4.13' },
      given: [...ran(0), [entryRef(pmdp), mkLeaf(4, F.SWAP)]],
      code: (cpu) => pmdp_huge_get_and_clear(cpu, MM, 0, pmdp),
      ...(arch === radix && {
        does: `
      load entry[1][0] -> P4|LEAF|SWAP
      store entry[1][0] none
      fence (smp_mb)
      ipi.send to {1 2} do_nothing {}
      cpu1: irq.enter
      cpu2: irq.enter
      ipi.wait for {1 2} (every target of do_nothing has run it)
    `,
      }),
      gives: mkLeaf(4, F.SWAP),
    },
    {
      says: 'until 5.8 invalidating a huge PMD waits for walkers afterwards',
      kernel: { release: 'v5.4' },
      given: [...ran(0, 1), ...threads, [entryRef(pmdp), huge4]],
      code: (cpu, { vmas: [vma] }) => pmdp_invalidate(cpu, vma!, 0, pmdp),
      ...(arch === radix && {
        does: `
      update entry[1][0] PRESENT|PROTNONE INVALID -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 page 0 pmd ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
      fence (smp_mb)
      load mm_cpumask[0] -> {0 1}
      ipi.send to {1} do_serialize {mm:0}
      cpu1: irq.enter -> 9
      cpu1: load current->mm[1] -> 0
      cpu1: load current->active_mm[1] -> 0
      cpu1: load mm_cpumask[0] -> {0 1}
      cpu1: add active_cpus[0] -1
      cpu1: andnot mm_cpumask[0] {1}
      cpu1: fence (ptesync)
      cpu1: tlb.local asid 0 pages 0..all pte+pmd ways:all
      cpu1: fence (ptesync)
      cpu1: irq.exit 0
      ipi.wait for {1} (every target of do_serialize has run it)
    `,
      }),
      gives: huge4,
    },
    {
      says: 'or first',
      kernel: { with: ['ppc_invalidate_waits_first'] },
      given: [...ran(0, 1), ...threads, [entryRef(pmdp), huge4]],
      code: (cpu, { vmas: [vma] }) => pmdp_invalidate(cpu, vma!, 0, pmdp),
      ...(arch === radix && {
        does: `
      fence (smp_mb)
      load mm_cpumask[0] -> {0 1}
      ipi.send to {1} do_serialize {mm:0}
      cpu1: irq.enter -> 3
      cpu1: load current->mm[1] -> 0
      cpu1: load current->active_mm[1] -> 0
      cpu1: load mm_cpumask[0] -> {0 1}
      cpu1: add active_cpus[0] -1
      cpu1: andnot mm_cpumask[0] {1}
      cpu1: fence (ptesync)
      cpu1: tlb.local asid 0 pages 0..all pte+pmd ways:all
      cpu1: fence (ptesync)
      cpu1: irq.exit 0
      ipi.wait for {1} (every target of do_serialize has run it)
      update entry[1][0] PRESENT|PROTNONE INVALID -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      fence (smp_mb)
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      fence (ptesync)
      tlb.local asid 0 page 0 pmd ways:none
      fence (ptesync)
    `,
      }),
      gives: huge4,
    },
    {
      says: 'who waits for itself waits for nobody',
      kernel: { with: ['ppc_waits_for_itself'] },
      given: ran(0, 1),
      code: (cpu) => serialize_against_pte_lookup(cpu, MM),
      does: ``,
    },
    // KVM
    {
      says: 'a notifier counts a change that begins, and the guest loses its translations',
      kernel: { with: ['ppc_kvm_guest'] },
      code: (cpu) => mmu_notifier_invalidate_range_start(cpu, MM, PAGE, 3 * PAGE),
      does: `
      spin_lock kvm.mmu_lock[0]
      add kvm.mmu_notifier_count[0] 1
      ghost.copy {kind:ghost.copy mm:{id:0} page:1}
      ghost.copy {kind:ghost.copy mm:{id:0} page:2}
      spin_unlock kvm.mmu_lock[0]
    `,
    },
    {
      says: 'at its end the sequence comes first, then the count',
      kernel: { with: ['ppc_kvm_guest'] },
      given: [[kvmCells.mmu_notifier_count(0), 1]],
      code: (cpu) => mmu_notifier_invalidate_range_end(cpu, MM, PAGE, 3 * PAGE),
      does: `
      spin_lock kvm.mmu_lock[0]
      add kvm.mmu_notifier_seq[0] 1
      fence (smp_wmb)
      add kvm.mmu_notifier_count[0] -1
      spin_unlock kvm.mmu_lock[0]
    `,
    },
    {
      says: 'a guest gets a translation where the process did not change',
      given: [
        [mmCells.pgd(0), 3],
        [tableCells.entry(3, 0), mkTable(1)],
        [tableCells.entry(1, 0), mkTable(2)],
        [entryRef(ptep), page5],
      ],
      code: (cpu) => kvmppc_book3s_hv_page_fault(cpu, MM, PAGE),
      does: `
      load kvm.mmu_notifier_seq[0] -> 0
      fence (smp_rmb)
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      local_irq_restore
      spin_lock kvm.mmu_lock[0]
      load kvm.mmu_notifier_count[0] -> 0
      fence (smp_rmb)
      load kvm.mmu_notifier_seq[0] -> 0
      ghost.copy {kind:ghost.copy mm:{id:0} page:1 frame:5}
      spin_unlock kvm.mmu_lock[0]
    `,
      gives: true,
    },
    {
      says: 'of a huge page it gets the frame of its address',
      given: [
        [mmCells.pgd(0), 3],
        [tableCells.entry(3, 0), mkTable(1)],
        [tableCells.entry(1, 0), huge4],
      ],
      code: (cpu) => kvmppc_book3s_hv_page_fault(cpu, MM, PAGE),
      does: `
      load kvm.mmu_notifier_seq[0] -> 0
      fence (smp_rmb)
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      local_irq_restore
      spin_lock kvm.mmu_lock[0]
      load kvm.mmu_notifier_count[0] -> 0
      fence (smp_rmb)
      load kvm.mmu_notifier_seq[0] -> 0
      ghost.copy {kind:ghost.copy mm:{id:0} page:1 frame:5}
      spin_unlock kvm.mmu_lock[0]
    `,
      gives: true,
    },
    {
      says: 'none of a page that is not present',
      given: [
        [mmCells.pgd(0), 3],
        [tableCells.entry(3, 0), mkTable(1)],
        [tableCells.entry(1, 0), mkTable(2)],
        [entryRef(ptep), mkLeaf(5, USED & ~F.PRESENT)],
      ],
      code: (cpu) => kvmppc_book3s_hv_page_fault(cpu, MM, PAGE),
      gives: false,
    },
    {
      says: 'none while a change is under way',
      given: [
        [mmCells.pgd(0), 3],
        [tableCells.entry(3, 0), mkTable(1)],
        [tableCells.entry(1, 0), mkTable(2)],
        [entryRef(ptep), page5],
        [kvmCells.mmu_notifier_count(0), 1],
      ],
      code: (cpu) => kvmppc_book3s_hv_page_fault(cpu, MM, PAGE),
      does: `
      load kvm.mmu_notifier_seq[0] -> 0
      fence (smp_rmb)
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      local_irq_restore
      spin_lock kvm.mmu_lock[0]
      load kvm.mmu_notifier_count[0] -> 1
      spin_unlock kvm.mmu_lock[0]
    `,
      gives: false,
    },
    {
      says: 'none where a change has come and gone since',
      given: [
        [mmCells.pgd(0), 3],
        [tableCells.entry(3, 0), mkTable(1)],
        [tableCells.entry(1, 0), mkTable(2)],
        [entryRef(ptep), page5],
      ],
      code: before(
        'spin_lock',
        (cpu) => kvmppc_book3s_hv_page_fault(cpu, MM, PAGE),
        (cpu) => cpu.add(kvmCells.mmu_notifier_seq(0), 1),
      ),
      does: `
      load kvm.mmu_notifier_seq[0] -> 0
      fence (smp_rmb)
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      local_irq_restore
      add kvm.mmu_notifier_seq[0] 1
      spin_lock kvm.mmu_lock[0]
      load kvm.mmu_notifier_count[0] -> 0
      fence (smp_rmb)
      load kvm.mmu_notifier_seq[0] -> 1
      spin_unlock kvm.mmu_lock[0]
    `,
      gives: false,
    },
    {
      says: 'without the look it gets one',
      kernel: { with: ['kvm_inserts_without_retry'] },
      given: [
        [mmCells.pgd(0), 3],
        [tableCells.entry(3, 0), mkTable(1)],
        [tableCells.entry(1, 0), mkTable(2)],
        [entryRef(ptep), page5],
        [kvmCells.mmu_notifier_count(0), 1],
      ],
      code: (cpu) => kvmppc_book3s_hv_page_fault(cpu, MM, PAGE),
      does: `
      load kvm.mmu_notifier_seq[0] -> 0
      fence (smp_rmb)
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      local_irq_restore
      spin_lock kvm.mmu_lock[0]
      ghost.copy {kind:ghost.copy mm:{id:0} page:1 frame:5}
      spin_unlock kvm.mmu_lock[0]
    `,
      gives: true,
    },
    {
      says: 'none where the process has no page',
      given: [[mmCells.pgd(0), 3]],
      code: (cpu) => kvmppc_book3s_hv_page_fault(cpu, MM, PAGE),
      does: `
      load kvm.mmu_notifier_seq[0] -> 0
      fence (smp_rmb)
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> none
      local_irq_restore
    `,
      gives: false,
    },
    {
      says: 'none where its page is not for user code',
      given: [
        [mmCells.pgd(0), 3],
        [tableCells.entry(3, 0), mkTable(1)],
        [tableCells.entry(1, 0), mkTable(2)],
        [entryRef(ptep), mkLeaf(5, USED & ~F.USER)],
      ],
      code: (cpu) => kvmppc_book3s_hv_page_fault(cpu, MM, PAGE),
      does: `
      load kvm.mmu_notifier_seq[0] -> 0
      fence (smp_rmb)
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
      load entry[2][1] -> P5|PRESENT|WRITE|ACCESSED|DIRTY|LEAF
      local_irq_restore
    `,
      gives: false,
    },
  ]);

// reload_tlb_mm is not in Linux: every CPU that has the mm loaded loads its root anew; then, on radix, everything of it goes.
for (const arch of [radix, hash])
  describeAnswers(arch, [
    {
      says: 'a new root is loaded by all that have the mm loaded, and by nobody else',
      given: [
        ...ran(0, 1),
        ...threads,
        [mmCells.pgd(0), 3],
        ...[1, 1, 2].map((mm, cpu) => [currentCells.active_mm(cpu), mm] as const),
      ],
      code: (cpu) => reload_tlb_mm(cpu, MM),
      does: `
        ipi.send to {1 2} switch_mmu_context {mm:0}
        cpu1: irq.enter -> 3
        cpu1: load current->active_mm[1] -> 1
        cpu1: load mm.pgd[0] -> 3
        cpu1: mmu.root 3 0
        cpu1: irq.exit 0
        cpu2: irq.enter -> 3
        cpu2: load current->active_mm[2] -> 2
        cpu2: irq.exit 0
        ipi.wait for {1 2} (every target of switch_mmu_context has run it)
        local_irq_save
        load current->active_mm[0] -> 1
        load mm.pgd[0] -> 3
        mmu.root 3 0
        local_irq_restore
        ${
          arch === hash
            ? ''
            : `fence (smp_mb)
               load active_cpus[0] -> 2
               load mm_users[0] -> 2
               fence (ptesync)
               tlb.broadcast asid 0 pages 0..all pte+pmd ways:all to {0 1 2}
               tlb.sync (eieio; tlbsync; ptesync)`
        }
      `,
    },
    {
      says: 'a process with one thread sends idle CPUs away with that, as with any flush',
      given: [...ran(0, 1), ...alone, [mmCells.pgd(0), 3], [currentCells.active_mm(0), 1]],
      code: (cpu) => reload_tlb_mm(cpu, MM),
      does: `
        ipi.send to {1 2} switch_mmu_context {mm:0}
        cpu1: irq.enter -> 3
        cpu1: load current->active_mm[1] -> 0
        cpu1: irq.exit 0
        cpu2: irq.enter -> 3
        cpu2: load current->active_mm[2] -> 0
        cpu2: irq.exit 0
        ipi.wait for {1 2} (every target of switch_mmu_context has run it)
        local_irq_save
        load current->active_mm[0] -> 1
        load mm.pgd[0] -> 3
        mmu.root 3 0
        local_irq_restore
        ${
          arch === hash
            ? ''
            : `fence (smp_mb)
               load active_cpus[0] -> 2
               load mm_users[0] -> 1
               load mm_cpumask[0] -> {0 1}
               ipi.send to {1} do_exit_flush_lazy_tlb {mm:0}
               cpu1: irq.enter -> 6
               cpu1: load current->mm[1] -> 0
               cpu1: load current->active_mm[1] -> 0
               cpu1: load mm_cpumask[0] -> {0 1}
               cpu1: add active_cpus[0] -1
               cpu1: andnot mm_cpumask[0] {1}
               cpu1: fence (ptesync)
               cpu1: tlb.local asid 0 pages 0..all pte+pmd ways:all
               cpu1: fence (ptesync)
               cpu1: irq.exit 0
               ipi.wait for {1} (every target of do_exit_flush_lazy_tlb has run it)
               fence (ptesync)
               tlb.local asid 0 pages 0..all pte+pmd ways:all
               fence (ptesync)`
        }
      `,
    },
  ]);

/** Where walks are counted, as was proposed in 2019: who announces itself, and takes it back, with interrupts on. */
describeAnswers(
  hash,
  (
    [
      ['read_user_stack', (cpu) => read_user_stack(cpu, MM, PAGE), 5],
      ['addr_to_pfn', (cpu) => addr_to_pfn(cpu, MM, PAGE), 5],
      ['do_hash_fault', (cpu) => do_hash_fault(cpu, MM, { va: PAGE, kind: 'write', token: 0 }, true), 'page fault'],
    ] as readonly (readonly [string, (cpu: Cpu) => Op<unknown>, unknown])[]
  ).map(([name, walk, gives]): Answer => ({
    says: `${name} announces its walk`,
    kernel: { with: ['walkers_counted_per_mm'] },
    given: [
      [mmCells.pgd(0), 3],
      [tableCells.entry(3, 0), mkTable(1)],
      [tableCells.entry(1, 0), mkTable(2)],
      [entryRef(ptep), clean5],
    ],
    code: walk,
    does: `
      add lockless_pgtbl_walkers[0] 1
      fence (smp_mb)
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
      load entry[2][1] -> P5|PRESENT|USER|ACCESSED|LEAF
      local_irq_restore
      fence (smp_mb)
      add lockless_pgtbl_walkers[0] -1
    `,
    gives,
  })),
);

describeAnswers(radix, [
  // flush_type_needed
  {
    says: 'nobody has run it: no flush',
    code: (cpu) => flush_type_needed(cpu, MM, false),
    does: `
      load active_cpus[0] -> 0
    `,
    gives: 'none',
  },
  {
    says: 'this CPU alone has: local',
    given: ran(0),
    code: (cpu) => flush_type_needed(cpu, MM, false),
    does: `
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
    `,
    gives: 'local',
  },
  {
    says: 'this CPU alone has, and the mm dies: local',
    given: ran(0),
    code: (cpu) => flush_type_needed(cpu, MM, true),
    does: `
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
    `,
    gives: 'local',
  },
  {
    says: 'another CPU alone has, and the mm dies: global',
    given: ran(1),
    code: (cpu) => flush_type_needed(cpu, MM, true),
    does: `
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {1}
    `,
    gives: 'global',
  },
  {
    says: 'one thread, which runs here: idle CPUs are sent away, and it is local',
    given: [...ran(0, 1), ...alone],
    code: (cpu) => flush_type_needed(cpu, MM, false),
    does: `
      load active_cpus[0] -> 2
      load mm_users[0] -> 1
      load mm_cpumask[0] -> {0 1}
      ipi.send to {1} do_exit_flush_lazy_tlb {mm:0}
      cpu1: irq.enter -> 3
      cpu1: load current->mm[1] -> 0
      cpu1: load current->active_mm[1] -> 0
      cpu1: load mm_cpumask[0] -> {0 1}
      cpu1: add active_cpus[0] -1
      cpu1: andnot mm_cpumask[0] {1}
      cpu1: fence (ptesync)
      cpu1: tlb.local asid 0 pages 0..all pte+pmd ways:all
      cpu1: fence (ptesync)
      cpu1: irq.exit 0
      ipi.wait for {1} (every target of do_exit_flush_lazy_tlb has run it)
    `,
    gives: 'local',
    left: { 'mm0.mm_cpumask': 1, 'mm0.active_cpus': 1 },
  },
  {
    says: 'a CPU that has begun to use the mm since stays in the mask, and flushes',
    given: [...ran(0, 1), ...alone, runs(1, MM)],
    code: (cpu) => flush_type_needed(cpu, MM, false),
    does: `
      load active_cpus[0] -> 2
      load mm_users[0] -> 1
      load mm_cpumask[0] -> {0 1}
      ipi.send to {1} do_exit_flush_lazy_tlb {mm:0}
      cpu1: irq.enter -> 3
      cpu1: load current->mm[1] -> 1
      cpu1: fence (ptesync)
      cpu1: tlb.local asid 0 pages 0..all pte+pmd ways:all
      cpu1: fence (ptesync)
      cpu1: irq.exit 0
      ipi.wait for {1} (every target of do_exit_flush_lazy_tlb has run it)
    `,
    gives: 'local',
  },
  {
    says: 'several threads: global',
    given: [...ran(0, 1), ...threads],
    code: (cpu) => flush_type_needed(cpu, MM, false),
    does: `
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
    `,
    gives: 'global',
  },
  {
    says: 'one thread, which runs elsewhere: global',
    given: [...ran(0, 1), ...alone],
    runs: 1,
    code: (cpu) => flush_type_needed(cpu, MM, false),
    does: `
      load active_cpus[0] -> 2
      load mm_users[0] -> 1
    `,
    gives: 'global',
  },
  {
    says: 'a kernel thread that flushes: global',
    given: [...ran(0, 1), ...alone],
    runs: 'kernel',
    code: (cpu) => flush_type_needed(cpu, MM, false),
    gives: 'global',
  },
  {
    says: 'where every flush is global it is, if anybody has run the mm',
    kernel: { with: ['radix_flushes_are_global'] },
    given: ran(0),
    code: (cpu) => flush_type_needed(cpu, MM, false),
    does: `
      load active_cpus[0] -> 1
    `,
    gives: 'global',
  },
  {
    says: 'where idle CPUs are left alone it is global',
    kernel: { with: ['radix_leaves_idle_cpus'] },
    given: [...ran(0, 1), ...alone],
    code: (cpu) => flush_type_needed(cpu, MM, false),
    does: `
      load active_cpus[0] -> 2
      load mm_users[0] -> 1
    `,
    gives: 'global',
  },
  // exit_lazy_flush_tlb
  {
    says: 'a CPU whose thread runs the mm stays in the mask, and flushes where it must',
    given: [...ran(0), runs(0, MM)],
    code: (cpu) => exit_lazy_flush_tlb(cpu, MM, true),
    does: `
      load current->mm[0] -> 1
      fence (ptesync)
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      fence (ptesync)
    `,
  },
  {
    says: 'and does not where it need not',
    given: [...ran(0), runs(0, MM)],
    code: (cpu) => exit_lazy_flush_tlb(cpu, MM, false),
    does: `
      load current->mm[0] -> 1
    `,
  },
  {
    says: 'a kernel thread that has borrowed it gives it back, leaves the mask and flushes',
    given: [...ran(0, 1), [currentCells.active_mm(0), 1], [mmCells.mm_count(0), 2]],
    code: (cpu) => exit_lazy_flush_tlb(cpu, MM, false),
    does: `
      load current->mm[0] -> 0
      load current->active_mm[0] -> 1
      store current->active_mm[0] 0
      mmu.root 0 0
      dec_and_test mm_count[0] -> 0
      load mm_cpumask[0] -> {0 1}
      add active_cpus[0] -1
      andnot mm_cpumask[0] {0}
      fence (ptesync)
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      fence (ptesync)
    `,
    left: { 'mm0.mm_cpumask': 2, 'mm0.active_cpus': 1, 'CPU0 current->active_mm': 0, 'mm0.mm_count': 1 },
  },
  {
    says: 'a CPU that runs another mm leaves the mask and flushes',
    given: [...ran(0, 1), runs(0, OTHER), [currentCells.active_mm(0), 2]],
    code: (cpu) => exit_lazy_flush_tlb(cpu, MM, false),
    does: `
      load current->mm[0] -> 2
      load current->active_mm[0] -> 2
      load mm_cpumask[0] -> {0 1}
      add active_cpus[0] -1
      andnot mm_cpumask[0] {0}
      fence (ptesync)
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      fence (ptesync)
    `,
  },
  {
    says: 'a CPU that has left the mask already counts no more',
    given: [...ran(1), runs(0, OTHER), [currentCells.active_mm(0), 2]],
    code: (cpu) => exit_lazy_flush_tlb(cpu, MM, false),
    does: `
      load current->mm[0] -> 2
      load current->active_mm[0] -> 2
      load mm_cpumask[0] -> {1}
    `,
  },
  // serialize_against_pte_lookup
  {
    says: 'walkers are waited for on the CPUs of the mask, which leave it where they can',
    given: [...ran(0, 1, 2), runs(1, MM), runs(2, OTHER), [currentCells.active_mm(2), 2]],
    code: (cpu) => serialize_against_pte_lookup(cpu, MM),
    does: `
      fence (smp_mb)
      load mm_cpumask[0] -> {0 1 2}
      ipi.send to {1 2} do_serialize {mm:0}
      cpu1: irq.enter -> 3
      cpu1: load current->mm[1] -> 1
      cpu1: irq.exit 0
      cpu2: irq.enter -> 3
      cpu2: load current->mm[2] -> 2
      cpu2: load current->active_mm[2] -> 2
      cpu2: load mm_cpumask[0] -> {0 1 2}
      cpu2: add active_cpus[0] -1
      cpu2: andnot mm_cpumask[0] {2}
      cpu2: fence (ptesync)
      cpu2: tlb.local asid 0 pages 0..all pte+pmd ways:all
      cpu2: fence (ptesync)
      cpu2: irq.exit 0
      ipi.wait for {1 2} (every target of do_serialize has run it)
    `,
  },

  // radix_tlb.c
  {
    says: 'flush_tlb_page, local: one tlbiel of a base page between two ptesync',
    given: ran(0),
    code: (cpu, { vmas: [vma] }) => flush_tlb_page(cpu, vma!, 3 * PAGE),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      fence (ptesync)
      tlb.local asid 0 page 3 pte ways:none
      fence (ptesync)
    `,
  },
  {
    says: 'flush_tlb_page, global: one tlbie',
    given: [...ran(0, 1), ...threads],
    code: (cpu, { vmas: [vma] }) => flush_tlb_page(cpu, vma!, 3 * PAGE),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 page 3 pte ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'flush_tlb_page of what nobody has run',
    code: (cpu, { vmas: [vma] }) => flush_tlb_page(cpu, vma!, 3 * PAGE),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 0
    `,
  },
  {
    says: 'flush_tlb_range shorter than a huge page: its base pages',
    given: [...ran(0, 1), ...threads],
    code: (cpu, { vmas: [vma] }) => flush_tlb_range(cpu, vma!, PAGE, 2 * PAGE),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 page 1 pte ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'as long as a huge page, and aligned: upper levels, base pages, the huge page',
    given: [...ran(0, 1), ...threads],
    code: (cpu, { vmas: [vma] }) => flush_tlb_range(cpu, vma!, HUGE, 2 * HUGE),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 pages 0..all no leaves ways:all to {0 1 2}
      tlb.broadcast asid 0 page 2 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 page 3 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 page 2 pmd ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'as long, not aligned: no huge page lies in it',
    given: [...ran(0, 1), ...threads],
    code: (cpu, { vmas: [vma] }) => flush_tlb_range(cpu, vma!, PAGE, 3 * PAGE),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 pages 0..all no leaves ways:all to {0 1 2}
      tlb.broadcast asid 0 page 1 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 page 2 pte ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'above the ceiling of tlbie everything of the PID',
    given: [...ran(0, 1), ...threads],
    code: (cpu, { vmas: [vma] }) => flush_tlb_range(cpu, vma!, 0, 3 * PAGE),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 pages 0..all pte+pmd ways:all to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'at the ceiling of tlbiel page by page',
    given: ran(0),
    code: (cpu, { vmas: [vma] }) => flush_tlb_range(cpu, vma!, 0, 3 * PAGE),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      fence (ptesync)
      tlb.local asid 0 pages 0..all no leaves ways:all
      tlb.local asid 0 page 0 pte ways:none
      tlb.local asid 0 page 1 pte ways:none
      tlb.local asid 0 page 2 pte ways:none
      tlb.local asid 0 page 0 pmd ways:none
      fence (ptesync)
    `,
  },
  {
    says: 'above the ceiling of tlbiel everything of the PID, here',
    given: ran(0),
    code: (cpu, { vmas: [vma] }) => flush_tlb_range(cpu, vma!, 0, 4 * PAGE),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      fence (ptesync)
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      fence (ptesync)
    `,
  },
  {
    says: 'a range without an end is everything of the PID, and no idle CPU is sent away for it',
    given: [...ran(0, 1), ...alone],
    code: (cpu, { vmas: [vma] }) => flush_tlb_range(cpu, vma!, 0, TLB_FLUSH_ALL),
    numbers: { tlb_single_page_flush_ceiling: TLB_FLUSH_ALL },
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 pages 0..all pte+pmd ways:all to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'flush_tlb_range of what nobody has run',
    code: (cpu, { vmas: [vma] }) => flush_tlb_range(cpu, vma!, 0, PAGE),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 0
    `,
  },
  {
    says: 'flush_pmd_tlb_range: huge pages, and no upper level',
    given: [...ran(0, 1), ...threads],
    code: (cpu, { vmas: [vma] }) => flush_pmd_tlb_range(cpu, vma!, 0, 2 * HUGE),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 page 0 pmd ways:none to {0 1 2}
      tlb.broadcast asid 0 page 2 pmd ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'flush_pmd_tlb_range above the ceiling: all translations, and no upper level',
    given: [...ran(0, 1), ...threads],
    code: (cpu, { vmas: [vma] }) => flush_pmd_tlb_range(cpu, vma!, 0, 3 * HUGE),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 pages 0..all pte+pmd ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'flush_pmd_tlb_range without an end',
    given: [...ran(0, 1), ...alone],
    numbers: { tlb_single_page_flush_ceiling: TLB_FLUSH_ALL },
    code: (cpu, { vmas: [vma] }) => flush_pmd_tlb_range(cpu, vma!, 0, TLB_FLUSH_ALL),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 pages 0..all pte+pmd ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'flush_pmd_tlb_range of what nobody has run',
    code: (cpu, { vmas: [vma] }) => flush_pmd_tlb_range(cpu, vma!, 0, HUGE),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 0
    `,
  },
  {
    says: 'flush_tlb_mm: all translations, and no upper level',
    given: [...ran(0, 1), ...threads],
    code: (cpu) => flush_tlb_mm(cpu, MM),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 pages 0..all pte+pmd ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'flush_tlb_mm sends idle CPUs away like any flush',
    given: [...ran(0, 1), ...alone],
    code: (cpu) => flush_tlb_mm(cpu, MM),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 1
      load mm_cpumask[0] -> {0 1}
      ipi.send to {1} do_exit_flush_lazy_tlb {mm:0}
      cpu1: irq.enter -> 3
      cpu1: load current->mm[1] -> 0
      cpu1: load current->active_mm[1] -> 0
      cpu1: load mm_cpumask[0] -> {0 1}
      cpu1: add active_cpus[0] -1
      cpu1: andnot mm_cpumask[0] {1}
      cpu1: fence (ptesync)
      cpu1: tlb.local asid 0 pages 0..all pte+pmd ways:all
      cpu1: fence (ptesync)
      cpu1: irq.exit 0
      ipi.wait for {1} (every target of do_exit_flush_lazy_tlb has run it)
      fence (ptesync)
      tlb.local asid 0 pages 0..all pte+pmd ways:none
      fence (ptesync)
    `,
  },
  {
    says: 'flush_tlb_mm of what nobody has run',
    code: (cpu) => flush_tlb_mm(cpu, MM),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 0
    `,
  },
  {
    says: 'a gather of base pages',
    given: [...ran(0, 1), ...threads],
    code: (cpu) => tlb_flush(cpu, gathered({})),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 page 1 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 page 2 pte ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'a gather of base pages that freed tables: upper levels first',
    given: [...ran(0, 1), ...threads],
    code: (cpu) => tlb_flush(cpu, gathered({ freed_tables: true })),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 pages 0..all no leaves ways:all to {0 1 2}
      tlb.broadcast asid 0 page 1 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 page 2 pte ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'a gather of huge pages',
    given: [...ran(0, 1), ...threads],
    code: (cpu) => tlb_flush(cpu, gathered({ page_size: HUGE, start: 0, end: 2 * HUGE })),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 page 0 pmd ways:none to {0 1 2}
      tlb.broadcast asid 0 page 2 pmd ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'a gather of huge pages that freed tables, above the ceiling: everything',
    given: [...ran(0, 1), ...threads],
    code: (cpu) => tlb_flush(cpu, gathered({ page_size: HUGE, start: 0, end: 3 * HUGE, freed_tables: true })),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 pages 0..all pte+pmd ways:all to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'a gather of another size: all translations',
    given: [...ran(0, 1), ...threads],
    code: (cpu) => tlb_flush(cpu, gathered({ page_size: 0 })),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 pages 0..all pte+pmd ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'a gather of another size that freed tables: everything',
    given: [...ran(0, 1), ...alone],
    code: (cpu) => tlb_flush(cpu, gathered({ page_size: 0, freed_tables: true })),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 1
      load mm_cpumask[0] -> {0 1}
      ipi.send to {1} do_exit_flush_lazy_tlb {mm:0}
      cpu1: irq.enter -> 3
      cpu1: load current->mm[1] -> 0
      cpu1: load current->active_mm[1] -> 0
      cpu1: load mm_cpumask[0] -> {0 1}
      cpu1: add active_cpus[0] -1
      cpu1: andnot mm_cpumask[0] {1}
      cpu1: fence (ptesync)
      cpu1: tlb.local asid 0 pages 0..all pte+pmd ways:all
      cpu1: fence (ptesync)
      cpu1: irq.exit 0
      ipi.wait for {1} (every target of do_exit_flush_lazy_tlb has run it)
      fence (ptesync)
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      fence (ptesync)
    `,
  },
  {
    says: 'a gather of a dying mm: everything, and no idle CPU is sent away',
    given: [...ran(0, 1), ...alone],
    code: (cpu) => tlb_flush(cpu, gathered({ fullmm: true })),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 pages 0..all pte+pmd ways:all to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'a gather of a dying mm of 6.4 and later sends them away first',
    kernel: { with: ['lazies_may_be_shot'] },
    given: [...ran(0, 1), ...alone],
    code: (cpu) => tlb_flush(cpu, gathered({ fullmm: true })),
    does: `
      fence (smp_mb)
      load mm_cpumask[0] -> {0 1}
      ipi.send to {1} do_exit_flush_lazy_tlb {mm:0}
      cpu1: irq.enter -> 3
      cpu1: load current->mm[1] -> 0
      cpu1: load current->active_mm[1] -> 0
      cpu1: load mm_cpumask[0] -> {0 1}
      cpu1: add active_cpus[0] -1
      cpu1: andnot mm_cpumask[0] {1}
      cpu1: fence (ptesync)
      cpu1: tlb.local asid 0 pages 0..all pte+pmd ways:all
      cpu1: fence (ptesync)
      cpu1: irq.exit 0
      ipi.wait for {1} (every target of do_exit_flush_lazy_tlb has run it)
      fence (smp_mb)
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      fence (ptesync)
      tlb.local asid 0 pages 0..all pte+pmd ways:all
      fence (ptesync)
    `,
  },
  {
    says: 'a gather of a dying mm that nobody has run',
    code: (cpu) => tlb_flush(cpu, gathered({ fullmm: true })),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 0
    `,
  },
  {
    says: 'a gather that must flush all: everything',
    given: [...ran(0, 1), ...threads],
    code: (cpu) => tlb_flush(cpu, gathered({ need_flush_all: true })),
    does: `
      fence (smp_mb)
      load active_cpus[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 pages 0..all pte+pmd ways:all to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'a collapse: upper levels, then base pages one by one, however many',
    given: [...ran(0, 1), ...threads, [entryRef(pmdp), mkTable(2)]],
    numbers: { tlb_single_page_flush_ceiling: 0 },
    code: (cpu, { vmas: [vma] }) => pmdp_collapse_flush(cpu, vma!, 0, pmdp),
    does: `
      load entry[1][0] -> T2
      store entry[1][0] none
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 pages 0..all no leaves ways:all to {0 1 2}
      tlb.broadcast asid 0 page 0 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 page 1 pte ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
    gives: mkTable(2),
  },
  {
    says: 'a collapse in what nobody has run',
    given: [[entryRef(pmdp), mkTable(2)]],
    code: (cpu, { vmas: [vma] }) => pmdp_collapse_flush(cpu, vma!, 0, pmdp),
    does: `
      load entry[1][0] -> T2
      store entry[1][0] none
      fence (smp_mb)
      load active_cpus[0] -> 0
    `,
    gives: mkTable(2),
  },
  {
    says: 'until 6.1 a collapse waits for walkers between the two',
    kernel: { release: 'v6.0' },
    given: [...ran(0, 1), ...threads, runs(1, MM), [entryRef(pmdp), mkTable(2)]],
    code: (cpu, { vmas: [vma] }) => pmdp_collapse_flush(cpu, vma!, 0, pmdp),
    does: `
      load entry[1][0] -> T2
      store entry[1][0] none
      fence (smp_mb)
      load mm_cpumask[0] -> {0 1}
      ipi.send to {1} do_serialize {mm:0}
      cpu1: irq.enter -> 3
      cpu1: load current->mm[1] -> 1
      cpu1: irq.exit 0
      ipi.wait for {1} (every target of do_serialize has run it)
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 pages 0..all no leaves ways:all to {0 1 2}
      tlb.broadcast asid 0 page 0 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 page 1 pte ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
    gives: mkTable(2),
  },

  // Entries
  {
    says: 'pte_clear and ptep_get_and_clear are exchanges',
    given: [[entryRef(ptep), page5]],
    *code(cpu) {
      const pte = yield* ptep_get_and_clear(cpu, MM, PAGE, ptep);
      yield* pte_clear(cpu, MM, PAGE, ptep);
      return pte;
    },
    does: `
      xchg entry[2][1] none -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      xchg entry[2][1] none -> none
    `,
    gives: page5,
  },
  {
    says: 'ptep_get_and_clear_full of a dying mm is a load and a store',
    given: [[entryRef(ptep), page5]],
    code: (cpu) => ptep_get_and_clear_full(cpu, MM, PAGE, ptep, true),
    does: `
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      store entry[2][1] none
    `,
    gives: page5,
  },
  {
    says: 'of one that lives on it is the exchange',
    given: [[entryRef(ptep), page5]],
    code: (cpu) => ptep_get_and_clear_full(cpu, MM, PAGE, ptep, false),
    does: `
      xchg entry[2][1] none -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: page5,
  },
  {
    says: 'ptep_set_wrprotect looks first',
    given: [[entryRef(ptep), page5]],
    code: (cpu) => ptep_set_wrprotect(cpu, MM, PAGE, ptep),
    does: `
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      update entry[2][1] WRITE none -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
  },
  {
    says: 'and changes nothing that is read-only',
    given: [[entryRef(ptep), clean5]],
    code: (cpu) => ptep_set_wrprotect(cpu, MM, PAGE, ptep),
    does: `
      load entry[2][1] -> P5|PRESENT|USER|ACCESSED|LEAF
    `,
  },
  {
    says: 'pmdp_set_wrprotect as well',
    given: [[entryRef(pmdp), huge4]],
    code: (cpu) => pmdp_set_wrprotect(cpu, MM, 0, pmdp),
    does: `
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      update entry[1][0] WRITE none -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
  },
  {
    says: 'ptep_set_access_flags adds dirty, soft-dirty, accessed and write, and flushes nothing',
    given: [...ran(0, 1), [entryRef(ptep), mkLeaf(5, F.PRESENT)]],
    code: (cpu, { vmas: [vma] }) =>
      ptep_set_access_flags(cpu, vma!, PAGE, ptep, mkLeaf(5, USED | F.SOFT_DIRTY | F.SPECIAL), true),
    does: `
      load entry[2][1] -> P5|PRESENT|LEAF
      update entry[2][1] none WRITE|ACCESSED|DIRTY|SOFT_DIRTY -> P5|PRESENT|LEAF
    `,
    gives: true,
  },
  {
    says: 'pmdp_set_access_flags as well',
    given: [...ran(0, 1), [entryRef(pmdp), clean5]],
    code: (cpu, { vmas: [vma] }) => pmdp_set_access_flags(cpu, vma!, 0, pmdp, page5, true),
    does: `
      load entry[1][0] -> P5|PRESENT|USER|ACCESSED|LEAF
      update entry[1][0] none WRITE|ACCESSED|DIRTY -> P5|PRESENT|USER|ACCESSED|LEAF
    `,
    gives: true,
  },
  {
    says: 'ptep_modify_prot_start makes the entry invalid, and present to software',
    given: [[entryRef(ptep), page5]],
    code: (cpu, { vmas: [vma] }) => ptep_modify_prot_start(cpu, vma!, PAGE, ptep),
    does: `
      update entry[2][1] PRESENT INVALID -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: page5,
  },
  {
    says: 'pmdp_invalidate: invalid, then a flush of the huge page',
    given: [...ran(0, 1), ...threads, [entryRef(pmdp), mkLeaf(4, USED | F.PROTNONE)]],
    code: (cpu, { vmas: [vma] }) => pmdp_invalidate(cpu, vma!, 0, pmdp),
    does: `
      update entry[1][0] PRESENT|PROTNONE INVALID -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|PROTNONE
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 page 0 pmd ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
    gives: mkLeaf(4, USED | F.PROTNONE),
  },
  {
    says: 'pmdp_huge_get_and_clear_full flushes a huge page that was there, under the lock',
    given: [...ran(0, 1), ...threads, [entryRef(pmdp), huge4]],
    code: (cpu, { vmas: [vma] }) => pmdp_huge_get_and_clear_full(cpu, vma!, 0, pmdp, false),
    does: `
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      xchg entry[1][0] none -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      fence (smp_mb)
      load active_cpus[0] -> 2
      load mm_users[0] -> 2
      fence (ptesync)
      tlb.broadcast asid 0 page 0 pmd ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
    gives: huge4,
  },
  {
    says: 'not in a dying mm',
    given: [...ran(0, 1), ...threads, [entryRef(pmdp), huge4]],
    code: (cpu, { vmas: [vma] }) => pmdp_huge_get_and_clear_full(cpu, vma!, 0, pmdp, true),
    does: `
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      xchg entry[1][0] none -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: huge4,
  },
  {
    says: 'nor a migration entry, which is cleared by a store',
    given: [...ran(0, 1), ...threads, [entryRef(pmdp), mkLeaf(4, F.SWAP)]],
    code: (cpu, { vmas: [vma] }) => pmdp_huge_get_and_clear_full(cpu, vma!, 0, pmdp, false),
    does: `
      load entry[1][0] -> P4|LEAF|SWAP
      load entry[1][0] -> P4|LEAF|SWAP
      store entry[1][0] none
    `,
    gives: mkLeaf(4, F.SWAP),
  },
  {
    says: 'until 5.8 a zap left it to the gather',
    kernel: { with: ['radix_zap_leaves_huge_translation'] },
    given: [...ran(0, 1), ...threads, [entryRef(pmdp), huge4]],
    code: (cpu, { vmas: [vma] }) => pmdp_huge_get_and_clear_full(cpu, vma!, 0, pmdp, false),
    does: `
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      xchg entry[1][0] none -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: huge4,
  },
  {
    says: 'a table is deposited in a list, and withdrawn with its links emptied',
    *code(cpu) {
      yield* pgtable_trans_huge_deposit(cpu, MM, pmdp, 2);
      return yield* pgtable_trans_huge_withdraw(cpu, MM, pmdp);
    },
    does: `
      store entry[2][0] POISON
      store entry[2][1] POISON
      list_add pmd_huge_pte[1] 2
      list_take pmd_huge_pte[1] -> 2
      store entry[2][0] none
      store entry[2][1] none
    `,
    gives: 2,
  },
  {
    says: 'to withdraw what was not deposited is a bug',
    code: (cpu) => pgtable_trans_huge_withdraw(cpu, MM, pmdp),
    does: `
      list_take pmd_huge_pte[1] -> 0
      bug (no page table was deposited for the huge PMD)
    `,
  },
]);

// __pte_flags_need_flush: arch/powerpc/include/asm/book3s/64/tlbflush.h.
const PAGE5 = F.PRESENT | F.USER | F.LEAF;
const of5 = (flags: number): Entry => mkLeaf(5, PAGE5 | flags);
const changes: readonly (readonly [string, Entry, Entry, boolean])[] = [
  ['nothing changes', of5(F.WRITE), of5(F.WRITE), false],
  ['another frame', of5(0), mkLeaf(6, PAGE5), true],
  ['write goes', of5(F.WRITE), of5(0), true],
  ['write comes', of5(0), of5(F.WRITE), false],
  ['dirty goes', of5(F.DIRTY), of5(0), true],
  ['dirty comes', of5(0), of5(F.DIRTY), false],
  ['accessed goes', of5(F.ACCESSED), of5(0), false],
  ['accessed comes', of5(0), of5(F.ACCESSED), false],
  ['special comes', of5(0), of5(F.SPECIAL), true],
  ['soft-dirty goes', of5(F.SOFT_DIRTY), of5(0), true],
  ['protnone comes', of5(0), of5(F.PROTNONE), true],
];
describeAnswers(
  radix,
  changes.flatMap(([says, from, to, flush]): Answer[] => [
    { says: `${says}: base page`, code: (cpu) => pte_needs_flush(cpu, from, to), does: '', gives: flush },
    { says: `${says}: huge page`, code: (cpu) => huge_pmd_needs_flush(cpu, from, to), does: '', gives: flush },
    {
      says: `${says}, where every change is flushed`,
      kernel: { with: ['radix_flushes_every_change'] },
      code: (cpu) => pte_needs_flush(cpu, from, to),
      does: '',
      gives: true,
    },
  ]),
);

// Hash: flushing is part of changing an entry.
const HASHED = USED | F.HASHPTE;
const hashed5 = mkLeaf(5, HASHED);
const read = (va: number) => ({ va, kind: 'read', token: 0 }) as const;
const write = (va: number) => ({ va, kind: 'write', token: 7 }) as const;
const inHash = mkLeaf(5, F.PRESENT | F.USER | F.ACCESSED | F.WRITE | F.DIRTY);
const tree: NonNullable<Answer['given']> = [
  [mmCells.pgd(0), 3],
  [tableCells.entry(3, 0), mkTable(1)],
  [tableCells.entry(1, 0), mkTable(2)],
];
const hugeTree: NonNullable<Answer['given']> = [
  [mmCells.pgd(0), 3],
  [tableCells.entry(3, 0), mkTable(1)],
  [tableCells.entry(1, 0), huge4],
  [hpte_slot_table(1, 0), 2],
];
describeAnswers(hash, [
  {
    says: 'an entry that was never hashed is changed in a loop, and nothing is flushed',
    given: [...ran(0), [entryRef(ptep), page5]],
    code: (cpu) => ptep_get_and_clear(cpu, MM, PAGE, ptep),
    does: `
      wait_clear entry[2][1] BUSY (the hash fault that works on the entry is done)
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF none -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: page5,
  },
  {
    says: 'where every entry is taken for hashed it is removed all the same',
    kernel: { with: ['hash_removes_every_entry'] },
    given: [...ran(0), [entryRef(ptep), page5]],
    code: (cpu) => ptep_get_and_clear(cpu, MM, PAGE, ptep),
    does: `
      wait_clear entry[2][1] BUSY (the hash fault that works on the entry is done)
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF none -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      load batch.active[0] -> 0
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      store hpte[0][0][1] 0
      fence (ptesync)
      tlb.local asid 0 page 1 pte ways:none
      fence (ptesync)
    `,
    gives: page5,
  },
  {
    says: 'but not one that is not present',
    kernel: { with: ['hash_removes_every_entry'] },
    given: [...ran(0), [entryRef(ptep), mkLeaf(5, F.SWAP)]],
    code: (cpu) => ptep_get_and_clear(cpu, MM, PAGE, ptep),
    does: `
      wait_clear entry[2][1] BUSY (the hash fault that works on the entry is done)
      load entry[2][1] -> P5|LEAF|SWAP
      cmpxchg entry[2][1] P5|LEAF|SWAP none -> P5|LEAF|SWAP
    `,
    gives: mkLeaf(5, F.SWAP),
  },
  {
    says: 'an entry that is hashed is removed at once outside lazy mode, here alone where only this CPU has run the mm',
    given: [...ran(0), [entryRef(ptep), hashed5], [hpteOf(MM, 'pte', 3), inHash]],
    code: (cpu) => ptep_get_and_clear(cpu, MM, 3 * PAGE, ptep),
    does: `
      wait_clear entry[2][1] BUSY (the hash fault that works on the entry is done)
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE none -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load batch.active[0] -> 0
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      store hpte[0][0][3] 0
      fence (ptesync)
      tlb.local asid 0 page 3 pte ways:none
      fence (ptesync)
    `,
    gives: hashed5,
    left: { 'T2[1]': 0, 'mm0.hpte of page 3': 0 },
  },
  {
    says: 'everywhere where others have',
    given: [...ran(0, 1), [entryRef(ptep), hashed5], [hpteOf(MM, 'pte', 3), inHash]],
    code: (cpu) => ptep_get_and_clear(cpu, MM, 3 * PAGE, ptep),
    does: `
      wait_clear entry[2][1] BUSY (the hash fault that works on the entry is done)
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE none -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load batch.active[0] -> 0
      load active_cpus[0] -> 2
      store hpte[0][0][3] 0
      fence (ptesync)
      tlb.broadcast asid 0 page 3 pte ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
    gives: hashed5,
  },
  {
    says: 'in another address space its own entries are',
    given: [
      [entryRef(ptep), hashed5],
      [hpteOf(OTHER, 'pte', 3), inHash],
    ],
    code: (cpu) => ptep_get_and_clear(cpu, OTHER, 3 * PAGE, ptep),
    does: `
      wait_clear entry[2][1] BUSY (the hash fault that works on the entry is done)
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE none -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load batch.active[0] -> 0
      load active_cpus[1] -> 0
      load mm_cpumask[1] -> {}
      store hpte[1][0][3] 0
      fence (ptesync)
      tlb.broadcast asid 1 page 3 pte ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
    gives: hashed5,
  },
  {
    says: 'the loop turns while a hash fault works on the entry, and when it was changed meanwhile',
    given: [...ran(0), [entryRef(ptep), page5]],
    code: before(
      'load',
      before(
        'cmpxchg',
        (cpu) => ptep_set_wrprotect(cpu, MM, PAGE, ptep),
        (cpu) => cpu.or(entryRef(ptep), F.SOFT_DIRTY),
      ),
      (cpu) => cpu.andnot(entryRef(ptep), F.ACCESSED),
    ),
    does: `
      andnot entry[2][1] ACCESSED
      load entry[2][1] -> P5|PRESENT|WRITE|USER|DIRTY|LEAF
      wait_clear entry[2][1] BUSY (the hash fault that works on the entry is done)
      load entry[2][1] -> P5|PRESENT|WRITE|USER|DIRTY|LEAF
      or entry[2][1] SOFT_DIRTY
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|DIRTY|LEAF P5|PRESENT|USER|DIRTY|LEAF -> P5|PRESENT|WRITE|USER|DIRTY|LEAF|SOFT_DIRTY
      wait_clear entry[2][1] BUSY (the hash fault that works on the entry is done)
      load entry[2][1] -> P5|PRESENT|WRITE|USER|DIRTY|LEAF|SOFT_DIRTY
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|DIRTY|LEAF|SOFT_DIRTY P5|PRESENT|USER|DIRTY|LEAF|SOFT_DIRTY -> P5|PRESENT|WRITE|USER|DIRTY|LEAF|SOFT_DIRTY
    `,
  },
  {
    says: 'who finds it busy after it was free waits again',
    given: [...ran(0), [entryRef(ptep), page5]],
    *code(cpu) {
      const op = ptep_get_and_clear(cpu, MM, PAGE, ptep);
      let loads = 0;
      let turn = op.next();
      while (!turn.done) {
        const load = turn.value.kind === 'load';
        if (load && ++loads === 1) yield* cpu.or(entryRef(ptep), F.BUSY);
        const observed: number = yield turn.value;
        if (load && loads === 1) yield* cpu.andnot(entryRef(ptep), F.BUSY);
        turn = op.next(observed);
      }
      return turn.value;
    },
    does: `
      wait_clear entry[2][1] BUSY (the hash fault that works on the entry is done)
      or entry[2][1] BUSY
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|BUSY
      andnot entry[2][1] BUSY
      wait_clear entry[2][1] BUSY (the hash fault that works on the entry is done)
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF none -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
    gives: page5,
  },
  {
    says: 'ptep_set_access_flags adds to the entry, and removes nothing from the hash table',
    given: [...ran(0), [entryRef(ptep), mkLeaf(5, F.PRESENT | F.HASHPTE)]],
    code: (cpu, { vmas: [vma] }) =>
      ptep_set_access_flags(cpu, vma!, PAGE, ptep, mkLeaf(5, USED | F.SOFT_DIRTY | F.SPECIAL), true),
    does: `
      load entry[2][1] -> P5|PRESENT|LEAF|HASHPTE
      wait_clear entry[2][1] BUSY (the hash fault that works on the entry is done)
      load entry[2][1] -> P5|PRESENT|LEAF|HASHPTE
      cmpxchg entry[2][1] P5|PRESENT|LEAF|HASHPTE P5|PRESENT|WRITE|ACCESSED|DIRTY|LEAF|SOFT_DIRTY|HASHPTE -> P5|PRESENT|LEAF|HASHPTE
    `,
    gives: true,
  },
  {
    says: 'in lazy mode an entry is noted',
    given: [...ran(0), [batch.active(0), 1], [entryRef(ptep), hashed5]],
    numbers: { PPC64_TLB_BATCH_NR: 2 },
    code: (cpu) => ptep_get_and_clear(cpu, MM, 3 * PAGE, ptep),
    does: `
      wait_clear entry[2][1] BUSY (the hash fault that works on the entry is done)
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE none -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load batch.active[0] -> 1
      list_add batch.vpn[0] 3
      add_return batch.index[0] 1 -> 1
    `,
    gives: hashed5,
    left: { 'T2[1]': 0, 'CPU0 batch.vpn': [3], 'CPU0 batch.index': 1 },
  },
  {
    says: 'when the batch is full it is removed, all entries first, then the TLBs',
    given: [...ran(0, 1), [batch.active(0), 1], [batch.index(0), 1], [batch.vpn(0), [2]], [entryRef(ptep), hashed5]],
    numbers: { PPC64_TLB_BATCH_NR: 2 },
    code: (cpu) => ptep_get_and_clear(cpu, MM, 3 * PAGE, ptep),
    does: `
      wait_clear entry[2][1] BUSY (the hash fault that works on the entry is done)
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE none -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load batch.active[0] -> 1
      list_add batch.vpn[0] 3
      add_return batch.index[0] 1 -> 2
      load batch.index[0] -> 2
      list_take batch.vpn[0] -> 2
      list_take batch.vpn[0] -> 3
      load active_cpus[0] -> 2
      store hpte[0][0][2] 0
      store hpte[0][0][3] 0
      fence (ptesync)
      tlb.broadcast asid 0 page 2 pte ways:none to {0 1 2}
      tlb.broadcast asid 0 page 3 pte ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
      store batch.index[0] 0
    `,
    gives: hashed5,
  },
  {
    says: 'a batch of two here alone',
    given: [...ran(0), [batch.active(0), 1], [batch.index(0), 2], [batch.vpn(0), [2, 5]]],
    code: (cpu) => arch_leave_lazy_mmu_mode(cpu),
    does: `
      load batch.index[0] -> 2
      load batch.index[0] -> 2
      list_take batch.vpn[0] -> 2
      list_take batch.vpn[0] -> 5
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      store hpte[0][0][2] 0
      store hpte[0][0][5] 0
      fence (ptesync)
      tlb.local asid 0 page 2 pte ways:none
      tlb.local asid 0 page 5 pte ways:none
      fence (ptesync)
      store batch.index[0] 0
      store batch.active[0] 0
    `,
    left: { 'CPU0 batch.active': 0, 'CPU0 batch.index': 0 },
  },
  {
    says: 'a batch of one is removed as one',
    given: [...ran(0), [batch.active(0), 1], [batch.index(0), 1], [batch.vpn(0), [2]]],
    code: (cpu) => arch_leave_lazy_mmu_mode(cpu),
    does: `
      load batch.index[0] -> 1
      load batch.index[0] -> 1
      list_take batch.vpn[0] -> 2
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      store hpte[0][0][2] 0
      fence (ptesync)
      tlb.local asid 0 page 2 pte ways:none
      fence (ptesync)
      store batch.index[0] 0
      store batch.active[0] 0
    `,
  },
  {
    says: 'a batch of the other address space',
    given: [
      [batch.active(0), 1],
      [batch.index(0), 2],
      [batch.vpn(0), [8 + 2, 8 + 7]],
    ],
    code: (cpu) => arch_leave_lazy_mmu_mode(cpu),
    does: `
      load batch.index[0] -> 2
      load batch.index[0] -> 2
      list_take batch.vpn[0] -> 10
      list_take batch.vpn[0] -> 15
      load active_cpus[1] -> 0
      load mm_cpumask[1] -> {}
      store hpte[1][0][2] 0
      store hpte[1][0][7] 0
      fence (ptesync)
      tlb.broadcast asid 1 page 2 pte ways:none to {0 1 2}
      tlb.broadcast asid 1 page 7 pte ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
      store batch.index[0] 0
      store batch.active[0] 0
    `,
  },
  {
    says: 'lazy mode that noted nothing ends with its flag',
    given: [[batch.active(0), 1]],
    code: (cpu) => arch_leave_lazy_mmu_mode(cpu),
    does: `
      load batch.index[0] -> 0
      store batch.active[0] 0
    `,
  },
  {
    says: 'lazy mode begins with its flag',
    code: (cpu) => arch_enter_lazy_mmu_mode(cpu),
    does: `
      store batch.active[0] 1
    `,
  },
  {
    says: 'the flush of a gather removes what is pending, and lazy mode goes on',
    given: [...ran(0), [batch.active(0), 1], [batch.index(0), 1], [batch.vpn(0), [2]]],
    code: (cpu) => tlb_flush(cpu, gathered({ fullmm: true })),
    does: `
      load batch.index[0] -> 1
      load batch.index[0] -> 1
      list_take batch.vpn[0] -> 2
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      store hpte[0][0][2] 0
      fence (ptesync)
      tlb.local asid 0 page 2 pte ways:none
      fence (ptesync)
      store batch.index[0] 0
    `,
  },
  {
    says: 'or nothing',
    code: (cpu) => tlb_flush(cpu, gathered({ fullmm: true })),
    does: `
      load batch.index[0] -> 0
    `,
  },
  {
    says: 'the hooks that flush are empty',
    given: ran(0, 1),
    *code(cpu, { vmas: [vma] }) {
      yield* flush_tlb_page(cpu, vma!, 0);
      yield* flush_tlb_range(cpu, vma!, 0, PAGE);
      yield* flush_pmd_tlb_range(cpu, vma!, 0, HUGE);
      yield* flush_tlb_mm(cpu, MM);
      const invalidate = yield* tlb_needs_table_invalidate(cpu);
      const deposit = yield* arch_needs_pgtable_deposit(cpu);
      return [invalidate, deposit];
    },
    does: ``,
    gives: [false, true],
  },
  {
    says: 'pte_needs_flush says yes',
    code: (cpu) => pte_needs_flush(cpu, page5, page5),
    gives: true,
  },
  {
    says: 'an entry that is written anew loses what hash faults had noted',
    *code(cpu) {
      yield* set_pte_at(cpu, MM, PAGE, ptep, mkLeaf(5, HASHED | F.BUSY));
      yield* set_pmd_at(cpu, MM, 0, pmdp, mkLeaf(4, HASHED | F.BUSY));
    },
    does: `
      store entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      store entry[1][0] P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
  },
  {
    says: 'a huge PMD that is cleared: its hashed pages are removed, and the table that says which is emptied',
    given: [...ran(0), ...hugeTree, [entryRef(pmdp), mkLeaf(4, HASHED)], [tableCells.entry(2, 1), F.HASHPTE]],
    code: (cpu) => pmdp_huge_get_and_clear(cpu, MM, 0, pmdp),
    does: `
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      wait_clear entry[1][0] BUSY (the hash fault that works on the entry is done)
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      cmpxchg entry[1][0] P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE none -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      load slot table[1][0] -> 2
      load entry[2][0] -> none
      load entry[2][1] -> HASHPTE
      store hpte[0][1][1] 0
      fence (ptesync)
      tlb.local asid 0 page 1 pmd ways:none
      fence (ptesync)
      load slot table[1][0] -> 2
      store entry[2][0] none
      store entry[2][1] none
    `,
    gives: mkLeaf(4, HASHED),
  },
  {
    says: 'a migration entry is cleared by a store',
    given: [...ran(0), [entryRef(pmdp), mkLeaf(4, F.SWAP)]],
    code: (cpu) => pmdp_huge_get_and_clear(cpu, MM, 0, pmdp),
    does: `
      load entry[1][0] -> P4|LEAF|SWAP
      store entry[1][0] none
    `,
    gives: mkLeaf(4, F.SWAP),
  },
  {
    says: 'a huge PMD whose deposit was withdrawn: a split has flushed',
    given: [...ran(0), [entryRef(pmdp), mkLeaf(4, HASHED)]],
    code: (cpu) => pmdp_set_wrprotect(cpu, MM, 0, pmdp),
    does: `
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      wait_clear entry[1][0] BUSY (the hash fault that works on the entry is done)
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      cmpxchg entry[1][0] P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE P4|PRESENT|USER|ACCESSED|DIRTY|LEAF|HASHPTE -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      load slot table[1][0] -> 0
    `,
  },
  {
    says: 'a huge PMD that is write-protected: its hashed pages are removed, everywhere',
    given: [
      ...ran(0, 1),
      [entryRef(pmdp), mkLeaf(4, HASHED)],
      [hpte_slot_table(1, 0), 2],
      [tableCells.entry(2, 0), F.HASHPTE],
      [tableCells.entry(2, 1), F.HASHPTE],
    ],
    code: (cpu) => pmdp_set_wrprotect(cpu, MM, 2 * HUGE, pmdp),
    does: `
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      wait_clear entry[1][0] BUSY (the hash fault that works on the entry is done)
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      cmpxchg entry[1][0] P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE P4|PRESENT|USER|ACCESSED|DIRTY|LEAF|HASHPTE -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load active_cpus[0] -> 2
      load slot table[1][0] -> 2
      load entry[2][0] -> HASHPTE
      store hpte[0][1][4] 0
      fence (ptesync)
      tlb.broadcast asid 0 page 4 pmd ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
      load entry[2][1] -> HASHPTE
      store hpte[0][1][5] 0
      fence (ptesync)
      tlb.broadcast asid 0 page 5 pmd ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
    `,
  },
  {
    says: 'a split is prepared by taking the page from user code',
    given: [...ran(0), [entryRef(pmdp), huge4]],
    code: (cpu, { vmas: [vma] }) => pmdp_huge_split_prepare(cpu, vma!, 0, pmdp),
    does: `
      wait_clear entry[1][0] BUSY (the hash fault that works on the entry is done)
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      cmpxchg entry[1][0] P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF P4|PRESENT|WRITE|ACCESSED|DIRTY|LEAF -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
    `,
  },
  {
    says: 'a collapse: the PMD, the wait for hash faults, then every hashed page of the table',
    given: [...ran(0, 1), [entryRef(pmdp), mkTable(2)], [tableCells.entry(2, 0), page5], [entryRef(ptep), hashed5]],
    code: (cpu, { vmas: [vma] }) => pmdp_collapse_flush(cpu, vma!, 2 * HUGE, pmdp),
    does: `
      load entry[1][0] -> T2
      store entry[1][0] none
      fence (smp_mb)
      load mm_cpumask[0] -> {0 1}
      ipi.send to {1} do_serialize {mm:0}
      cpu1: irq.enter
      ipi.wait for {1} (every target of do_serialize has run it)
      local_irq_save
      store batch.active[0] 1
      load entry[2][0] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load batch.active[0] -> 1
      list_add batch.vpn[0] 5
      add_return batch.index[0] 1 -> 1
      load batch.index[0] -> 1
      load batch.index[0] -> 1
      list_take batch.vpn[0] -> 5
      load active_cpus[0] -> 2
      store hpte[0][0][5] 0
      fence (ptesync)
      tlb.broadcast asid 0 page 5 pte ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
      store batch.index[0] 0
      store batch.active[0] 0
      local_irq_restore
    `,
    gives: mkTable(2),
  },
  {
    says: 'a collapse of more than a batch holds',
    geometry: { pte: 2 },
    given: [
      ...ran(0),
      [entryRef(pmdp), mkTable(2)],
      ...[0, 1, 2].map((i) => [tableCells.entry(2, i), mkLeaf(8 + i, HASHED)] as const),
    ],
    code: (cpu, { vmas: [vma] }) => pmdp_collapse_flush(cpu, vma!, 0, pmdp),
    does: `
      load entry[1][0] -> T2
      store entry[1][0] none
      fence (smp_mb)
      load mm_cpumask[0] -> {0}
      local_irq_save
      store batch.active[0] 1
      load entry[2][0] -> P8|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load batch.active[0] -> 1
      list_add batch.vpn[0] 0
      add_return batch.index[0] 1 -> 1
      load entry[2][1] -> P9|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load batch.active[0] -> 1
      list_add batch.vpn[0] 1
      add_return batch.index[0] 1 -> 2
      load batch.index[0] -> 2
      list_take batch.vpn[0] -> 0
      list_take batch.vpn[0] -> 1
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      store hpte[0][0][0] 0
      store hpte[0][0][1] 0
      fence (ptesync)
      tlb.local asid 0 page 0 pte ways:none
      tlb.local asid 0 page 1 pte ways:none
      fence (ptesync)
      store batch.index[0] 0
      load entry[2][2] -> P10|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load batch.active[0] -> 1
      list_add batch.vpn[0] 2
      add_return batch.index[0] 1 -> 1
      load entry[2][3] -> none
      load batch.index[0] -> 1
      load batch.index[0] -> 1
      list_take batch.vpn[0] -> 2
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      store hpte[0][0][2] 0
      fence (ptesync)
      tlb.local asid 0 page 2 pte ways:none
      fence (ptesync)
      store batch.index[0] 0
      store batch.active[0] 0
      local_irq_restore
    `,
    gives: mkTable(2),
  },
  {
    says: 'a collapse that does not wait',
    kernel: { with: ['hash_collapse_without_serialize'] },
    given: [...ran(0, 1), [entryRef(pmdp), mkTable(2)], [entryRef(ptep), hashed5]],
    code: (cpu, { vmas: [vma] }) => pmdp_collapse_flush(cpu, vma!, 2 * HUGE, pmdp),
    does: `
      load entry[1][0] -> T2
      store entry[1][0] none
      local_irq_save
      store batch.active[0] 1
      load entry[2][0] -> none
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load batch.active[0] -> 1
      list_add batch.vpn[0] 5
      add_return batch.index[0] 1 -> 1
      load batch.index[0] -> 1
      load batch.index[0] -> 1
      list_take batch.vpn[0] -> 5
      load active_cpus[0] -> 2
      store hpte[0][0][5] 0
      fence (ptesync)
      tlb.broadcast asid 0 page 5 pte ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
      store batch.index[0] 0
      store batch.active[0] 0
      local_irq_restore
    `,
    gives: mkTable(2),
  },
  {
    says: 'a deposit is one slot, before the barrier; withdrawn, its memory is emptied',
    *code(cpu) {
      yield* pgtable_trans_huge_deposit(cpu, MM, pmdp, 2);
      return yield* pgtable_trans_huge_withdraw(cpu, MM, pmdp);
    },
    does: `
      store slot table[1][0] 2
      fence (smp_wmb)
      load slot table[1][0] -> 2
      store slot table[1][0] 0
      store entry[2][0] none
      store entry[2][1] none
    `,
    gives: 2,
  },
  {
    says: 'to withdraw what was not deposited is a bug on hash too',
    code: (cpu) => pgtable_trans_huge_withdraw(cpu, MM, pmdp),
    does: `
      load slot table[1][0] -> 0
      bug (no page table was deposited for the huge PMD)
    `,
  },
  {
    says: 'update_mmu_cache after a page fault of user code hashes the page',
    given: [...ran(0), [entryRef(ptep), page5], [data_fault(0), 1]],
    code: (cpu, { vmas: [vma] }) => update_mmu_cache(cpu, vma!, PAGE, ptep),
    does: `
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      load trap 0x300[0] -> 1
      store trap 0x300[0] 0
      local_irq_save
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|BUSY -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      store hpte[0][0][1] 5242943
      store entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      local_irq_restore
    `,
  },
  {
    says: 'not without one',
    given: [...ran(0), [entryRef(ptep), page5]],
    code: (cpu, { vmas: [vma] }) => update_mmu_cache(cpu, vma!, PAGE, ptep),
    does: `
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      load trap 0x300[0] -> 0
    `,
  },
  {
    says: 'not a page that was not accessed',
    given: [...ran(0), [entryRef(ptep), mkLeaf(5, USED & ~F.ACCESSED)], [data_fault(0), 1]],
    code: (cpu, { vmas: [vma] }) => update_mmu_cache(cpu, vma!, PAGE, ptep),
    does: `
      load entry[2][1] -> P5|PRESENT|WRITE|USER|DIRTY|LEAF
      load trap 0x300[0] -> 1
    `,
  },

  // Hash faults
  {
    says: 'what the hash table holds is used: a base page',
    given: [...tree, [hpteOf(MM, 'pte', 1), inHash]],
    code: (cpu) => hash_translate(cpu, read(PAGE), 'not remembered'),
    does: `
      load hpte[0][0][1] -> 5242943
      mmu.finish 4096 0 0 0 5242943 0 -> 1
    `,
    gives: 'done',
  },
  {
    says: 'a part of a huge page',
    given: [...hugeTree, [hpteOf(MM, 'pmd', 1), mkLeaf(4, F.PRESENT | F.USER | F.ACCESSED)]],
    code: (cpu) => hash_translate(cpu, read(PAGE), 'not remembered'),
    does: `
      load hpte[0][0][1] -> 0
      load hpte[0][1][1] -> 4194349
      mmu.finish 4096 0 0 1 4194349 0 -> 1
    `,
    gives: 'done',
  },
  {
    says: 'a write through what may be written',
    given: [...tree, [hpteOf(MM, 'pte', 1), inHash]],
    code: (cpu) => hash_translate(cpu, write(PAGE), 'not remembered'),
    does: `
      load hpte[0][0][1] -> 5242943
      mmu.finish 4096 1 7 0 5242943 0 -> 1
    `,
    gives: 'done',
  },
  {
    says: 'nothing is there: the hash fault inserts it, with accessed, and without a TLB invalidation; then again',
    given: [...tree, [entryRef(ptep), mkLeaf(5, F.PRESENT | F.USER | F.WRITE)]],
    code: (cpu) => hash_translate(cpu, read(PAGE), 'not remembered'),
    does: `
      load hpte[0][0][1] -> 0
      load hpte[0][1][1] -> 0
      mmu.fault 4096
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
      load entry[2][1] -> P5|PRESENT|WRITE|USER|LEAF
      load active_cpus[0] -> 0
      load mm_cpumask[0] -> {}
      load entry[2][1] -> P5|PRESENT|WRITE|USER|LEAF
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|LEAF P5|PRESENT|WRITE|USER|ACCESSED|LEAF|BUSY -> P5|PRESENT|WRITE|USER|LEAF
      store hpte[0][0][1] 5242925
      store entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|LEAF|HASHPTE
      local_irq_restore
      mmu.lookup 4096 0 0
      load hpte[0][0][1] -> 5242925
      mmu.finish 4096 0 0 0 5242925 0 -> 1
    `,
    gives: 'done',
  },
  {
    says: 'a write through what is read-only in the hash table: dirty is set, the copy changed, and this TLB told',
    given: [
      ...ran(0),
      ...tree,
      [entryRef(ptep), mkLeaf(5, (USED & ~F.DIRTY) | F.HASHPTE)],
      [hpteOf(MM, 'pte', 1), mkLeaf(5, F.PRESENT | F.USER | F.ACCESSED)],
    ],
    code: (cpu) => hash_translate(cpu, write(PAGE), 'not remembered'),
    does: `
      load hpte[0][0][1] -> 5242925
      mmu.fault 4096
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|LEAF|HASHPTE
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|LEAF|HASHPTE
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|LEAF|HASHPTE P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|BUSY|HASHPTE -> P5|PRESENT|WRITE|USER|ACCESSED|LEAF|HASHPTE
      load hpte[0][0][1] -> 5242925
      store hpte[0][0][1] 5242943
      fence (ptesync)
      tlb.local asid 0 page 1 pte ways:none
      fence (ptesync)
      store entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      local_irq_restore
      mmu.lookup 4096 1 7
      load hpte[0][0][1] -> 5242943
      mmu.finish 4096 1 7 0 5242943 0 -> 1
    `,
    gives: 'done',
  },
  {
    says: 'a write that the TLB does not permit: no look at the hash table first, and all TLBs are told',
    given: [
      ...ran(0, 1),
      ...tree,
      [entryRef(ptep), mkLeaf(5, (USED & ~F.DIRTY) | F.HASHPTE)],
      [hpteOf(MM, 'pte', 1), mkLeaf(5, F.PRESENT | F.USER | F.ACCESSED)],
    ],
    code: (cpu) => hash_translate(cpu, write(PAGE), 'not permitted'),
    does: `
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|LEAF|HASHPTE
      load active_cpus[0] -> 2
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|LEAF|HASHPTE
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|LEAF|HASHPTE P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|BUSY|HASHPTE -> P5|PRESENT|WRITE|USER|ACCESSED|LEAF|HASHPTE
      load hpte[0][0][1] -> 5242925
      store hpte[0][0][1] 5242943
      fence (ptesync)
      tlb.broadcast asid 0 page 1 pte ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
      store entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      local_irq_restore
      mmu.lookup 4096 1 7
      load hpte[0][0][1] -> 5242943
      mmu.finish 4096 1 7 0 5242943 0 -> 1
    `,
    gives: 'done',
  },
  {
    says: 'no entry of Linux: a page fault on data',
    given: [[mmCells.pgd(0), 3]],
    code: (cpu) => hash_translate(cpu, read(PAGE), 'not remembered'),
    does: `
      load hpte[0][0][1] -> 0
      load hpte[0][1][1] -> 0
      mmu.fault 4096
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> none
      local_irq_restore
      store trap 0x300[0] 1
    `,
    gives: 'fault',
  },
  ...(
    [
      ['not present', USED & ~F.PRESENT, 'read', 'page fault'],
      ['not for user code', USED & ~F.USER, 'read', 'page fault'],
      ['read-only', USED & ~F.WRITE, 'write', 'page fault'],
      ['read-only', USED & ~F.WRITE, 'read', 'again'],
      ['busy', USED | F.BUSY, 'read', 'busy'],
    ] as const
  ).map(([says, flags, kind, how]): Answer => ({
    says: `a hash fault for a ${kind} on an entry that is ${says}: ${how}`,
    given: [...tree, [entryRef(ptep), mkLeaf(5, flags)]],
    code: before(
      'wait_clear',
      (cpu) => do_hash_fault(cpu, MM, { va: PAGE, kind, token: 0 }, true),
      (cpu) => cpu.andnot(entryRef(ptep), F.BUSY),
    ),
    gives: how,
  })),
  {
    says: 'who finds the entry busy tries again once it is free, with interrupts on',
    given: [...ran(0), ...tree, [entryRef(ptep), mkLeaf(5, USED | F.BUSY)]],
    code: before(
      'wait_clear',
      (cpu) => do_hash_fault(cpu, MM, read(PAGE), true),
      (cpu) => cpu.andnot(entryRef(ptep), F.BUSY),
    ),
    does: `
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|BUSY
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|BUSY
      local_irq_restore
      andnot entry[2][1] BUSY
      wait_clear entry[2][1] BUSY (another hash fault is done with the entry)
    `,
    gives: 'busy',
  },
  {
    says: 'an entry that is not permitted is not locked',
    given: [...ran(0), ...tree, [entryRef(ptep), clean5]],
    code: (cpu) => do_hash_fault(cpu, MM, write(PAGE), true),
    does: `
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
      load entry[2][1] -> P5|PRESENT|USER|ACCESSED|LEAF
      local_irq_restore
    `,
    gives: 'page fault',
  },
  {
    says: 'what another hash fault inserted since the look is changed, and no TLB is told',
    given: [...ran(0), ...tree, [entryRef(ptep), page5]],
    code: before(
      'mmu.fault',
      (cpu) => hash_translate(cpu, read(PAGE), 'not remembered'),
      function* (cpu) {
        yield* cpu.or(entryRef(ptep), F.HASHPTE);
        yield* cpu.store(hpteOf(MM, 'pte', 1), inHash);
      },
    ),
    does: `
      load hpte[0][0][1] -> 0
      load hpte[0][1][1] -> 0
      or entry[2][1] HASHPTE
      store hpte[0][0][1] 5242943
      mmu.fault 4096
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|BUSY|HASHPTE -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load hpte[0][0][1] -> 5242943
      store hpte[0][0][1] 5242943
      store entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      local_irq_restore
      mmu.lookup 4096 0 0
      load hpte[0][0][1] -> 5242943
      mmu.finish 4096 0 0 0 5242943 0 -> 1
    `,
    gives: 'done',
  },
  {
    says: 'an entry that is taken away before it is locked: a page fault',
    given: [...ran(0), ...tree, [entryRef(ptep), page5]],
    code: before(
      'cmpxchg',
      (cpu) => do_hash_fault(cpu, MM, read(PAGE), true),
      (cpu) => cpu.store(entryRef(ptep), 0),
    ),
    does: `
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      store entry[2][1] none
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|BUSY -> none
      load entry[2][1] -> none
      local_irq_restore
    `,
    gives: 'page fault',
  },
  {
    says: 'an entry that says hashed, and whose copy is gone, is inserted again',
    given: [...ran(0), ...tree, [entryRef(ptep), hashed5]],
    code: (cpu) => do_hash_fault(cpu, MM, read(PAGE), true),
    does: `
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|BUSY|HASHPTE -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load hpte[0][0][1] -> 0
      store hpte[0][0][1] 5242943
      store entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      local_irq_restore
    `,
    gives: 'again',
  },
  {
    says: 'a copy that is there is changed; after a fault for want of an entry no TLB is told',
    given: [...ran(0), ...tree, [entryRef(ptep), hashed5], [hpteOf(MM, 'pte', 1), inHash]],
    code: (cpu) => do_hash_fault(cpu, MM, read(PAGE), true),
    does: `
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> T2
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      load entry[2][1] -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|BUSY|HASHPTE -> P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load hpte[0][0][1] -> 5242943
      store hpte[0][0][1] 5242943
      store entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      local_irq_restore
    `,
    gives: 'again',
  },
  {
    says: 'a part of a huge page is inserted, and its deposited table says so',
    given: [...ran(0), ...hugeTree],
    code: (cpu) => do_hash_fault(cpu, MM, read(PAGE), true),
    does: `
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      cmpxchg entry[1][0] P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|BUSY -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      load slot table[1][0] -> 2
      load entry[2][1] -> none
      store hpte[0][1][1] 4194367
      store entry[2][1] HASHPTE
      fence (smp_wmb)
      store entry[1][0] P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      local_irq_restore
    `,
    gives: 'again',
    left: { 'T1[0]': 4198463, 'mm0.hpte of pages 2..3': 4194367, 'T2[1]': 4096 },
  },
  {
    says: 'a part that is there already is changed',
    given: [
      ...ran(0),
      ...hugeTree,
      [entryRef(pmdp), mkLeaf(4, HASHED)],
      [tableCells.entry(2, 1), F.HASHPTE],
      [hpteOf(MM, 'pmd', 1), mkLeaf(4, F.PRESENT | F.USER)],
    ],
    code: (cpu) => do_hash_fault(cpu, MM, write(PAGE), false),
    does: `
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      cmpxchg entry[1][0] P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|BUSY|HASHPTE -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load slot table[1][0] -> 2
      load entry[2][1] -> HASHPTE
      load hpte[0][1][1] -> 4194341
      store hpte[0][1][1] 4194367
      fence (ptesync)
      tlb.local asid 0 page 1 pmd ways:none
      fence (ptesync)
      fence (smp_wmb)
      store entry[1][0] P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      local_irq_restore
    `,
    gives: 'again',
  },
  {
    says: 'a part whose copy is gone is inserted again',
    given: [...ran(0), ...hugeTree, [entryRef(pmdp), mkLeaf(4, HASHED)], [tableCells.entry(2, 1), F.HASHPTE]],
    code: (cpu) => do_hash_fault(cpu, MM, read(PAGE), false),
    does: `
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      cmpxchg entry[1][0] P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|BUSY|HASHPTE -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      load slot table[1][0] -> 2
      load entry[2][1] -> HASHPTE
      load hpte[0][1][1] -> 0
      store hpte[0][1][1] 4194367
      store entry[2][1] HASHPTE
      fence (smp_wmb)
      store entry[1][0] P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|HASHPTE
      local_irq_restore
    `,
    gives: 'again',
  },
  {
    says: 'a huge PMD without a deposited table is a bug',
    given: [...ran(0), ...hugeTree, [hpte_slot_table(1, 0), 0]],
    code: (cpu) => do_hash_fault(cpu, MM, read(PAGE), false),
    does: `
      local_irq_save
      load mm.pgd[0] -> 3
      walk.lockless entry[3][0] pgd -> T1
      walk.lockless entry[1][0] pmd -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      load active_cpus[0] -> 1
      load mm_cpumask[0] -> {0}
      load entry[1][0] -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      cmpxchg entry[1][0] P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF|BUSY -> P4|PRESENT|WRITE|USER|ACCESSED|DIRTY|LEAF
      load slot table[1][0] -> 0
      bug (no page table was deposited for the huge PMD that is being hashed)
    `,
  },
  {
    says: 'a huge PMD that is busy is waited for',
    given: [...ran(0), ...hugeTree, [entryRef(pmdp), mkLeaf(4, USED | F.BUSY)]],
    code: before(
      'wait_clear',
      (cpu) => do_hash_fault(cpu, MM, read(PAGE), true),
      (cpu) => cpu.andnot(entryRef(pmdp), F.BUSY),
    ),
    gives: 'busy',
  },
  {
    says: 'a page is hashed ahead for reading, with interrupts off',
    given: [
      ...ran(0, 1),
      [entryRef(ptep), mkLeaf(5, F.PRESENT | F.USER | F.WRITE | F.HASHPTE)],
      [hpteOf(MM, 'pte', 1), inHash],
    ],
    code: (cpu) => hash_preload(cpu, MM, PAGE, ptep),
    does: `
      local_irq_save
      load active_cpus[0] -> 2
      load entry[2][1] -> P5|PRESENT|WRITE|USER|LEAF|HASHPTE
      cmpxchg entry[2][1] P5|PRESENT|WRITE|USER|LEAF|HASHPTE P5|PRESENT|WRITE|USER|ACCESSED|LEAF|BUSY|HASHPTE -> P5|PRESENT|WRITE|USER|LEAF|HASHPTE
      load hpte[0][0][1] -> 5242943
      store hpte[0][0][1] 5242925
      fence (ptesync)
      tlb.broadcast asid 0 page 1 pte ways:none to {0 1 2}
      tlb.sync (eieio; tlbsync; ptesync)
      store entry[2][1] P5|PRESENT|WRITE|USER|ACCESSED|LEAF|HASHPTE
      local_irq_restore
    `,
  },
]);

test('what each flush of radix is as an instruction', () => {
  const what = { asid: 0, start: 0, end: 1, leaves: ['pte'], walkCache: 'none' } as const;
  const number = (name: string): number =>
    name === 'POWER9_TLB_SETS_RADIX' ? 128 : name === 'CPU_FTR_P9_TLBIE_STQ_BUG' ? 1 : 2;
  const of = (does: string, more: object = {}): unknown =>
    radixInstructions({ does, what: { ...what, ...more } } as never, number);
  expect(of('sync')).toEqual({ tlbsync: 1, tlbie_ric0_prs1_r1: 3 });
  expect(of('root')).toEqual({});
  expect(of('broadcast')).toEqual({ tlbie_ric0_prs1_r1: 1 });
  expect(of('broadcast', { leaves: [] })).toEqual({ tlbie_ric1_prs1_r1: 1 });
  expect(of('broadcast', { walkCache: 'all', end: TLB_FLUSH_ALL })).toEqual({ tlbie_ric2_prs1_r1: 1 });
  expect(of('local')).toEqual({ tlbiel_ric0_prs1_r1: 1 });
  expect(of('local', { end: TLB_FLUSH_ALL })).toEqual({ tlbiel_ric0_prs1_r1: 128 });
  expect(of('local', { end: TLB_FLUSH_ALL, walkCache: 'all' })).toEqual({
    tlbiel_ric2_prs1_r1: 1,
    tlbiel_ric0_prs1_r1: 127,
  });
  expect(of('local', { end: TLB_FLUSH_ALL, leaves: [], walkCache: 'all' })).toEqual({
    tlbiel_ric1_prs1_r1: 1,
    tlbiel_ric0_prs1_r1: 0,
  });
});

test('what a guest asks the hypervisor for', () => {
  expect(hashHypercalls('flush_hash_page', 1)).toEqual({ 'hcall_entry:4': 1 });
  expect(hashHypercalls('flush_hash_range', 9)).toEqual({ 'hcall_entry:292': 3 });
  expect(hashHypercalls('flush_hash_hugepage', 8)).toEqual({ 'hcall_entry:292': 2 });
  expect(hashHypercalls('hpte_insert', 0)).toEqual({ 'hcall_entry:8': 1 });
  expect(hashHypercalls('hpte_updatepp', 1)).toEqual({ 'hcall_entry:24': 1 });
  expect(hashHypercalls('anything', 1)).toEqual({});
});

const config = {
  MMU_GATHER_RCU_TABLE_FREE: true,
  MMU_GATHER_PAGE_SIZE: true,
  MMU_GATHER_MERGE_VMAS: true,
  MMU_LAZY_TLB_SHOOTDOWN: true,
  TRANSPARENT_HUGEPAGE: true,
  HAVE_FAST_GUP: true,
  HAVE_ARCH_SOFT_DIRTY: true,
};
test('what radix is: Power ISA 3.1B, book III; asm/book3s/64/radix-64k.h', () => {
  expect(radix.machine).toMatchObject({
    geometry: { pageShift: 16, bits: { pgd: 13, p4d: 0, pud: 9, pmd: 9, pte: 5 } },
    memory: 'power',
    shootdown: 'broadcast',
    walkCache: true,
    hardwareAccessed: 'may',
    hardwareDirty: 'may',
    insufficientRights: { does: 'walks again', faultForgets: false },
    config,
    numbers: {
      tlb_single_page_flush_ceiling: 33,
      tlb_local_single_page_flush_ceiling: 256,
      CPU_FTR_P9_TLBIE_STQ_BUG: 1,
      CPU_FTR_P9_TLBIE_ERAT_BUG: 1,
      POWER9_TLB_SETS_RADIX: 128,
    },
    exploring: { tlb_single_page_flush_ceiling: 2, tlb_local_single_page_flush_ceiling: 3 },
    counted: {
      flushes: [
        'radix__flush_tlb_mm',
        '__flush_all_mm',
        'radix__flush_tlb_page_psize',
        '__radix__flush_tlb_range',
        '__radix__flush_tlb_range_psize',
        'radix__flush_tlb_collapsed_pmd',
      ],
      ipis: { do_exit_flush_lazy_tlb: 'lazyExitIpis', do_shoot_lazy_tlb: 'lazyExitIpis' },
    },
  });
});
test('what hash is: asm/book3s/64/hash-64k.h', () => {
  expect(hash.machine).toMatchObject({
    geometry: { pageShift: 16, bits: { pgd: 8, p4d: 0, pud: 10, pmd: 10, pte: 8 } },
    memory: 'power',
    shootdown: 'hash table',
    walkCache: false,
    hardwareAccessed: 'never',
    hardwareDirty: 'never',
    insufficientRights: { does: 'walks again', faultForgets: false },
    config,
    numbers: { PPC64_TLB_BATCH_NR: 192 },
    exploring: { PPC64_TLB_BATCH_NR: 2 },
    notCompared: F.BUSY | F.HASHPTE,
    counted: {
      flushes: ['flush_hash_hugepage', 'flush_hash_range', 'flush_hash_page'],
      ipis: { do_shoot_lazy_tlb: 'lazyExitIpis' },
    },
  });
});
test('what is compared with counts of real kernels', () => {
  for (const { machine } of [radix, hash])
    expect(machine.counted?.compared).toEqual([
      'serialize_against_pte_lookup',
      'do_serialize@other',
      'do_exit_flush_lazy_tlb@other',
      '__radix__flush_tlb_range_psize',
      'radix__flush_tlb_collapsed_pmd',
      'radix__flush_tlb_mm',
      'radix__flush_tlb_page',
      'radix__flush_tlb_page_psize',
      'radix__flush_tlb_range',
      'radix__flush_pmd_tlb_range',
      'radix__tlb_flush',
      'radix__pmdp_collapse_flush',
      'radix__pmdp_huge_get_and_clear',
      'insn:tlbie_ric0_prs1_r1@cpu0',
      'insn:tlbie_ric1_prs1_r1@cpu0',
      'insn:tlbie_ric2_prs1_r1@cpu0',
      'insn:tlbiel_ric0_prs1_r1@cpu0',
      'insn:tlbiel_ric1_prs1_r1@cpu0',
      'insn:tlbiel_ric0_prs1_r1@other',
      'insn:tlbiel_ric2_prs1_r1@other',
      'insn:tlbsync@cpu0',
      '__flush_tlb_pending',
      'flush_hash_range',
      'flush_hash_page',
      'flush_hash_hugepage',
      'flush_hash_table_pmd_range',
      'hpte_need_flush',
      'hpte_do_hugepage_flush',
      'hash__tlb_flush',
      'hash__pmdp_collapse_flush',
      'hash__pmdp_huge_get_and_clear',
      'hcall_entry:4',
      'hcall_entry:8',
      'hcall_entry:24',
      'hcall_entry:292',
    ]);
});
test('what each rule switches off', () => {
  const off = (arch: typeof radix): unknown => Object.fromEntries(arch.rules.map((rule) => [rule.name, rule.off]));
  const both = {
    sticky_mask: { with: ['ppc_cpus_leave_the_mask'] },
    gather_of_one_size: { config: { MMU_GATHER_PAGE_SIZE: false } },
  };
  expect(off(radix)).toEqual({
    ...both,
    local_flush: { with: ['radix_flushes_are_global'] },
    single_thread_detection: { with: ['radix_leaves_idle_cpus'] },
    flush_per_huge_page: { with: ['radix_zap_leaves_huge_translation'] },
    single_page_flush_ceiling: { numbers: { tlb_single_page_flush_ceiling: 2 ** 40 } },
    local_single_page_flush_ceiling: { numbers: { tlb_local_single_page_flush_ceiling: 2 ** 40 } },
    spurious_faults_need_no_flush: { with: ['radix_flushes_every_change'] },
    power9_errata: { numbers: { CPU_FTR_P9_TLBIE_STQ_BUG: 0, CPU_FTR_P9_TLBIE_ERAT_BUG: 0 } },
  });
  expect(off(hash)).toEqual({
    ...both,
    batch_of_192: { numbers: { PPC64_TLB_BATCH_NR: 2 ** 40 } },
    only_hashed_ptes: { with: ['hash_removes_every_entry'] },
    collapse_serializes: { with: ['hash_collapse_without_serialize'] },
  });
});
test('which changes are fixes', () => {
  const fixes = radix.history.filter(({ fix }) => fix).map(({ name }) => name);
  expect(fixes).toEqual(['ppc_clear_kicks_walkers', 'mce_reads_pte_with_interrupts_off']);
});
test('which change is in which release', () => {
  const known = (arch: typeof radix): unknown =>
    Object.fromEntries(
      arch.history.map(({ name, since, until, shipped }) => [name, shipped ?? `${since ?? ''}..${until ?? ''}`]),
    );
  const both = {
    ppc_clear_kicks_walkers: 'v4.1..v5.8',
    ppc_invalidate_kicks_walkers: '..v5.8',
    ppc_waits_for_mm_cpumask_only: 'v4.14..',
    ppc_walker_leaves_interrupts_on: 'never',
    ppc_invalidate_waits_first: 'never',
    ppc_waits_for_itself: 'never',
    mce_reads_pte_with_interrupts_off: 'v5.4..',
    ppc_soft_masked_interrupts: 'never',
    ppc_masked_interrupts_are_acknowledged: 'never',
    ppc_kvm_guest: 'never',
    kvm_inserts_without_retry: 'never',
    ppc_walkers_validate: 'v5.8..',
    ppc_cpus_leave_the_mask: 'never',
  };
  expect(known(radix)).toEqual({
    ...both,
    none_lacks_rights_only: 'v6.7..',
    radix_flushes_are_global: 'never',
    radix_leaves_idle_cpus: 'never',
    radix_flushes_every_change: 'never',
    radix_zap_leaves_huge_translation: '..v5.8',
    radix_collapse_serializes: '..v6.1',
  });
  expect(known(hash)).toEqual({ ...both, hash_removes_every_entry: 'never', hash_collapse_without_serialize: 'never' });
});
