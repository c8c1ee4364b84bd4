/** Is a page that fast GUP pinned still the page that the process maps there? */
import { cpusOf } from '../words/address.ts';
import { ghosts } from '../words/ghosts.ts';
import { PAGE_SIZE } from '../words/geometry.ts';
import { mappedAreas, type Watch } from './watch.ts';

export const stalePin: Watch = {
  claim: 'a pinned page is the page that the process maps',
  breach: 'stale-pin',
  ghosts: [ghosts.pinned],
  kinds: [],
  // Only scenarios in which nobody unmaps on purpose may ask this.
  holdsAtEnd(seen) {
    const { facts } = seen;
    const size = PAGE_SIZE(facts.geometry);
    for (const vma of mappedAreas(seen)) {
      for (let va = vma.start; va < vma.end; va += size)
        for (const cpu of cpusOf(facts.online)) {
          const pin = facts.value(ghosts.pinned(cpu, va / size));
          if (pin !== 0 && facts.mappedFrame(vma.mm, va) !== pin - 1) return false;
        }
    }
    return true;
  },
};
