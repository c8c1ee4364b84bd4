/** What threads have read and go on to work with, where another process changes it behind their backs. */
import type { Trace } from '@shootdown/core';
import type { Referent, State } from './states.ts';

export interface Held {
  readonly kind: 'read';
  readonly process: string;
  readonly cell: string;
  /** At which step. */
  readonly step: number;
  readonly text: string;
  readonly refers?: Referent;
  readonly flags?: readonly string[];
  /** What stands there now, where that is something else. */
  readonly stale?: string;
}

export function inHand({ overtaken, events, cells }: Trace, states: readonly State[], step: number): readonly Held[] {
  const last = new Map<string, Held>();
  for (const { cell, read, changed, readAgain } of overtaken) {
    const process = events[read - 1]?.process ?? '';
    const own = events.findLast((event) => event.process === process)?.number ?? 0;
    // Until it looks again, or has come to its end.
    if (read > step || step > own || (readAgain !== undefined && readAgain <= step)) continue;
    const { text = 'none', refers, flags } = states[read]?.get(cell) ?? {};
    const now = states[step]?.get(cell)?.text ?? (cells[cell]?.shape === 'entry' ? 'none' : '0');
    last.set(`${process} ${cell}`, {
      kind: 'read',
      process,
      cell,
      step: read,
      text,
      ...(refers && { refers }),
      ...(flags && { flags }),
      ...(changed <= step && now !== text && { stale: `${cell} is ${now}` }),
    });
  }
  return [...last.values()];
}
