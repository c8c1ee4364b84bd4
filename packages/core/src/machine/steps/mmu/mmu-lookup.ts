import { flag, number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { HIT, RIGHTS_FAULT } from '../../../words/mmu-results.ts';
import type { InsufficientRights } from '../../../words/spec.ts';
import { hw } from '../../hardware.ts';
import { reader, type Parts } from '../../parts.ts';
import { walkStart } from '../../translation.ts';
import { makeAccess } from './access.ts';
import { forget, hits, keep, lacking, pageName, ruleOf } from './lookups.ts';
import { setOut } from './walk-start.ts';

/**
 * A user instruction asks the TLB. HIT: the access is made; RIGHTS_FAULT; or it misses, and the instruction goes on: where the walk starts,
 * or 0 when there is no root.
 * Source: Intel SDM vol. 3A, 4.10.2 and 4.10.4 (TLBs may be used as long as they are not invalidated; several translations of one
 * address); Arm ARM, D8 (TLB matching); Power ISA, book III, 6.7.
 */
export const mmu_lookup = stepKind('mmu.lookup', { va: number, write: flag, token: number }, (p: Parts) => ({
  choices: (o, store) => waysOf(hits(p, store, o).length, lacking(p, store, o)).length,
  apply(o, store, choice) {
    const found = hits(p, store, o);
    const way = waysOf(found.length, lacking(p, store, o))[choice] ?? 'walk';
    if (way === 'fault') {
      (ruleOf(p).faultForgets ? forget : keep)(p, store, o.cpu, o.va);
      return RIGHTS_FAULT;
    }
    const hit = way === 'walk' ? undefined : found[way];
    if (hit) {
      makeAccess(p, store, hit.level, hit.entry, o);
      return HIT;
    }
    reader(p).set(store, hw.inInsn(o.cpu), 1);
    return setOut(p, store, o.cpu, walkStart(p, store, o.cpu, o.va));
  },
  tell({ va, write, token }, observed) {
    const result =
      observed === HIT ? 'TLB hit' : observed === RIGHTS_FAULT ? 'not permitted by the TLB: page fault' : 'TLB miss';
    return `${write ? `store ${token} to` : 'load from'} ${pageName(p, va)}: ${result}`;
  },
}));

/** Ways a lookup may go: through one of the translations found (by number), to a page fault, or to memory. */
function waysOf(found: number, lacking: InsufficientRights['does']): readonly (number | 'fault' | 'walk')[] {
  const ways: (number | 'fault' | 'walk')[] = Array.from({ length: found }, (_, i) => i);
  if (found === 0 && lacking !== 'faults') ways.push('walk');
  if (lacking !== 'walks again') ways.push('fault');
  return ways;
}
