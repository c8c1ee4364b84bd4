/** asm/tlbflush.h: invalidations that hardware carries to every CPU. Nobody is interrupted, mm_cpumask is not looked at. */
import {
  blockOf,
  linux,
  operation,
  PAGE_SIZE,
  roundDown,
  TLB_FLUSH_ALL,
  type Cpu,
  type Level,
  type Mm,
  type Op,
  type Va,
  replaceable,
} from '@shootdown/core/plugin';

const TLBFLUSH = 'arch/arm64/include/asm/tlbflush.h';

/** Which entries a flush is for: the leaves only, or upper levels too (`any`); and of which level, where that is known (TTL). */
export interface Reach {
  readonly levels: 'last' | 'any';
  readonly ttl?: 'pte' | 'pmd';
}

const leavesOf = (reach: Reach): readonly Level[] => (reach.ttl ? [reach.ttl] : ['pte', 'pmd']);

/** TLBI VALE1IS (last level) or VAE1IS, for the pages from `start` to `end`: one instruction. */
function* tlbi(cpu: Cpu, mm: Mm, start: Va, end: Va, reach: Reach): Op {
  yield* cpu.tlbi_broadcast({
    asid: mm.id,
    start,
    end,
    leaves: leavesOf(reach),
    walkCache: reach.levels === 'last' && !cpu.has('arm64_flushes_upper_levels') ? 'none' : 'range',
  });
}

/** The invalidations that came before are complete on every CPU, and so are accesses that used what they removed. */
export const __tlbi_sync_s1ish = replaceable(linux('v6.1', TLBFLUSH, '__tlbi_sync_s1ish'), function* (cpu: Cpu): Op {
  yield* cpu.tlbi_sync('dsb(ish)');
});

/** Everything of an address space: one instruction, TLBI ASIDE1IS. */
export const flushAsid = operation(linux('v6.1', TLBFLUSH, 'flush_tlb_mm'), function* (cpu: Cpu, mm: Mm): Op {
  yield* cpu.fence('dsb(ishst)'); // stores to the tables are seen by every walker first
  yield* cpu.tlbi_broadcast({ asid: mm.id, start: 0, end: TLB_FLUSH_ALL, leaves: ['pte', 'pmd'], walkCache: 'all' });
  yield* __tlbi_sync_s1ish(cpu);
});

/** One page, leaves only: the tables that lead to it stay. */
export const flush_tlb_page_nosync = operation(
  linux('v6.1', TLBFLUSH, 'flush_tlb_page_nosync'),
  function* (cpu: Cpu, mm: Mm, uaddr: Va): Op {
    yield* cpu.fence('dsb(ishst)');
    yield* tlbi(cpu, mm, uaddr, uaddr + 1, { levels: 'last' });
  },
);

/** A range, in steps of `stride` bytes or with range operations; the whole ASID when it is too long for that. */
export const __flush_tlb_range = operation(
  linux('v6.1', TLBFLUSH, '__flush_tlb_range'),
  function* (cpu: Cpu, mm: Mm, from: Va, to: Va, stride: number, reach: Reach): Op {
    let start = roundDown(from, stride);
    const end = roundDown(to + stride - 1, stride);
    let pages = blockOf(cpu.geometry, 'pte', end - start);
    const ranges = cpu.number('system_supports_tlb_range') !== 0;
    const more = cpu.has('arm64_range_from_highest_scale') ? 1 : 0;
    if (
      (!ranges && cpu.reaches('MAX_TLBI_OPS', (end - start) / stride)) ||
      cpu.reaches('MAX_TLBI_RANGE_PAGES', pages - more)
    ) {
      yield* flushAsid(cpu, mm);
      return;
    }
    yield* cpu.fence('dsb(ishst)');
    // A range operation covers (num + 1) * 2 ** (5 * scale + 1) pages: the length is taken apart five bits at a time.
    const down = cpu.has('arm64_range_from_highest_scale');
    let scale = down ? 3 : 0;
    while (pages > 0) {
      if (!ranges || (down ? pages === 1 : pages % 2 === 1)) {
        yield* tlbi(cpu, mm, start, start + 1, reach);
        start += stride;
        pages -= stride / PAGE_SIZE(cpu.geometry);
        continue;
      }
      const unit = 2 ** (5 * scale + 1);
      const many = (down ? Math.min(Math.floor(pages / unit), 32) : Math.floor(pages / unit) % 32) * unit;
      if (many > 0) {
        yield* tlbi(cpu, mm, start, start + many * PAGE_SIZE(cpu.geometry), reach); // TLBI RVALE1IS, RVAE1IS
        start += many * PAGE_SIZE(cpu.geometry);
        pages -= many;
      }
      scale += down ? -1 : 1;
    }
    yield* __tlbi_sync_s1ish(cpu);
  },
);
