/** What leads from one lane to another: messages, answers, locks that are handed over, reads that were overtaken; and who waits. */
import type { Trace } from '@shootdown/core';
import { rowOfStep, type Row } from './rows.ts';

export interface Arrow {
  readonly kind: string;
  readonly fromProcess: string;
  readonly toProcess: string;
  readonly fromRow: number;
  readonly toRow: number;
  readonly label: string;
  readonly answer: boolean;
}

const LABELS: Readonly<Record<string, readonly [string, string]>> = {
  ipi: ['IPI', 'done'],
  broadcast: ['TLBI', 'done'],
  lock: ['lock', 'lock'],
  rcu: ['RCU', 'RCU'],
  wait: ['', ''],
};

export function arrowsOf(trace: Trace, rows: readonly Row[]): readonly Arrow[] {
  const processOf = (step: number): string => trace.events[step - 1]?.process ?? '';
  const arrow = (kind: string, from: number, to: number, label: string, answer: boolean): Arrow => ({
    kind,
    fromProcess: processOf(from),
    toProcess: processOf(to),
    fromRow: rowOfStep(rows, from),
    toRow: rowOfStep(rows, to),
    label,
    answer,
  });
  return [
    ...trace.edges.map(({ kind, from, to, answer }) =>
      arrow(kind in LABELS ? kind : 'wait', from, to, LABELS[kind]?.[answer ? 1 : 0] ?? '', answer === true),
    ),
    ...trace.overtaken.map(({ cell, read, changed }) => arrow('overtaken', read, changed, cell, false)),
  ].filter(
    ({ fromRow, toRow, fromProcess, toProcess }) =>
      fromRow >= 0 && toRow >= 0 && fromRow !== toRow && fromProcess !== toProcess,
  );
}

export interface WaitView {
  readonly process: string;
  readonly fromRow: number;
  readonly toRow: number;
  readonly text: string;
  readonly interrupted: boolean;
}

/** Neighbouring waits of one process are one: whom it waits for changes as one after the other is done. */
export function waitsOf(trace: Trace, rows: readonly Row[]): readonly WaitView[] {
  const views: (WaitView & { readonly until: number })[] = [];
  for (const wait of trace.waits) {
    const until = wait.until ?? trace.events.length;
    const last = views.at(-1);
    if (last && last.process === wait.process && last.until === wait.from && !last.interrupted === !wait.interrupted) {
      views[views.length - 1] = { ...last, until, toRow: rowAfter(rows, until, wait.until === undefined) };
      continue;
    }
    views.push({
      process: wait.process,
      fromRow: rowAfter(rows, wait.from, false),
      toRow: rowAfter(rows, until, wait.until === undefined),
      until,
      text: waitText(wait),
      interrupted: wait.interrupted === true,
    });
  }
  return views.filter(({ fromRow, toRow }) => toRow > fromRow);
}

/** What a wait is about, in words. */
export function waitText({ interrupted, on, why, until }: Trace['waits'][number]): string {
  const whom = on.length > 0 ? on.join(', ') : 'somebody';
  const ever = until === undefined ? ' for ever' : '';
  return interrupted ? `interrupted by ${whom}` : `waits${ever} for ${whom}: ${why}`;
}

/** The row behind that of a step. */
function rowAfter(rows: readonly Row[], step: number, atEnd: boolean): number {
  if (atEnd) return rows.length;
  const row = step === 0 ? -1 : rowOfStep(rows, step);
  return row + 1;
}
