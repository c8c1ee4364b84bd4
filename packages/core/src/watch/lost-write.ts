/** Is every user store found again by later loads, whatever the kernel moved meanwhile? */
import { ghosts } from '../words/ghosts.ts';
import { PAGE_SIZE } from '../words/geometry.ts';
import { pageCells } from '../words/objects.ts';
import { mappedAreas, type Watch } from './watch.ts';

export const lostWrite: Watch = {
  claim: 'no user store is lost',
  breach: 'lost-write',
  ghosts: [ghosts.expected, ghosts.breach],
  kinds: ['mmu.lookup', 'mmu.finish'],
  holdsAfter: (facts) => facts.value(ghosts.breach(1)) === 0,
  holdsAtEnd(seen) {
    const { facts } = seen;
    const size = PAGE_SIZE(facts.geometry);
    for (const vma of mappedAreas(seen)) {
      for (let va = vma.start; va < vma.end; va += size) {
        const frame = facts.mappedFrame(vma.mm, va);
        const found = frame === undefined ? 0 : facts.value(pageCells.data(frame));
        if (found !== facts.value(ghosts.expected(vma.mm.id, va / size))) return false;
      }
    }
    return true;
  },
  explain: (_facts, step) => `cpu${step.cpu} read something else than what was stored last`,
};
