/** Sorts a trace into one lane per CPU, and folds what only one CPU ever looks at. */
import type { Trace, TraceEvent } from '@shootdown/core';

/** A column of the picture. */
export interface Lane {
  readonly key: string;
  /** `CPU0 G`. */
  readonly title: string;
}

/** A step, or several folded into one line. */
export interface Row {
  readonly first: number;
  readonly last: number;
  readonly lane: string;
  /** `<irq>`, `<tlb>`, or nothing for the thread of that CPU. */
  readonly tag: string;
  readonly process: string;
  /** The innermost function that all its steps are inside of; empty outside of any. */
  readonly inside: string;
  /** The one step of it; absent when several are folded. */
  readonly event?: TraceEvent;
}

const isRcu = (process: string): boolean => process === 'rcu';
const laneOf = (event: Pick<TraceEvent, 'process' | 'cpu'>): string =>
  isRcu(event.process) ? 'rcu' : `cpu${event.cpu}`;
/** RCU has a lane of its own, and needs no tag. */
const tagOf = (trace: Trace, process: string): string => {
  const does = trace.processes.find(({ name }) => name === process)?.does;
  return does === undefined || isRcu(process) ? '' : `<${does}>`;
};

/** Every CPU that has a thread, others and RCU when something happens there; RCU last. */
export function lanesOf(trace: Trace): Lane[] {
  const busy = new Set(trace.events.map(laneOf));
  const lanes = new Map<string, Lane>();
  const inOrder = trace.processes.toSorted((a, b) => Number(isRcu(a.name)) - Number(isRcu(b.name)) || a.cpu - b.cpu);
  for (const { name, cpu, role } of inOrder) {
    const key = laneOf({ process: name, cpu });
    const isThread = role === 'main';
    if (!isThread && !busy.has(key)) continue;
    const title = isRcu(name) ? 'RCU' : `CPU${cpu}${isThread ? ` ${name}` : ''}`;
    if (isThread || !lanes.has(key)) lanes.set(key, { key, title });
  }
  return [...lanes.values()];
}

/** Fewer steps than this in a row are not worth folding. */
const WORTH_FOLDING = 3;

/**
 * The steps in order. Unless all are wanted, runs of steps of one process are folded that touch nothing another process
 * touches, wait for nobody and break nothing; the step before another process takes over stays.
 */
export function rowsOf(trace: Trace, show: 'all' | 'relevant'): Row[] {
  const { events } = trace;
  const relevant = show === 'all' ? () => true : relevance(trace);
  const rows: Row[] = [];
  for (let i = 0; i < events.length;) {
    let end = i;
    while (end < events.length && events[end]!.process === events[i]!.process && !relevant(events[end]!)) end++;
    // The last step of a turn shows where the process stands while others run.
    if (end > i && events[end]?.process !== events[i]!.process) end--;
    if (end - i >= WORTH_FOLDING) {
      rows.push(fold(trace, events.slice(i, end)));
      i = end;
    } else rows.push(fold(trace, [events[i++]!]));
  }
  return rows;
}

function fold(trace: Trace, events: readonly TraceEvent[]): Row {
  const [first, last] = [events[0]!, events.at(-1)!];
  const common = first.where.filter((_, depth) =>
    events.every((e) => e.where.slice(0, depth + 1).join() === first.where.slice(0, depth + 1).join()),
  );
  const inside = common.at(-1) ?? '';
  return {
    first: first.number,
    last: last.number,
    lane: laneOf(first),
    tag: tagOf(trace, first.process),
    process: first.process,
    inside,
    ...(events.length === 1 ? { event: first } : {}),
  };
}

/** A step matters when it waits, breaks something, changes a cell that another process names, or names one that another changes. */
function relevance({ events }: Trace): (event: TraceEvent) => boolean {
  const changers = new Map<string, Set<string>>();
  const users = new Map<string, Set<string>>();
  const note = (book: Map<string, Set<string>>, cell: string, process: string): void =>
    void book.set(cell, (book.get(cell) ?? new Set()).add(process));
  for (const event of events) for (const { cell } of event.changes) note(changers, cell, event.process);
  const named = (event: TraceEvent): string[] => event.cells.filter((cell) => changers.has(cell));
  for (const event of events)
    for (const cell of [...named(event), ...event.changes.map((c) => c.cell)]) note(users, cell, event.process);
  const another = (book: Map<string, Set<string>>, cell: string, process: string): boolean =>
    [...(book.get(cell) ?? [])].some((p) => p !== process);
  return (event) =>
    event.why !== undefined ||
    event.broken.length > 0 ||
    event.changes.some(({ cell }) => another(users, cell, event.process)) ||
    named(event).some((cell) => another(changers, cell, event.process));
}
