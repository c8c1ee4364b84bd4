/** The small tree of explorations: two entries a table, upper levels folded. */
import type { Geometry, Level } from '../words/geometry.ts';
import { Mistake } from '@shootdown/explorer';
import { LEVELS } from '../words/geometry.ts';

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
