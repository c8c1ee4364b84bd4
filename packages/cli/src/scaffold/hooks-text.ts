/** The hooks of a new architecture: complete bodies of those that the kernel has none for. */
import type { Shootdown } from './machine-text.ts';
import { classOf, kernelFolderOf } from './names.ts';

/** Hooks that every architecture has to bring. */
export const REQUIRED = ['flush_tlb_page', 'flush_tlb_range', 'flush_tlb_mm'] as const;

export function hooksText(name: string, likeId: string, shootdown: Shootdown): string {
  return `/** The hooks of ${name}. */
${IMPORTS[shootdown]} from '@shootdown/core/plugin';

const TLBFLUSH = 'arch/${kernelFolderOf(name)}/include/asm/tlbflush.h';

// The three hooks that the kernel has no body for. They work as they stand, modelled like ${likeId}.
export class ${classOf(name)} implements ArchHooks {
  // TODO: what ${name} does for one page. It may leave upper levels that walks remember.
  @from('v6.1', TLBFLUSH, 'flush_tlb_page')
  *flush_tlb_page(cpu: Cpu, vma: Vma, addr: Va): Op {
    yield* flush(cpu, vma.mm, addr, addr + PAGE_SIZE(cpu.geometry), 'none');
  }

  // TODO: what ${name} does for a range. A table may have been taken out of it: what walks remember must go too.
  @from('v6.1', TLBFLUSH, 'flush_tlb_range')
  *flush_tlb_range(cpu: Cpu, vma: Vma, start: Va, end: Va): Op {
    yield* flush(cpu, vma.mm, start, end, 'range');
  }

  // TODO: what ${name} does for a whole address space.
  @from('v6.1', TLBFLUSH, 'flush_tlb_mm')
  *flush_tlb_mm(cpu: Cpu, mm: Mm): Op {
    yield* flush(cpu, mm, 0, TLB_FLUSH_ALL, 'all');
  }
}

${FLUSH[shootdown]}`;
}

const TYPES = ['ArchHooks', 'Cpu', 'Mm', 'Op', 'Va', 'Vma'].map((type) => `type ${type}`);
const IMPORTS: Readonly<Record<Shootdown, string>> = {
  broadcast: `import { ${['from', 'PAGE_SIZE', 'TLB_FLUSH_ALL', ...TYPES].join(', ')} }`,
  ipi: `import {\n${['cpuBit', 'from', 'ipiHandler', 'mmCells', 'PAGE_SIZE', 'TLB_FLUSH_ALL', 'type Info', 'type Invalidation', ...TYPES].map((one) => `  ${one},\n`).join('')}}`,
};

const FLUSH: Readonly<Record<Shootdown, string>> = {
  broadcast: `/** Every CPU does it, and this one waits until all have. Nobody is interrupted. */
function* flush(cpu: Cpu, mm: Mm, start: Va, end: Va, walkCache: 'none' | 'range' | 'all'): Op {
  yield* cpu.fence('smp_mb'); // stores to the tables are seen by every walker first
  yield* cpu.tlbi_broadcast({ asid: mm.id, start, end, leaves: ['pte', 'pmd'], walkCache });
  yield* cpu.tlbi_sync('sync');
}
`,
  ipi: `/** Interrupts every CPU that has used the address space, and waits until all of them, and this one, have done it. */
function* flush(cpu: Cpu, mm: Mm, start: Va, end: Va, walkCache: 'none' | 'range' | 'all'): Op {
  const what: Invalidation & Info = { asid: mm.id, start, end, leaves: ['pte', 'pmd'], walkCache };
  yield* cpu.fence('smp_mb'); // stores to the tables before the look at mm_cpumask: pairs with switch_mm
  const mask = yield* cpu.load(mmCells.cpumask(mm.id));
  yield* cpu.smp_send(mask, flush_tlb_func, what);
  if ((mask & cpuBit(cpu.id)) !== 0) yield* cpu.flush_local(what);
  yield* cpu.smp_wait(mask, 'every CPU that was interrupted has flushed');
}

const flush_tlb_func = ipiHandler('flush_tlb_func', (cpu, info) => cpu.flush_local(info as Invalidation & Info));
`,
};
