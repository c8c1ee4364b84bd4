/** All claims of all contracts, as they are asked. */
import { allHooks } from '../../src/contract/mm-hooks.ts';
import { sentencesOf } from '../../src/rig/claims.ts';

/** `hook: sentence` of every claim of one kind. */
export const claimsOf = (kind: 'must' | 'may'): string[] =>
  [...allHooks.values()].flatMap((hook) =>
    sentencesOf(hook)
      .filter((claim) => claim.kind === kind)
      .map(({ sentence }) => `${hook.hookName}: ${sentence}`),
  );
