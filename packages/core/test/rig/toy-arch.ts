/** The smallest complete architecture: every flush is a broadcast that is waited for. For tests of core with itself. */
import { arch } from '../../src/arch/arch.ts';
import type { ArchDeclaration, ArchSpec } from '../../src/arch/declaration.ts';
import { from } from '../../src/arch/from.ts';
import type { ArchHooks } from '../../src/arch/layer.ts';
import { TLB_FLUSH_ALL, type Va } from '../../src/words/address.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import { HPAGE_PMD_SIZE, PAGE_SIZE } from '../../src/words/geometry.ts';
import { entryRef, type Mm, type PmdSlot, type PteSlot, type Vma } from '../../src/words/objects.ts';
import type { MachineSpec } from '../../src/words/spec.ts';
import type { Op } from '@shootdown/explorer';
import type { Configuration, Scenario } from '../../src/workload/scenario.ts';
import { khugepaged_collapse, madvise_dontneed, munmap, user_load, user_store } from '../../src/kernel/index.ts';

export const machine: MachineSpec = {
  geometry: { pageShift: 12, bits: { pte: 9, pmd: 9, pud: 9, p4d: 0, pgd: 9 } },
  shootdown: 'broadcast',
  walkCache: true,
  hardwareAccessed: 'always',
  hardwareDirty: 'always',
  memory: 'arm',
  numbers: {},
  exploring: {},
  config: { MMU_GATHER_RCU_TABLE_FREE: true, TRANSPARENT_HUGEPAGE: true, HAVE_FAST_GUP: true },
  entryBits: {},
  cells: [],
};

export class Toy implements ArchHooks {
  @from('v6.1', 'arch/arm64/include/asm/tlbflush.h', 'flush_tlb_page')
  *flush_tlb_page(cpu: Cpu, vma: Vma, addr: Va): Op {
    yield* invalidate(cpu, vma.mm, addr, addr + PAGE_SIZE(cpu.geometry));
  }
  @from('v6.1', 'arch/arm64/include/asm/tlbflush.h', 'flush_tlb_range')
  *flush_tlb_range(cpu: Cpu, vma: Vma, start: Va, end: Va): Op {
    yield* invalidate(cpu, vma.mm, start, end);
  }
  @from('v6.1', 'arch/arm64/include/asm/tlbflush.h', 'flush_tlb_mm')
  *flush_tlb_mm(cpu: Cpu, mm: Mm): Op {
    yield* invalidate(cpu, mm, 0, TLB_FLUSH_ALL);
  }
  // The hardware sets accessed and dirty, so entries are taken out in one go.
  @from('v6.1', 'arch/arm64/include/asm/pgtable.h', 'ptep_get_and_clear')
  *ptep_get_and_clear(cpu: Cpu, _mm: Mm, _addr: Va, ptep: PteSlot): Op<number> {
    return yield* cpu.xchg(entryRef(ptep), 0);
  }
  @from('v6.1', 'arch/arm64/include/asm/pgtable.h', 'pmdp_huge_get_and_clear')
  *pmdp_huge_get_and_clear(cpu: Cpu, _mm: Mm, _addr: Va, pmdp: PmdSlot): Op<number> {
    return yield* cpu.xchg(entryRef(pmdp), 0);
  }
}

function* invalidate(cpu: Cpu, mm: Mm, start: Va, end: Va): Op {
  yield* cpu.tlbi_broadcast({ asid: mm.id, start, end, leaves: ['pte', 'pmd'], walkCache: 'range' });
  yield* cpu.tlbi_sync('dsb');
}

export const toyArch = (more: Partial<ArchDeclaration> = {}): ArchSpec =>
  arch({ id: 'toy', title: 'A toy', what: 'Broadcasts everything.', layers: [Toy], machine, ...more });

export const v6_1: Configuration = { release: 'v6.1', says: 'Linux 6.1' };

const story = (name: string, more: Partial<Scenario> & Pick<Scenario, 'threads'>): Scenario => ({
  name,
  title: name,
  cpus: 2,
  areas: [{ from: 0, to: 2, thp: 'never' }],
  asks: [],
  setup: [
    {
      cpu: 0,
      *does(cpu, s) {
        yield* user_store(cpu, s.page(0), 1);
        yield* user_store(cpu, s.page(1), 2);
      },
    },
  ],
  ...more,
});

/** User code stores while another CPU collapses, zaps, or unmaps. */
export const storeBeside = (what: 'collapse' | 'dontneed' | 'munmap', asks: readonly string[] = []): Scenario =>
  story(`store-beside-${what}`, {
    asks,
    threads: [
      {
        name: 'U',
        cpu: 0,
        runs: 0,
        *does(cpu, s) {
          yield* user_load(cpu, s.page(0));
          yield* user_store(cpu, s.page(1), 9);
        },
      },
      {
        name: 'K',
        cpu: 1,
        runs: 0,
        *does(cpu, s) {
          if (what === 'collapse') yield* khugepaged_collapse(cpu, s.mm, 0);
          else if (what === 'dontneed') yield* madvise_dontneed(cpu, s.mm, 0, HPAGE_PMD_SIZE(cpu.geometry));
          else yield* munmap(cpu, s.mm, 0, HPAGE_PMD_SIZE(cpu.geometry));
        },
      },
    ],
  });
