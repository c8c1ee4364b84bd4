/** C as the grammar gives it. */
import type { Numeral } from './numbers.ts';

export type Expression =
  | { readonly number: Numeral }
  | { readonly name: string }
  | { readonly at: Expression }
  | { readonly addressOf: Expression }
  | { readonly not: Expression }
  | { readonly cast: string; readonly of: Expression }
  | { readonly op: string; readonly a: Expression; readonly b: Expression }
  | { readonly call: string; readonly args: readonly Expression[] };

export type Statement =
  | { readonly do: 'block'; readonly statements: readonly Statement[] }
  | {
      readonly do: 'declare';
      readonly variables: readonly { readonly name: string; readonly type: string; readonly value?: Expression }[];
    }
  | { readonly do: 'assign'; readonly to: Expression; readonly value: Expression }
  | { readonly do: 'evaluate'; readonly value: Expression }
  | { readonly do: 'if'; readonly test: Expression; readonly then: Statement; readonly otherwise: Statement };

/** The parts of an expression, as they are computed. */
export function partsOf(e: Expression): readonly Expression[] {
  if ('at' in e) return [e.at];
  if ('addressOf' in e) return [e.addressOf];
  if ('not' in e) return [e.not];
  if ('cast' in e) return [e.of];
  if ('op' in e) return [e.a, e.b];
  return 'call' in e ? e.args : [];
}
