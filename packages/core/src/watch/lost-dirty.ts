/** Does the kernel know of every page that user code has written to? What it takes for clean, it may drop. */
import { pte_dirty } from '../words/entry.ts';
import type { Facts } from '../words/facts.ts';
import { ghosts } from '../words/ghosts.ts';
import { HPAGE_PMD_NR, PAGE_SIZE, roundDown } from '../words/geometry.ts';
import { pageCells, type Mm } from '../words/objects.ts';
import { mappedAreas, type Watch } from './watch.ts';

export const lostDirty: Watch = {
  claim: 'every page that user code stored to is known to be dirty',
  breach: 'lost-dirty',
  ghosts: [ghosts.modified],
  kinds: [],
  // Only once everything has ended: a flag may be on its way from an entry to its page.
  holdsAtEnd(seen) {
    const { facts } = seen;
    const size = PAGE_SIZE(facts.geometry);
    for (const vma of mappedAreas(seen)) {
      for (let va = vma.start; va < vma.end; va += size)
        if (facts.value(ghosts.modified(vma.mm.id, va / size)) !== 0 && !knownDirty(facts, vma.mm, va)) return false;
    }
    return true;
  },
};

/** By its entry, or by its page; also when it is not mapped any more. */
function knownDirty(facts: Facts, mm: Mm, va: number): boolean {
  const leaf = facts.mappedLeaf(mm, va);
  const frame = facts.mappedFrame(mm, va);
  if (leaf === undefined || frame === undefined || pte_dirty(leaf)) return true;
  const head = roundDown(frame, HPAGE_PMD_NR(facts.geometry));
  return facts.value(pageCells.dirty(frame)) !== 0 || (facts.value(pageCells.order(head)) > 0 && facts.value(pageCells.dirty(head)) !== 0);
}
