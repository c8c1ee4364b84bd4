/** What arm64 did otherwise in older releases, and does otherwise in later ones. */
import {
  below,
  from,
  PAGE_SIZE,
  type Change,
  type Cpu,
  type Layer,
  type MmHooks,
  type Mm,
  type MmuGather,
  type Op,
  type Table,
  type Va,
} from '@shootdown/core/plugin';
import { Contpte } from './contpte.ts';
import { __flush_tlb_range, __tlbi_sync_s1ish } from './tlbflush.ts';

const TLB = 'arch/arm64/include/asm/tlb.h';

/** Each table is flushed for by itself when it is unhooked; the flush of the gather is for leaves only. */
class FreeHooksFlush implements Layer {
  constructor(@below() private readonly below: MmHooks) {}

  @from('v4.19', TLB, '__pte_free_tlb')
  *pte_free_tlb(cpu: Cpu, tlb: MmuGather, pgtable: Table, addr: Va): Op {
    yield* __flush_tlb_pgtable(cpu, tlb.mm, addr);
    yield* this.below.pte_free_tlb(cpu, tlb, pgtable, addr);
  }

  @from('v4.19', TLB, '__pmd_free_tlb')
  *pmd_free_tlb(cpu: Cpu, tlb: MmuGather, table: Table, addr: Va): Op {
    yield* __flush_tlb_pgtable(cpu, tlb.mm, addr);
    yield* this.below.pmd_free_tlb(cpu, tlb, table, addr);
  }

  @from('v4.19', TLB, '__pud_free_tlb')
  *pud_free_tlb(cpu: Cpu, tlb: MmuGather, table: Table, addr: Va): Op {
    yield* __flush_tlb_pgtable(cpu, tlb.mm, addr);
    yield* this.below.pud_free_tlb(cpu, tlb, table, addr);
  }

  @from('v4.19', TLB, 'tlb_flush')
  *tlb_flush(cpu: Cpu, tlb: MmuGather): Op {
    if (!tlb.fullmm)
      yield* __flush_tlb_range(cpu, tlb.mm, tlb.start, tlb.end, PAGE_SIZE(cpu.geometry), { levels: 'last' });
  }
}

/** The way to one table, on every CPU; waits. */
function* __flush_tlb_pgtable(cpu: Cpu, mm: Mm, uaddr: Va): Op {
  yield* cpu.tlbi_broadcast({ asid: mm.id, start: uaddr, end: uaddr + 1, leaves: ['pte', 'pmd'], walkCache: 'range' }); // VAE1IS
  yield* __tlbi_sync_s1ish(cpu);
}

export const history: readonly Change[] = [
  {
    name: 'arm64_access_flags_keep_dirty',
    commit: '66dbd6e61a52, 6d332747fa5f',
    year: 2017,
    since: 'v4.14',
    fix: true,
    says: 'Setting accessed and dirty adds to what hardware has set meanwhile; before, the whole entry was written.',
  },
  {
    name: 'arm64_free_hooks_flush',
    commit: 'removed by ace8cb754539 and f270ab88fdf2 (v4.20)',
    says: 'Unhooking a page table flushes the way to it at once, and the flush of the gather is for leaves only.',
    until: 'v4.20',
    layer: FreeHooksFlush,
  },
  {
    name: 'arm64_contpte',
    commit: '4602e5757bcc and those around it',
    says: 'Entries that map a part of one huge page in a row are marked as a block; changing one of them unfolds the block, with a flush.',
    since: 'v6.9',
    layer: Contpte,
  },
  {
    name: 'arm64_range_from_highest_scale',
    commit: 'e2768b798a19',
    says: 'A range is taken apart from the biggest operation down, and a single page comes last; before, the other way round.',
    since: 'v6.9',
  },
  // What it would be without one of its rules.
  {
    name: 'arm64_flushes_upper_levels',
    commit: 'none',
    shipped: 'never',
    says: 'Every flush drops what walks remember of upper levels.',
  },
];
