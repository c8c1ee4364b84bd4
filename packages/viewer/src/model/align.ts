/** Rows of one execution on two architectures, aligned at the steps that both make. */
import type { Parting, Trace } from '@shootdown/core';

type Event = Trace['events'][number];
type Followed = NonNullable<Parting['followed']>;

export interface AlignedRow {
  /** `both` make it; `led` or `own`: one of them does; `fold`: several that both make; `parts`: here they part. */
  readonly kind: 'both' | 'led' | 'own' | 'fold' | 'parts';
  readonly led?: Event;
  readonly own?: Event;
  readonly text?: string;
}

/** Steps in common on both sides of a difference that are shown. */
const AROUND = 3;
/** Steps of the one that goes on alone that are shown. */
const AFTER = 6;

export function alignedRows(leading: Trace, { pairs, trace, part }: Followed): readonly AlignedRow[] {
  const rows: AlignedRow[] = [];
  let [led, own] = [0, 0];
  const upTo = (nextLed: number, nextOwn: number): void => {
    for (; led < nextLed; led++) rows.push({ kind: 'led', led: leading.events[led]! });
    for (; own < nextOwn; own++) rows.push({ kind: 'own', own: trace.events[own]! });
  };
  for (const [leader, follower] of pairs) {
    if (part && leader >= part.step) break;
    upTo(leader - 1, follower - 1);
    rows.push({ kind: 'both', led: leading.events[leader - 1]!, own: trace.events[follower - 1]! });
    [led, own] = [leader, follower];
  }
  upTo(part ? part.step - 1 : leading.events.length, trace.events.length);
  const before = folded(rows);
  if (!part) return before;
  const text =
    part.how === 'waits'
      ? `${part.process} waits${part.at?.why === undefined ? '' : ` until ${part.at.why}`}`
      : part.how === 'another way'
        ? 'goes another way'
        : part.how;
  const rest = leading.events.slice(part.step);
  const shown = rest.slice(0, AFTER);
  const [next, ...more] = rest.slice(AFTER);
  return [
    ...before,
    { kind: 'parts', led: leading.events[part.step - 1]!, text },
    ...shown.map((event): AlignedRow => ({ kind: 'led', led: event })),
    ...(next
      ? [
          {
            kind: 'fold' as const,
            text: `${more.length + 1} more steps, up to where it breaks`,
            led: more.at(-1) ?? next,
          },
        ]
      : []),
  ];
}

/** Long runs of common steps are one row. */
function folded(rows: readonly AlignedRow[]): AlignedRow[] {
  const differs = rows.map(({ kind }) => kind !== 'both');
  const isNear = (i: number): boolean =>
    i >= rows.length - AROUND || differs.slice(Math.max(0, i - AROUND), i + AROUND + 1).some(Boolean);
  const out: AlignedRow[] = [];
  for (let i = 0; i < rows.length;) {
    let end = i;
    while (end < rows.length && !isNear(end)) end++;
    if (end - i >= AROUND) {
      const run = rows.slice(i, end);
      const who = [...new Set(run.map(({ led }) => led?.process))].join(', ');
      out.push({
        kind: 'fold',
        text: `${run.length} steps of ${who}, the same on both`,
        led: run.at(-1)!.led!,
        own: run.at(-1)!.own!,
      });
      i = end;
    } else out.push(rows[i++]!);
  }
  return out;
}
