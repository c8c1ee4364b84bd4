/** Does a CPU hold translations of two sizes for one address? */
import { region } from '../words/cells.ts';
import { frameOf } from '../words/entry.ts';
import type { Facts } from '../words/facts.ts';
import { blockOf, HPAGE_PMD_SIZE, PAGE_SIZE, roundDown, spaceOf } from '../words/geometry.ts';
import type { Step } from '@shootdown/explorer';
import type { Watch } from '../words/watch.ts';
import { follow } from './notes.ts';
import { pagesIn } from './pages.ts';

/**
 * This CPU removes the page. A zap that holds mmap_lock for reading empties the huge PMD first and flushes last: a fault may bring
 * small pages in between, beside huge translations that are dropped before the removal returns. Not every architecture may.
 */
const removing = region('ghost.removal under way', ['cpu', 'mm', 'block'], { shape: 'flag', ghost: true });

/** Steps that fill the TLB; their first operand is the address. */
const FILLS = ['mmu.finish', 'mmu.fill'];

interface Twice {
  readonly cpu: number;
  readonly va: number;
}

export const tlbMultihit: Watch = {
  claim: 'no CPU holds translations of two sizes for one address',
  breach: 'tlb-multihit',
  ghosts: [removing],
  follows: {
    steps: follow({
      'ghost.removal': (book, { mm, ...range }, cpu) =>
        pagesIn(book.facts.geometry, range).forEach((page) => book.note(removing(cpu, mm.id, page), 1)),
      'ghost.removed': (book, { mm, ...range }, cpu) =>
        pagesIn(book.facts.geometry, range).forEach((page) => book.note(removing(cpu, mm.id, page), 0)),
    }),
  },
  kinds: [...FILLS, 'ghost.removed'],
  holdsAfter: (facts, step) => twice(facts, step) === undefined,
  explain(facts, step) {
    const { cpu, va } = twice(facts, step) ?? { cpu: step.cpu, va: 0 };
    const held = facts
      .remembered(cpu, va)
      .map(({ level, entry }) => `P${frameOf(entry)} (${level === 'pmd' ? 'huge' : 'small'})`);
    return `CPU${cpu} holds ${held.join(' and ')} for page ${va / PAGE_SIZE(facts.geometry)}`;
  },
};

/** Around the address that was filled, or anywhere once a removal is over. */
function twice(facts: Facts, step: Step): Twice | undefined {
  if (!FILLS.includes(step.kind)) return inRange(facts, facts.cpus, 0, spaceOf(facts.geometry));
  const size = HPAGE_PMD_SIZE(facts.geometry);
  const start = roundDown(step.args[0] ?? 0, size);
  return inRange(facts, [step.cpu], start, start + size);
}

function inRange(facts: Facts, cpus: readonly number[], start: number, end: number): Twice | undefined {
  for (const cpu of cpus) {
    const mm = facts.loaded(cpu);
    for (let va = start; mm && va < end; va += PAGE_SIZE(facts.geometry)) {
      const page = blockOf(facts.geometry, 'pte', va);
      if (
        facts.remembered(cpu, va).length > 1 &&
        (facts.twoSizes === 'never' || facts.cpus.every((other) => facts.value(removing(other, mm.id, page)) === 0))
      )
        return { cpu, va };
    }
  }
  return undefined;
}
