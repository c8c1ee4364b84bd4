/** Does a CPU hold translations of two sizes for one address? */
import { frameOf } from '../words/entry.ts';
import type { Facts } from '../words/facts.ts';
import { HPAGE_PMD_SIZE, PAGE_SIZE, roundDown } from '../words/geometry.ts';
import type { Step } from '../words/step.ts';
import type { Watch } from './watch.ts';

/** Steps that fill the TLB; their first operand is the address. */
const FILLS = ['mmu.finish', 'mmu.fill'];

export const tlbMultihit: Watch = {
  claim: 'no CPU holds translations of two sizes for one address',
  breach: 'tlb-multihit',
  ghosts: [],
  kinds: FILLS,
  holdsAfter: (facts, step) => twice(facts, step) === undefined,
  explain(facts, step) {
    const va = twice(facts, step) ?? 0;
    const held = facts.remembered(step.cpu, va).map(({ level, entry }) => `P${frameOf(entry)} (${level === 'pmd' ? 'huge' : 'small'})`);
    return `CPU${step.cpu} holds ${held.join(' and ')} for page ${va / PAGE_SIZE(facts.geometry)}`;
  },
};

/** An address of the huge range around the one that was filled. */
function twice(facts: Facts, step: Step): number | undefined {
  const size = HPAGE_PMD_SIZE(facts.geometry);
  const start = roundDown(step.args[0] ?? 0, size);
  for (let va = start; va < start + size; va += PAGE_SIZE(facts.geometry)) if (facts.remembered(step.cpu, va).length > 1) return va;
  return undefined;
}
