import { cpusOf } from '../../../words/address.ts';
import { cpuMask, record } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import { reader, type Parts } from '../../parts.ts';
import { idOfList, listAt } from '../memory/lists.ts';
import { invalidationOf, showInvalidation } from './invalidations.ts';

/**
 * The CPUs of the mask will drop translations; when, is open until `tlb.sync`: TLBI with IS, tlbie, INVLPGB.
 * Source: Arm ARM, D8 (TLB maintenance, completion); Power ISA, book III, 6.9.3; AMD APM vol. 2, 5.5.3.
 */
export const tlb_broadcast = stepKind('tlb.broadcast', { what: record, to: cpuMask }, (p: Parts) => ({
  apply({ cpu, what, to }, store) {
    const { get, set } = reader(p);
    for (const id of cpusOf(to)) {
      const queue = hw.broadcast(cpu, id);
      set(store, queue, idOfList(p, [...listAt(p, get(store, queue)), what]));
    }
    return 0;
  },
  enqueues: ({ cpu, to }) => cpusOf(to).map((id) => p.layout.cell(hw.broadcast(cpu, id))),
  tell: ({ what }) => `broadcasts: drop translations of ${showInvalidation(p, invalidationOf(p, what))}`,
}));
