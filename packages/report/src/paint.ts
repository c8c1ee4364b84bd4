/** Colours, and the only place that knows there are any. */
import pc from 'picocolors';
import type { Look } from './report.ts';

export type Ink = (text: string) => string;
export interface Paint {
  readonly bad: Ink;
  readonly good: Ink;
  readonly warn: Ink;
  readonly dim: Ink;
  readonly bold: Ink;
}

export function paintOf(look: Pick<Look, 'colour'>): Paint {
  const c = pc.createColors(look.colour);
  return { bad: (s) => c.bold(c.red(s)), good: c.green, warn: c.yellow, dim: c.dim, bold: c.bold };
}
