/** Every change that an architecture knows: what its kernel may be with or without. */
import { GENERIC_CHANGES } from '../kernel/changes.ts';
import type { Change } from '../words/change.ts';
import type { ArchSpec } from './declaration.ts';
import { PROPOSALS } from './proposals.ts';

/** Those of generic code, those of its hooks, and its own, in the order in which their layers are stacked. */
export const changesKnownTo = ({ history }: Pick<ArchSpec, 'history'>): readonly Change[] => [
  ...GENERIC_CHANGES,
  ...PROPOSALS,
  ...history,
];
