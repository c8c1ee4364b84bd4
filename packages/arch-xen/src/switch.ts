/** Coming to a tree and leaving it, where "load the root" is a request that may wait in a batch. */
import {
  cpuBit,
  cpusOf,
  ipiHandler,
  linux,
  mmCells,
  operation,
  switch_mm,
  type Cpu,
  type CpuMask,
  type Mm,
  type Op,
  type Source,
  type Table,
} from '@shootdown/core/plugin';
import { guest } from './cells.ts';
import { Hypervisor, LAZY } from './hypervisor.ts';

const mmu_pv = (symbol: string): Source => linux('v6.1', 'arch/x86/xen/mmu_pv.c', symbol);
const xen = new Hypervisor(); // holds nothing: any one will do

/** In place of a load of CR3. The kernel's own note changes at once; the register when the request is made. */
export const xen_write_cr3 = operation(mmu_pv('xen_write_cr3'), function* (cpu: Cpu, table: Table, asid: number): Op {
  yield* cpu.store(guest.xen_cr3(cpu.id), table);
  yield* xen.issue(cpu, { op: 'new_baseptr', table, asid }, LAZY.CPU);
});

/** In a context switch the load of the root waits for the end, so that all requests of the switch are made together. */
export const paravirt_start_context_switch = operation(
  linux('v6.1', 'arch/x86/kernel/paravirt.c', 'paravirt_start_context_switch'),
  function* (cpu: Cpu): Op {
    yield* cpu.store(guest.lazy_mode(cpu.id), LAZY.CPU);
  },
);

export const xen_end_context_switch = operation(
  linux('v6.1', 'arch/x86/xen/enlighten_pv.c', 'xen_end_context_switch'),
  function* (cpu: Cpu): Op {
    yield* xen.xen_mc_flush(cpu);
    yield* cpu.store(guest.lazy_mode(cpu.id), LAZY.NONE);
  },
);

/** Gets every CPU off a tree that is about to be unpinned, and waits for that. */
export const xen_drop_mm_ref = operation(mmu_pv('xen_drop_mm_ref'), function* (cpu: Cpu, mm: Mm): Op {
  const pgd = yield* cpu.load(mmCells.pgd(mm.id));
  yield* dropHere(cpu, mm, pgd);
  // Whoever has switched away is out of mm_cpumask, but its request may still wait: ask for what Xen was told last.
  const onIt = cpu.has('xen_drops_by_mm_cpumask')
    ? yield* cpu.load(mmCells.cpumask(mm.id))
    : yield* cpusReallyOn(cpu, pgd);
  yield* cpu.smp_call_function_many(onIt, drop_mm_ref_this_cpu, { mm: mm.id, pgd });
});

function* cpusReallyOn(cpu: Cpu, pgd: Table): Op<CpuMask> {
  const all = cpusOf(cpu.online);
  let mask = 0;
  for (let i = 0; i < all.length; i++) {
    const root = yield* cpu.load(guest.xen_current_cr3(all[i]!));
    if (root === pgd) mask |= cpuBit(all[i]!);
  }
  return mask;
}

export const drop_mm_ref_this_cpu = ipiHandler('drop_mm_ref_this_cpu', (cpu, info) =>
  dropHere(cpu, { id: info['mm'] as number }, info['pgd'] as Table),
);

function* dropHere(cpu: Cpu, mm: Mm, pgd: Table): Op {
  // leave_mm: the CPU has it loaded for a kernel thread. Linux asks loaded_mm, which says the same with interrupts off.
  const loaded = yield* cpu.load(guest.xen_cr3(cpu.id));
  if (loaded === pgd) yield* switch_mm(cpu, mm, undefined);
  const really = yield* cpu.load(guest.xen_current_cr3(cpu.id));
  if (really === pgd) yield* xen.xen_mc_flush(cpu);
}
