/** What code holds, by the steps that take and give it: locks by their names, sections by the words that enter them. Traces show it; nothing depends on it. */
import type { CellNames, Held, Holding, Step } from '@shootdown/explorer';

const TAKES: Readonly<Record<string, Held['mode']>> = {
  spin_lock: 'spin',
  down_read: 'read',
  down_write: 'write',
  local_irq_save: 'section',
  rcu_read_lock: 'section',
};
const GIVES: Readonly<Record<string, Held['mode']>> = {
  spin_unlock: 'spin',
  up_read: 'read',
  up_write: 'write',
  local_irq_restore: 'section',
  rcu_read_unlock: 'section',
};

/** What a step takes and gives. A `spin_trylock` takes the lock where it observed that it was free. */
export function holdingOf(step: Step, observed: number, names: CellNames): Holding {
  const { kind } = step;
  const takes = kind === 'spin_trylock' && observed === 1 ? 'spin' : TAKES[kind];
  const gives = GIVES[kind];
  return {
    ...(takes && { takes: heldBy(step, takes, names) }),
    ...(gives && { gives: heldBy(step, gives, names) }),
  };
}

function heldBy({ kind, cells: [lock] }: Step, mode: Held['mode'], names: CellNames): Held {
  if (mode === 'section' || lock === undefined)
    return { mode, text: kind.startsWith('rcu') ? 'rcu_read_lock' : 'interrupts off' };
  const cell = names.name(lock);
  return { mode, cell, text: mode === 'spin' ? cell : `${cell} (${mode})` };
}
