/** Where lanes stand on the screen, in pixels. */
import type { Lane } from '../model/lanes.ts';

/** Height of a row. */
export const ROW = 22;
const GUTTER = 46;
/** Width of a letter. */
const LETTER = 7.25;
const THIN = 22;
const NARROWEST = 120;
/** Words of a lane that is narrower may stand over its neighbours: no other step is on their row. */
const SPACIOUS = 210;
/** Room for the words of a narrow lane that has no thread beside it. */
const WORDS = 150;
const GAP = 8;
const IDLE = 78;

export interface Place {
  readonly x: number;
  readonly width: number;
  readonly thin: boolean;
  /** Where the words of its steps stand. */
  readonly textX: number;
  readonly textWidth: number;
}
export interface Places {
  of(process: string): Place;
  indent(depth: number): number;
  cpuOf(process: string): number;
  /** Where the words of a step stand: from the left, and how long they may be. */
  words(process: string, depth: number, letters: number): readonly [x: number, width: number];
  /** Words stand over neighbouring lanes. */
  readonly narrow: boolean;
  /** All lanes together. */
  readonly width: number;
}

/**
 * A narrow lane stands left of the thread of its CPU, and its words in the lane of that: a row has one step only.
 * @param depth of the deepest call stack
 */
export function placesOf(lanes: readonly Lane[], width: number, depth: number): Places {
  const mains = lanes.filter(({ kind }) => kind === 'main');
  const cpus = [...new Set(mains.map(({ cpu }) => cpu))];
  const thinOf = (cpu: number): Lane[] => lanes.filter((lane) => lane.kind === 'thin' && lane.cpu === cpu);
  const rest = lanes.filter((lane) => lane.kind === 'thin' && !cpus.includes(lane.cpu));
  const fixed =
    GUTTER +
    cpus.reduce((sum, cpu) => sum + thinOf(cpu).length * (THIN + 2) + GAP, 0) +
    rest.length * (THIN + WORDS + GAP);
  const idle = mains.filter((lane) => lane.idle).length;
  const room = width - fixed - idle * (IDLE + GAP);
  const wide = Math.max(NARROWEST, Math.floor(room / Math.max(1, mains.length - idle)));
  const places = new Map<string, Place>();
  let x = GUTTER;
  for (const cpu of cpus) {
    const thin = thinOf(cpu);
    const textX = x + thin.length * (THIN + 2);
    for (const lane of thin) {
      places.set(lane.process, { x, width: THIN, thin: true, textX: textX + 6, textWidth: wide - 8 });
      x += THIN + 2;
    }
    for (const lane of mains.filter((one) => one.cpu === cpu)) {
      const own = lane.idle ? IDLE : wide;
      places.set(lane.process, { x, width: own, thin: false, textX: x + 6, textWidth: own - 8 });
      x += own + GAP;
    }
  }
  for (const lane of rest) {
    places.set(lane.process, { x, width: THIN, thin: true, textX: x + THIN + 4, textWidth: WORDS });
    x += THIN + WORDS + GAP;
  }
  const step = Math.min(9, (wide * 0.3) / Math.max(1, depth));
  const nowhere: Place = { x: 0, width: 0, thin: true, textX: 0, textWidth: 0 };
  const of = (process: string): Place => places.get(process) ?? nowhere;
  const indent = (n: number): number => n * step;
  return {
    of,
    indent,
    cpuOf: (process) => lanes.find((lane) => lane.process === process)?.cpu ?? 0,
    words(process, level, letters) {
      const { textX, textWidth } = of(process);
      const from = textX + indent(level);
      if (wide >= SPACIOUS) return [from, Math.max(40, textWidth - indent(level) - 4)];
      const wanted = letters * LETTER + 8;
      const start = Math.max(GUTTER, Math.min(from, x - wanted));
      return [start, x - start];
    },
    narrow: wide < SPACIOUS,
    width: x,
  };
}
