/**
 * Changes of generic code that no release has, on every architecture. Here the proposals of 2019 to count walkers without locks, so that
 * nobody is interrupted when nobody walks: each is a layer over the hooks that the architecture has. Beside them, ways to move page tables.
 */
import { serialize_against_pte_lookup } from '../contract/hooks/index.ts';
import type { MmHooks } from '../contract/mm-hooks.ts';
import { cpuBit, cpusOf, without, type CpuMask, type Va } from '../words/address.ts';
import { ipiHandler, type Cpu } from '../words/cpu.ts';
import type { Pmd } from '../words/entry.ts';
import { currentCells, mmCells, type Mm, type PmdSlot } from '../words/objects.ts';
import type { Op } from '@shootdown/explorer';
import type { Change } from '../words/change.ts';
import { below } from './below.ts';
import { from } from './from.ts';
import type { Layer } from './layer.ts';
import { RELOCATION_CHANGES } from './relocations.ts';

const PGTABLE = 'arch/powerpc/mm/book3s64/pgtable.c';
const do_serialize = ipiHandler('do_serialize');
/** Every bit of a counter. */
const ANY = 0xffff;

/** The full barriers of both sides: without one, a walker and an updater may each miss the other. */
function* walkerBarrier(cpu: Cpu): Op {
  if (!cpu.has('walk_count_without_walker_barrier')) yield* cpu.fence('smp_mb');
}
function* updaterBarrier(cpu: Cpu): Op {
  if (!cpu.has('walk_count_without_updater_barrier')) yield* cpu.fence('smp_mb');
}

class WalkersCountedPerMm implements Layer {
  @from('v5.4', PGTABLE, 'start_lockless_pgtbl_walk')
  *register_lockless_pgtable_walker(cpu: Cpu, mm: Mm): Op {
    yield* cpu.add(mmCells.lockless_pgtbl_walkers(countedIn(cpu, mm).id), 1);
    yield* walkerBarrier(cpu);
  }

  @from('v5.4', PGTABLE, 'stop_lockless_pgtbl_walk')
  *deregister_lockless_pgtable_walker(cpu: Cpu, mm: Mm): Op {
    yield* walkerBarrier(cpu);
    yield* cpu.add(mmCells.lockless_pgtbl_walkers(countedIn(cpu, mm).id), -1);
  }

  // All CPUs, where the proposal had mm_cpumask: so that the count alone decides.
  @from('v5.4', PGTABLE, 'serialize_against_pte_lookup')
  *serialize_against_pte_lookup(cpu: Cpu, mm: Mm): Op {
    yield* updaterBarrier(cpu);
    const walkers = mmCells.lockless_pgtbl_walkers(mm.id);
    if (cpu.has('serializer_spins_for_walkers')) {
      yield* cpu.wait_clear(walkers, ANY, 'no walk of the address space is counted');
      return;
    }
    const running = yield* cpu.load(walkers);
    if (running === 0) return;
    yield* cpu.smp_call_function_many(without(cpu.online, cpu.id), do_serialize, {});
  }
}

const countedIn = (cpu: Cpu, mm: Mm): Mm => (cpu.has('walk_count_of_current_mm') ? (cpu.mm ?? mm) : mm);

class WalkersCountedPerCpu implements Layer {
  // No atomic operation: only this CPU writes to its counter, and its interrupts leave it as they found it.
  @from('v5.4', PGTABLE, 'begin_lockless_pgtbl_walk')
  *register_lockless_pgtable_walker(cpu: Cpu, _mm: Mm): Op {
    yield* count(cpu, 1);
    yield* walkerBarrier(cpu);
  }

  @from('v5.4', PGTABLE, 'end_lockless_pgtbl_walk')
  *deregister_lockless_pgtable_walker(cpu: Cpu, _mm: Mm): Op {
    yield* walkerBarrier(cpu);
    yield* count(cpu, -1);
  }

  @from('v5.4', PGTABLE, 'serialize_against_pte_lookup')
  *serialize_against_pte_lookup(cpu: Cpu, _mm: Mm): Op {
    yield* updaterBarrier(cpu);
    const asked = cpu.has('walk_count_read_on_own_cpu') ? [cpu.id] : cpusOf(without(cpu.online, cpu.id));
    let walking: CpuMask = 0;
    for (let i = 0; i < asked.length; i++) {
      const walkers = yield* cpu.load(currentCells.lockless_pgtbl_walkers(asked[i]!));
      if (walkers !== 0) walking |= cpuBit(asked[i]!);
    }
    if (walking !== 0) yield* cpu.smp_call_function_many(walking, do_serialize, {});
  }
}

function* count(cpu: Cpu, n: number): Op {
  const walkers = yield* cpu.load(currentCells.lockless_pgtbl_walkers(cpu.id));
  yield* cpu.store(currentCells.lockless_pgtbl_walkers(cpu.id), walkers + n);
}

class ClearSerializes implements Layer {
  constructor(@below() private readonly below: MmHooks) {}
  @from('v5.4', 'arch/powerpc/mm/book3s64/pgtable.c', 'pmdp_huge_get_and_clear')
  *pmdp_huge_get_and_clear(cpu: Cpu, mm: Mm, addr: Va, pmdp: PmdSlot): Op<Pmd> {
    const old = yield* this.below.pmdp_huge_get_and_clear(cpu, mm, addr, pmdp);
    yield* serialize_against_pte_lookup(cpu, mm);
    return old;
  }
}

const proposal = (name: string, says: string, layer?: Change['layer']): Change => ({
  name,
  commit: 'none',
  shipped: 'never',
  says,
  ...(layer ? { layer } : {}),
});

/** Below the changes of an architecture, above its layers. */
export const PROPOSALS: readonly Change[] = [
  proposal(
    'walkers_counted_per_mm',
    'Walks without locks are counted in their address space, atomically; serializing interrupts nobody while the count is 0.',
    WalkersCountedPerMm,
  ),
  proposal(
    'walkers_counted_per_cpu',
    'Walks without locks are counted on their CPU, not atomically; serializing interrupts the CPUs whose count is not 0.',
    WalkersCountedPerCpu,
  ),
  proposal(
    'clearing_a_huge_pmd_serializes',
    'Clearing a huge PMD calls serialize_against_pte_lookup on every architecture, as powerpc did from 4.1 to 5.7.',
    ClearSerializes,
  ),
  proposal(
    'walk_count_without_walker_barrier',
    'The walker has no full barrier between its count and its first read of an entry.',
  ),
  proposal(
    'walk_count_without_updater_barrier',
    'The updater has no full barrier between its change of an entry and its look at the count.',
  ),
  proposal('walk_count_of_current_mm', 'A walk is counted in current->mm, whatever address space it walks.'),
  proposal('walk_count_read_on_own_cpu', 'Serializing looks at the count of its own CPU only.'),
  proposal('serializer_spins_for_walkers', 'Serializing waits until the count is 0, and interrupts nobody.'),
  ...RELOCATION_CHANGES,
];
