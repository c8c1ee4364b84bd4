/** The small tree of explorations: two entries a table, upper levels folded. */
import type { Geometry, Level } from '../words/geometry.ts';
import { Mistake } from '@shootdown/explorer';
import { entriesOf, LEVELS, walkLevels } from '../words/geometry.ts';
import type { Scenario } from '../workload/scenario.ts';

const SMALL: Readonly<Record<Level, number>> = { pte: 1, pmd: 1, pud: 0, p4d: 0, pgd: 1 };

/** The default small tree, with the index bits that a scenario changes. */
export function smallGeometry(change: Partial<Readonly<Record<Level, number>>> = {}): Geometry {
  for (const [level, bits] of Object.entries(change))
    if (!LEVELS.includes(level as Level) || !Number.isInteger(bits) || bits < 0 || bits > 9)
      throw new Mistake(
        'SD_BAD_SCENARIO',
        `geometry.${level} is ${bits}.`,
        `Levels are ${LEVELS.join(', ')}; index bits go from 0 (folded) to 9.`,
      );
  return { pageShift: 12, bits: { ...SMALL, ...change } };
}

/** Entries of a table of each level, from the top down, such as `2x2x2`. */
export function geometryOf(scenario: Pick<Scenario, 'geometry'>): string {
  const g = smallGeometry(scenario.geometry);
  return walkLevels(g)
    .map((level) => entriesOf(g, level))
    .join('x');
}
