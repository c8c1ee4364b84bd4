/** The steps that matter to what broke, each in one sentence. */
import type { Trace } from '@shootdown/core';

type Event = Trace['events'][number];

/** One step of the story. */
export interface Beat {
  readonly step: number;
  /** `reads`: and is overtaken; `overtakes`; `cause`: what the claim is about; `breaks`. */
  readonly role: 'reads' | 'overtakes' | 'cause' | 'breaks';
  readonly text: string;
  /** Cells that it is about. */
  readonly cells: readonly string[];
}

/** What is broken in a trace, first of all, and at which step; without a step: where everything has ended. */
export interface Breach {
  readonly claim: string;
  readonly seen?: string;
  readonly step?: number;
  readonly because: readonly { readonly cell: string; readonly step?: number }[];
}

export function breachOf({ events, brokenAtEnd, stuck, loop }: Trace): Breach | undefined {
  for (const { broken, number } of events) if (broken[0]) return { because: [], ...broken[0], step: number };
  if (brokenAtEnd[0]) return { because: [], ...brokenAtEnd[0] };
  if (stuck.length > 0)
    return {
      claim: 'nobody waits for ever',
      because: [],
      seen: stuck.map(({ process, waitsFor }) => `${process} waits for ever: ${waitsFor}`).join('; '),
    };
  return (
    loop && {
      claim: 'nobody waits for ever',
      because: [],
      step: loop.from,
      seen: `from step ${loop.from} on the same steps happen again and again`,
    }
  );
}

/** At most so many overtaken reads are told: the last ones decide. */
const TOLD = 4;

/** In the order of the steps. */
export function storyOf(trace: Trace): readonly Beat[] {
  const breach = breachOf(trace);
  const beats = new Map<number, Beat>();
  const eventOf = (step: number): Event | undefined => trace.events[step - 1];
  const add = (step: number, role: Beat['role'], cells: readonly string[], text: (event: Event) => string): void => {
    const event = eventOf(step);
    const before = beats.get(step);
    if (!event || before?.role === 'breaks') return;
    beats.set(step, {
      step,
      role,
      text: before && role !== 'breaks' ? before.text : text(event),
      cells: [...new Set([...(before?.cells ?? []), ...cells])],
    });
  };
  for (const { cell, read, changed, goesOn } of mattering(trace, breach)) {
    add(read, 'reads', [cell], (event) => `${who(event)}: ${event.text}`);
    add(
      changed,
      'overtakes',
      [cell],
      (event) =>
        `${who(event)} ${changeOf(event, cell)}. ${eventOf(read)?.process ?? ''} does not know: it goes on at step ${goesOn}`,
    );
  }
  for (const { cell, step } of breach?.because ?? [])
    if (step !== undefined) add(step, 'cause', [cell], (event) => `${who(event)} ${changeOf(event, cell)}`);
  for (const { cell, step } of breach?.step === undefined ? [] : behind(trace, breach.step))
    add(step, 'cause', [cell], (event) => `${who(event)} ${changeOf(event, cell)}`);
  if (breach?.step !== undefined)
    add(breach.step, 'breaks', eventOf(breach.step)?.cells ?? [], (event) => `${who(event)}: ${event.text}`);
  return [...beats.values()].sort((a, b) => a.step - b.step);
}

/**
 * What made the cells what they were when a step broke on them: who else changed them last; and, where they are entries of a table, who
 * took that table out of the tree.
 */
function behind({ events, cells, initial }: Trace, broken: number): { readonly cell: string; readonly step: number }[] {
  const { process, cells: named } = events[broken - 1]!;
  const tables = new Set(named.flatMap((cell) => (cells[cell]?.region === 'entry' ? [cells[cell].at[0]] : [])));
  const points = new Map(initial.map(({ cell, refers }) => [cell, refers]));
  const found = new Map<string, number>();
  for (const event of events.slice(0, broken - 1))
    for (const { cell, refers } of event.changes) {
      const before = points.get(cell);
      points.set(cell, refers);
      if (event.process === process) continue;
      if (named.includes(cell)) found.set(cell, event.number);
      const unlinks = before?.to === 'table' && tables.has(before.n) && refers?.n !== before.n;
      if (unlinks && cells[cell]?.region === 'entry') found.set(cell, event.number);
    }
  return [...found].map(([cell, step]) => ({ cell, step }));
}

/** Reads of entries and counts count before those of anything else; of too many the last ones are kept. */
function mattering({ overtaken, cells }: Trace, breach: Breach | undefined): Trace['overtaken'] {
  const end = breach?.step ?? Infinity;
  const told = overtaken.filter(({ changed }) => changed <= end);
  const weight = (cell: string): number =>
    cells[cell]?.shape === 'entry' ? 2 : ['refcount', 'mapcount', 'data'].includes(cells[cell]?.region ?? '') ? 1 : 0;
  return told
    .toSorted(
      (a, b) =>
        weight(b.cell) - weight(a.cell) || Number(a.readAgain ?? 0) - Number(b.readAgain ?? 0) || b.changed - a.changed,
    )
    .slice(0, TOLD);
}

const who = ({ process, where }: Event): string => (where.length > 0 ? `${process} in ${where.at(-1)}` : process);

function changeOf(event: Event, cell: string): string {
  const change = event.changes.find((one) => one.cell === cell);
  if (!change || change.ghost) return `: ${event.text}`.replace(/^: /, '');
  return `changes ${cell}: ${change.from} → ${change.to}`;
}
