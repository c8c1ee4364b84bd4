/** Did a search try all that there is to try? For questions about which code runs. */
import type { Exploration } from '@shootdown/explorer';
import { CRASHED } from '../machine/wild.ts';

/** True where nothing cut the search short and no code gave up. Where code crashed nothing lies behind: that it did is a finding of its own. */
export const triedAll = ({ outcome, gaveUp }: Exploration): boolean =>
  outcome === 'complete' && gaveUp.every(({ why }) => why === CRASHED);
