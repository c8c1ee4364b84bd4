/** Colours, and the only place that knows there are any. */
import pc from 'picocolors';
import type { RenderOptions } from './report.ts';

export type Accent = (text: string) => string;
export interface Style {
  readonly bad: Accent;
  readonly good: Accent;
  readonly warn: Accent;
  readonly dim: Accent;
  readonly bold: Accent;
}

export function styleOf(options: Pick<RenderOptions, 'colour'>): Style {
  const c = pc.createColors(options.colour);
  return { bad: (s) => c.bold(c.red(s)), good: c.green, warn: c.yellow, dim: c.dim, bold: c.bold };
}
