/** Finds values that a process read and that another changed while the first was still at work with them: what most races are made of. */
import type { Overtaken, Trace, TraceEvent } from '../api/trace.ts';

type Told = Pick<Trace, 'processes' | 'events'>;

/**
 * Reads of main processes that another process overtook: it changed the cell while who had read it was in the same operation still.
 * Locks and messages are not asked: waiting for them is what they are for.
 * @param isMessage does a cell of that name only carry what one process tells another?
 */
export function overtakenIn(trace: Told, isMessage: (cell: string) => boolean): Overtaken[] {
  const mains = new Set(trace.processes.filter(({ role }) => role === 'main').map(({ name }) => name));
  const found: Overtaken[] = [];
  for (const [i, write] of trace.events.entries())
    for (const { cell, ghost } of write.changes) {
      if (ghost || isMessage(cell)) continue;
      for (const process of mains) {
        if (process === write.process) continue;
        const read = lastRead(trace.events.slice(0, i), process, cell);
        const later = trace.events.slice(i).filter((event) => event.process === process);
        const [next] = later;
        if (!read || !next || read.where.length === 0 || next.where[0] !== read.where[0]) continue;
        const again = later.find((event) => reads(event, cell))?.number;
        found.push({
          cell,
          read: read.number,
          changed: write.number,
          goesOn: next.number,
          ...(again !== undefined && { readAgain: again }),
        });
      }
    }
  return found;
}

const reads = (event: TraceEvent, cell: string): boolean =>
  event.cells.includes(cell) && !event.changes.some((change) => change.cell === cell);

/** The last read of the cell, unless its process changed the cell since, or another did: that was found already. */
function lastRead(before: readonly TraceEvent[], process: string, cell: string): TraceEvent | undefined {
  for (const event of before.toReversed()) {
    if (event.changes.some((change) => change.cell === cell)) return undefined;
    if (event.process === process && reads(event, cell)) return event;
  }
  return undefined;
}
