/** What each process holds at a point of a trace, read off its steps. */
import type { Trace, TraceEvent } from '@shootdown/core';

/** Steps that take something, and how it is called while it is held. */
const TAKES: Readonly<Record<string, (what: string) => string>> = {
  spin_lock: (what) => what,
  down_read: (what) => `${what} (read)`,
  down_write: (what) => `${what} (write)`,
  local_irq_save: () => 'interrupts off',
  rcu_read_lock: () => 'rcu_read_lock',
};
const GIVES: Readonly<Record<string, string>> = {
  spin_unlock: 'spin_lock',
  up_read: 'down_read',
  up_write: 'down_write',
  local_irq_restore: 'local_irq_save',
  rcu_read_unlock: 'rcu_read_lock',
};

/** By process, what it holds after step `until`. */
export function heldAfter(trace: Trace, until: number): Map<string, string[]> {
  const held = new Map<string, string[]>();
  for (const event of trace.events) {
    if (event.number > until) break;
    const own = held.get(event.process) ?? [];
    const taken = takenBy(event);
    if (taken !== undefined) held.set(event.process, [...own, taken]);
    const kind = GIVES[event.kind];
    if (kind === undefined) continue;
    const at = own.lastIndexOf(TAKES[kind]?.(operand(event)) ?? '');
    if (at >= 0) held.set(event.process, own.toSpliced(at, 1));
  }
  return held;
}

/** The lock that a step is about. */
const operand = (event: TraceEvent): string => event.cells[0] ?? '';

function takenBy(event: TraceEvent): string | undefined {
  if (event.kind === 'spin_trylock') return event.observed === 1 ? operand(event) : undefined;
  return TAKES[event.kind]?.(operand(event));
}
