/** Who holds and who waits after a step. */
import type { Trace } from '@shootdown/core';

/** Locks and sections, by who is in them. */
export function heldAt(
  { events, processes }: Trace,
  step: number,
): readonly { readonly process: string; readonly text: string; readonly cell?: string }[] {
  return processes.flatMap(({ name }) => {
    const last = events.findLast((event) => event.process === name && event.number <= step);
    return (last?.held ?? []).map(({ text, cell }) => ({ process: name, text, ...(cell !== undefined && { cell }) }));
  });
}

export const waitingAt = ({ waits }: Trace, step: number): Trace['waits'] =>
  waits.filter(({ from, until }) => from <= step && (until === undefined || step < until));
