/** Claims of two hooks of which one calls the other: each is judged by what happened since it was entered itself. */
import { expect, test } from '@jest/globals';
import type { Layer } from '../../src/arch/layer.ts';
import { flush_tlb_range } from '../../src/contract/hooks/index.ts';
import { exploreSync, rig } from '../../src/testing.ts';
import type { Va } from '../../src/words/address.ts';
import { ipiHandler, type Cpu } from '../../src/words/cpu.ts';
import { HPAGE_PMD_SIZE } from '../../src/words/geometry.ts';
import { entryRef, type PmdSlot, type Vma } from '../../src/words/objects.ts';
import type { Op } from '@shootdown/explorer';
import { storeBeside, Toy, toyArch, v6_1 } from './toy-arch.ts';

const interrupt = (cpu: Cpu): Op => cpu.smp_call_function_many(cpu.online, ipiHandler('kick'), {});

/** Interrupts everybody, and then calls a flush that interrupts nobody. */
class OuterInterrupts implements Layer {
  *pmdp_collapse_flush(cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot): Op<number> {
    const pmd = yield* cpu.xchg(entryRef(pmdp), 0);
    yield* interrupt(cpu);
    yield* flush_tlb_range(cpu, vma, address, address + HPAGE_PMD_SIZE(cpu.geometry));
    return pmd;
  }
}
/** The flush interrupts, and so does whoever calls it. */
class InnerInterrupts implements Layer {
  *flush_tlb_range(cpu: Cpu): Op {
    yield* interrupt(cpu);
  }
}

const sentence = 'the other CPUs were interrupted';
const asks = [`pmdp_collapse_flush: ${sentence}`, `flush_tlb_range: ${sentence}`];

test.each([
  ['the outer one interrupts before it calls the inner one', OuterInterrupts, { outer: true, inner: false }],
  ['the inner one interrupts', InnerInterrupts, { outer: true, inner: true }],
  ['neither does', class implements Layer {}, { outer: false, inner: false }],
])('%s', (_name, layer, { outer, inner }) => {
  const found = exploreSync(rig(toyArch({ layers: [Toy, layer] }), storeBeside('collapse', asks), v6_1).system, {
    stopAtFirst: false,
    maxStates: 1e6,
  });
  const always = (claim: string): boolean | undefined => {
    const tally = found.tally.find((t) => t.claim === claim);
    return tally && tally.held > 0 !== tally.failed > 0 ? tally.held > 0 : undefined;
  };
  expect(found.outcome).toBe('complete');
  expect({ outer: always(asks[0]!), inner: always(asks[1]!) }).toEqual({ outer, inner });
});
