/** What a system that was made for a rule says of the engine that this module was imported with. */
import { EXPECTED, unexpected } from './expected.ts';
import { SHOWN, shownUnlike } from './shown.ts';

/** What differs, in words; undefined when nothing does. @param rule as `judges/mutate/rules.mjs` names it */
export const noticed = (rule: string): string | undefined =>
  SHOWN[rule] ? shownUnlike(SHOWN[rule]) : unexpected(EXPECTED[rule]!);
