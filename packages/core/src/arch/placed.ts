/** Changes that nobody wrote yet: a kick or a flush more, in a place that is named. For finding out which places suffice. */
import { flush_tlb_mm } from '../contract/hooks/index.ts';
import { allHooks } from '../contract/mm-hooks.ts';
import { Mistake, type Op, didYouMean } from '@shootdown/explorer';
import { without } from '../words/address.ts';
import { ipiHandler, type Cpu } from '../words/cpu.ts';
import type { Mm } from '../words/objects.ts';
import type { Place } from '../words/place.ts';
import type { Change } from '../words/change.ts';
import { below } from './below.ts';

/** `kick.pmdp_huge_get_and_clear`, `kick.pmdp_huge_get_and_clear.zap_huge_pmd`: no colon, so that it may stand in a token. */
export const nameOfPlace = ({ what, after, in: inside }: Place): string =>
  `${what}.${after}${inside === undefined ? '' : `.${inside}`}`;

/**
 * Reads a place as `nameOfPlace` writes it.
 * @throws Mistake SD_BAD_SCENARIO
 */
export function readPlace(text: string): Place {
  const [, what, after, inside] = /^(kick|flush)\.(\w+)(?:\.(\w+))?$/.exec(text) ?? [];
  if (after === undefined)
    throw new Mistake(
      'SD_BAD_SCENARIO',
      `"${text}" is no place.`,
      'A place reads kick.HOOK, flush.HOOK, or either with .OPERATION behind it: only within that operation.',
    );
  if (!allHooks.has(after)) {
    const close = didYouMean(after, allHooks.keys());
    throw new Mistake(
      'SD_UNKNOWN_HOOK_NAME',
      `there is no hook ${after}.`,
      close ? `Did you mean ${close}?` : 'See: npx shootdown list hooks.',
    );
  }
  return { what: what as Place['what'], after, ...(inside === undefined ? {} : { in: inside }) };
}

const kick = ipiHandler('kick');

function* doAt(cpu: Cpu, { what }: Place, subject: unknown): Op {
  if (what === 'kick') {
    yield* cpu.fence('smp_mb');
    yield* cpu.smp_call_function_many(without(cpu.online, cpu.id), kick, {});
    return;
  }
  // The first argument of a hook is an address space, an area of one, or a gather for one.
  const mm = (subject as { readonly mm?: Mm }).mm ?? (subject as Mm);
  yield* flush_tlb_mm(cpu, mm);
}

/** The place as a change on top of an architecture's hooks. */
export function changeAt(place: Place): Change {
  class Placed {
    constructor(readonly hooks: Readonly<Record<string, (cpu: Cpu, ...args: readonly unknown[]) => Op<unknown>>>) {}
  }
  Object.defineProperty(Placed.prototype, place.after, {
    configurable: true,
    value: function* (this: Placed, cpu: Cpu, ...args: readonly unknown[]): Op<unknown> {
      const result = yield* this.hooks[place.after]!(cpu, ...args);
      if (place.in === undefined || cpu.inside(place.in)) yield* doAt(cpu, place, args[0]);
      return result;
    },
  });
  below()(Placed, undefined, 0);
  return {
    name: nameOfPlace(place),
    commit: 'none',
    shipped: 'never',
    says: `A ${place.what} more, behind ${place.after}.`,
    layer: Placed,
  };
}
