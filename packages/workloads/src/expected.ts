/** Reference verdicts of the races and of what their texts say about variations of them, from the data files. */
import { readFileSync } from 'node:fs';
import type { Expected, ExpectedRow } from '@shootdown/core';

/** A sentence of the text of a race about a variation of it, and the verdict that follows from it before the fix. */
interface Told {
  /** `race.word` */
  readonly id: string;
  readonly kind: 'variant' | 'mutation' | 'control';
  readonly says: string;
  /** What goes wrong, where it is something else than in the race. */
  readonly violated?: readonly string[];
  /** `same`: as the race; a verdict: wherever the reference has one of the race; else by architecture, or as another race. */
  readonly expect: 'same' | 'clean' | 'violates' | { readonly as: string } | Readonly<Record<string, Expected>>;
}

const read = <T>(file: string): T => JSON.parse(readFileSync(new URL(`../data/${file}`, import.meta.url), 'utf8')) as T;
/** Races of the reference, and races that are told here besides, in the same form. */
const cases = [...read<readonly ExpectedRow[]>('cases.json'), ...read<readonly ExpectedRow[]>('added.json')];
const rowOf = (id: string): ExpectedRow => {
  const row = cases.find((one) => one.id === id);
  if (!row) throw new Error(`the reference has no race ${id}`);
  return row;
};

function variation({ id, expect, violated }: Told): ExpectedRow {
  const race = rowOf(id.split('.')[0] ?? id);
  const applies = (stated: (arch: string, before: Expected) => Expected): Record<string, Expected> =>
    Object.fromEntries(
      Object.entries(race.expect_before_fix).map(([arch, before]) => [
        arch,
        before === 'n/a' ? 'n/a' : stated(arch, before),
      ]),
    );
  const before =
    expect === 'same'
      ? race.expect_before_fix
      : typeof expect === 'string'
        ? applies((_arch, before) => (before === 'unstated' ? before : expect))
        : 'as' in expect
          ? rowOf(expect['as']).expect_before_fix
          : applies((arch) => expect[arch] ?? 'unstated');
  return { ...race, id, expect_before_fix: before, ...(violated ? { violated } : {}) };
}

/** One row a race, and one a variation; `audit_note` of a row corrects its text. */
export const expected: readonly ExpectedRow[] = [...cases, ...read<readonly Told[]>('variations.json').map(variation)];
