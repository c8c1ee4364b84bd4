/** The lines of a picture from top to bottom: functions that are entered, steps, and runs of steps that are folded. */
import type { Trace } from '@shootdown/core';
import type { Beat } from './story.ts';

type Event = Trace['events'][number];

export type Row =
  | {
      readonly kind: 'enter';
      readonly process: string;
      readonly names: readonly string[];
      readonly depth: number;
      readonly step: number;
    }
  | {
      readonly kind: 'step';
      readonly process: string;
      readonly event: Event;
      readonly depth: number;
      readonly step: number;
    }
  | {
      readonly kind: 'fold';
      readonly process: string;
      readonly from: number;
      readonly to: number;
      readonly inside: string;
      readonly depth: number;
      readonly step: number;
    };

/** A function on the call stack, from the line at which it is entered to the last one within it. */
export interface Box {
  readonly process: string;
  readonly name: string;
  readonly depth: number;
  readonly from: number;
  readonly to: number;
}

/** `story`: only what matters to the breach; `shared`: what concerns another CPU too; `all`. */
export type Detail = 'story' | 'shared' | 'all';

const WORTH_FOLDING = 3;

/** @param open runs that are unfolded, by their first step */
export function rowsOf(
  trace: Trace,
  story: readonly Beat[],
  detail: Detail,
  open: ReadonlySet<number>,
): readonly Row[] {
  const { events } = trace;
  const shown = detail === 'all' ? () => true : relevance(trace, story, detail);
  const rows: Row[] = [];
  const stacks = new Map<string, readonly string[]>();
  const enter = (event: Event): number => {
    const before = stacks.get(event.process) ?? [];
    const same = common(before, event.where);
    const names = event.where.slice(same);
    if (names.length > 0) rows.push({ kind: 'enter', process: event.process, names, depth: same, step: event.number });
    stacks.set(event.process, event.where);
    return event.where.length;
  };
  for (let i = 0; i < events.length;) {
    const first = events[i]!;
    let end = i;
    while (end < events.length && events[end]!.process === first.process && !shown(events[end]!)) end++;
    if (end - i >= WORTH_FOLDING && !open.has(first.number)) {
      const run = events.slice(i, end);
      const inside = run.reduce<readonly string[]>(
        (stack, { where }) => stack.slice(0, common(stack, where)),
        first.where,
      );
      // What a run enters and leaves again is folded with it.
      const before = stacks.get(first.process) ?? [];
      const kept = common(before, inside);
      const names = inside.slice(kept);
      if (names.length > 0)
        rows.push({ kind: 'enter', process: first.process, names, depth: kept, step: first.number });
      stacks.set(first.process, inside);
      rows.push({
        kind: 'fold',
        process: first.process,
        from: first.number,
        to: run.at(-1)!.number,
        inside: inside.at(-1) ?? '',
        depth: inside.length,
        step: first.number,
      });
      i = end;
      continue;
    }
    const until = Math.max(end, i + 1);
    for (; i < until; i++) {
      const event = events[i]!;
      const depth = enter(event);
      rows.push({ kind: 'step', process: event.process, event, depth, step: event.number });
    }
  }
  return rows;
}

/** The row at which a step is seen: its own, or the fold that it is in. */
export const rowOfStep = (rows: readonly Row[], step: number): number =>
  rows.findIndex(
    (row) => (row.kind === 'step' && row.step === step) || (row.kind === 'fold' && row.from <= step && step <= row.to),
  );

/** Functions as boxes over the rows. */
export function boxesOf(rows: readonly Row[]): readonly Box[] {
  const boxes: Box[] = [];
  const open = new Map<string, Omit<Box, 'to'>[]>();
  const last = new Map<string, number>();
  const close = (process: string, keep: number): void => {
    const stack = open.get(process) ?? [];
    while (stack.length > keep) boxes.push({ ...stack.pop()!, to: last.get(process) ?? 0 });
  };
  rows.forEach((row, i) => {
    const stack = open.get(row.process) ?? [];
    open.set(row.process, stack);
    close(row.process, row.depth);
    if (row.kind === 'enter')
      row.names.forEach((name, n) => stack.push({ process: row.process, name, depth: row.depth + n, from: i }));
    last.set(row.process, i);
  });
  for (const process of open.keys()) close(process, 0);
  return boxes.sort((a, b) => a.depth - b.depth || a.from - b.from);
}

function common(a: readonly string[], b: readonly string[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

function relevance(trace: Trace, story: readonly Beat[], detail: Detail): (event: Event) => boolean {
  const told = new Set([
    ...story.map(({ step }) => step),
    ...trace.edges.filter(({ kind, waited }) => kind !== 'wait' || waited).flatMap(({ from, to }) => [from, to]),
    ...trace.waits.map(({ from }) => from),
    ...trace.overtaken.map(({ goesOn }) => goesOn),
  ]);
  if (detail === 'story') return ({ number, broken }) => told.has(number) || broken.length > 0;
  const users = new Map<string, Set<string>>();
  const changed = new Map<string, Set<string>>();
  const note = (book: Map<string, Set<string>>, cell: string, process: string): void =>
    void book.set(cell, (book.get(cell) ?? new Set()).add(process));
  for (const { process, cells, changes } of trace.events) {
    for (const cell of cells) note(users, cell, process);
    for (const { cell } of changes) {
      note(users, cell, process);
      note(changed, cell, process);
    }
  }
  const others = (book: Map<string, Set<string>>, cell: string, process: string): boolean =>
    [...(book.get(cell) ?? [])].some((one) => one !== process);
  return ({ number, process, cells, changes, broken }) =>
    told.has(number) ||
    broken.length > 0 ||
    changes.some(({ cell, ghost }) => !ghost && others(users, cell, process)) ||
    cells.some((cell) => others(changed, cell, process));
}
