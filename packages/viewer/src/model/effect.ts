/** What one call of a function does: the state in which it is entered, the state in which it is left, and what changed between. */
import type { Trace } from '@shootdown/core';

type Event = Trace['events'][number];

/** A call, from its first step to its last. */
export interface Effect {
  readonly process: string;
  readonly first: number;
  readonly last: number;
  /** What its own steps changed, and what the hardware did that they asked for; each cell once, from what it was to what it became. */
  readonly changes: Event['changes'];
}

/** The call of a function that changes most of the page tables and of what CPUs remember of them; undefined where none is in the trace. */
export function effectOf(trace: Trace, name: string): Effect | undefined {
  const calls = callsOf(trace, name);
  const weightOf = (call: Effect): number =>
    call.changes.filter(({ cell }) => DRAWN.has(trace.cells[cell]?.region ?? '')).length;
  const most = Math.max(0, ...calls.map(weightOf));
  return calls.find((call) => weightOf(call) === most);
}

/** Regions that the picture of the tables shows. */
const DRAWN = new Set(['entry', 'tlb', 'walk cache', 'mm.pgd', 'table.life', 'page.life', 'refcount', 'mapcount']);

function callsOf({ events, waits, processes }: Trace, name: string): Effect[] {
  const calls: Effect[] = [];
  const hardware = new Set(processes.filter(({ role }) => role !== 'main').map((one) => one.name));
  for (const process of new Set(events.map((event) => event.process))) {
    const own = events.filter((event) => event.process === process);
    for (let i = 0; i < own.length; i++) {
      const depth = own[i]!.where.indexOf(name);
      if (depth < 0) continue;
      let end = i;
      // As long as the stack up to it is the same, it is the same call.
      const stack = own[i]!.where.slice(0, depth + 1).join(' ');
      while (own[end + 1]?.where.slice(0, depth + 1).join(' ') === stack) end++;
      const [first, last] = [own[i]!.number, own[end]!.number];
      const asked = new Set(waits.filter((wait) => wait.process === process).flatMap(({ on }) => on));
      const within = events.filter(
        (event) =>
          event.number >= first &&
          event.number <= last &&
          (event.process === process || (hardware.has(event.process) && asked.has(event.process))),
      );
      calls.push({ process, first, last, changes: merged(within) });
      i = end;
    }
  }
  return calls.sort((a, b) => a.first - b.first);
}

/** Each cell once: from before the first change to after the last. What is as it was at the end is left out. */
function merged(events: readonly Event[]): Event['changes'] {
  const found = new Map<string, Event['changes'][number]>();
  for (const { changes } of events)
    for (const change of changes) {
      const before = found.get(change.cell);
      found.set(change.cell, before ? { ...change, from: before.from, before: before.before } : change);
    }
  return [...found.values()].filter(({ from, to, ghost }) => from !== to && !ghost);
}
