/** Does user code reach a page that was freed? */
import { ghosts } from '../words/ghosts.ts';
import type { Watch } from './watch.ts';

export const pageLifetime: Watch = {
  claim: 'no user access reaches a page after it was freed',
  breach: 'page-uaf',
  ghosts: [ghosts.breach],
  kinds: ['mmu.lookup', 'mmu.finish'],
  holdsAfter: (facts) => facts.value(ghosts.breach(0)) === 0,
  explain: (_facts, step) => `cpu${step.cpu} reached a freed page through a translation that should be gone`,
};
