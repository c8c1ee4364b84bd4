/** What a CPU does with a write that the translation it remembers does not permit, and which kernels that forgives. */
import { describe, expect, test } from '@jest/globals';
import type { Layer } from '../../src/arch/layer.ts';
import { flush_tlb_page } from '../../src/contract/hooks/index.ts';
import { mm_find_pmd, user_load, user_store } from '../../src/kernel/index.ts';
import { byFrames, exploreSync, rig, USUAL_REDUCTIONS, type ArchSpec } from '../../src/testing.ts';
import type { Va } from '../../src/words/address.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import { F, tableOf, type Pte } from '../../src/words/entry.ts';
import { entryRef, tableCells, type PteSlot, type Vma } from '../../src/words/objects.ts';
import type { InsufficientRights } from '../../src/words/spec.ts';
import type { Op } from '@shootdown/explorer';
import type { Scenario } from '../../src/workload/scenario.ts';
import { relaxedBeside } from '../contract-bugs/stories.ts';
import { machine, Toy, toyArch, v6_1 } from '../rig/toy-arch.ts';

/** Adds rights to an entry and leaves what CPUs remember as it is; a fault that finds nothing to do does nothing either. */
class NeverFlushes implements Layer {
  *ptep_set_access_flags(cpu: Cpu, _vma: Vma, _addr: Va, ptep: PteSlot, entry: Pte): Op<boolean> {
    const old = yield* cpu.read_entry(ptep);
    if (old === entry) return false;
    yield* cpu.or(entryRef(ptep), entry & (F.ACCESSED | F.WRITE | F.DIRTY));
    return true;
  }
  *flush_tlb_fix_spurious_fault(): Op {}
}
/** The same, but for the CPU that finds nothing to do. */
class FlushesWhenNothingIsToDo extends NeverFlushes {
  override *flush_tlb_fix_spurious_fault(cpu?: Cpu, vma?: Vma, addr?: Va): Op {
    yield* flush_tlb_page(cpu!, vma!, addr!);
  }
}

const on = (insufficientRights: InsufficientRights | undefined, layers: readonly (new () => Layer)[]): ArchSpec =>
  toyArch({ layers: [Toy, ...layers], machine: { ...machine, ...(insufficientRights && { insufficientRights }) } });
function how(spec: ArchSpec, story: Scenario = relaxedBeside): string {
  const found = exploreSync(
    rig(spec, story, v6_1).system,
    { stopAtFirst: true, maxStates: 2e4, reduce: USUAL_REDUCTIONS },
    byFrames(),
  );
  return found.neverEnds ? 'never ends' : found.outcome;
}

const RULES: readonly InsufficientRights[] = (['walks again', 'faults', 'may fault'] as const).flatMap((does) =>
  [true, false].map((faultForgets) => ({ does, faultForgets })),
);

describe.each(RULES)('a CPU that $does, and whose fault forgets: $faultForgets', (rule) => {
  const endless = rule.does !== 'walks again' && !rule.faultForgets;
  test(`${endless ? 'never gets on' : 'gets on'} where nobody flushes what was relaxed`, () => {
    expect(how(on(rule, [NeverFlushes]))).toBe(endless ? 'never ends' : 'complete');
  });
  if (!endless) return;
  test('gets on where the change flushes, and where the fault that finds nothing to do does', () => {
    expect([how(on(rule, [])), how(on(rule, [FlushesWhenNothingIsToDo]))]).toEqual(['complete', 'complete']);
  });
});

test('of hardware that nothing is said of the worst is taken', () =>
  expect(how(on(undefined, [NeverFlushes]))).toBe('never ends'));

/** A store to a page that this CPU remembers as read-only, while memory lets it write. */
const stale: Scenario = {
  ...relaxedBeside,
  cpus: 1,
  threads: [
    {
      name: 'A',
      cpu: 0,
      runs: 0,
      *does(cpu, s) {
        const way = yield* cpu.user_access({ va: 0, kind: 'write', token: 5 });
        yield* cpu.bug_on(way === 'fault', 'it faults');
        yield* user_load(cpu, s.page(1));
      },
    },
  ],
};
test('a fault comes of what is remembered: memory may permit the access', () => {
  const relaxed: Scenario = {
    ...stale,
    setup: [
      ...relaxedBeside.setup,
      { cpu: 0, does: (cpu, s) => user_store(cpu, s.page(1), 3) },
      {
        cpu: 0,
        *does(cpu) {
          yield* writable(cpu);
        },
      },
    ],
  };
  const broken = (rule: InsufficientRights): string[] =>
    exploreSync(rig(on(rule, []), relaxed, v6_1).system, { stopAtFirst: true, maxStates: 1e4 }).violations.map(
      (v) => v.claim,
    );
  expect(broken({ does: 'walks again', faultForgets: false })).toEqual([]);
  expect(broken({ does: 'faults', faultForgets: false })).toEqual(['no BUG_ON fires']);
  expect(broken({ does: 'may fault', faultForgets: true })).toEqual(['no BUG_ON fires']);
});
/** Behind the kernel's back. */
function* writable(cpu: Cpu): Op {
  const pmdp = yield* mm_find_pmd(cpu, { id: 0 }, 0);
  const pmd = yield* cpu.read_entry(pmdp!);
  yield* cpu.or(tableCells.entry(tableOf(pmd), 0), F.WRITE | F.DIRTY);
}
