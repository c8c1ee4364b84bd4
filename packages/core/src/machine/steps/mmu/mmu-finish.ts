import { withFlags } from '../../../words/entry.ts';
import { AGAIN, FLAG_FAULT, HIT } from '../../../words/mmu-results.ts';
import { flag, level, maybeCell, number } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { reader, type Parts } from '../../parts.ts';
import { frameAt } from '../../translation.ts';
import { makeAccess } from './access.ts';
import { mayBeLeft } from './flags.ts';
import { endInstruction, pageName, tlbAt } from './lookups.ts';

/**
 * A walk ends: sets accessed and dirty if the entry is still what was read (AGAIN where not), or leaves that to software (FLAG_FAULT);
 * fills the TLB and makes the access (HIT). `at` is the entry, where flags are to be set.
 * Source: Intel SDM vol. 3A, 4.8; Arm ARM, D8 (hardware management of the Access flag and dirty state); Power ISA, book III, 6.7.12.
 */
export const mmu_finish = stepKind(
  'mmu.finish',
  { at: maybeCell, va: number, write: flag, token: number, level, entry: number, flags: number },
  (p: Parts) => ({
    choices: ({ flags }) => (mayBeLeft(p, flags) ? 2 : 1),
    apply(o, store, choice) {
      const { cpu, at, va, flags } = o;
      let { entry } = o;
      if (flags !== 0) {
        if (choice === 1) {
          endInstruction(p, store, cpu);
          return FLAG_FAULT;
        }
        if (at === undefined) throw new Error('a walk that sets flags has to say where');
        if (store.get(at) !== entry) return AGAIN;
        entry = withFlags(entry, flags);
        store.set(at, entry);
      }
      reader(p).set(store, tlbAt(p, store, cpu, o.level, va), entry);
      makeAccess(p, store, o.level, entry, o);
      endInstruction(p, store, cpu);
      return HIT;
    },
    tell({ va, write, token, level: of, entry }, observed) {
      if (observed === AGAIN) return 'the entry changed under the walk: walk again';
      if (observed === FLAG_FAULT) return 'the hardware leaves the flag to software: fault';
      const access = write ? `stores ${token} to` : 'loads from';
      return `fills the TLB and ${access} ${pageName(p, va)} in P${frameAt(p, of, entry, va)}`;
    },
  }),
);
