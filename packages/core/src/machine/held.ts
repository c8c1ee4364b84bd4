/** What code holds, by the steps that take and give it: locks by their names, sections by the words that enter them. Traces show it; nothing depends on it. */
import type { CellNames, Holding, Step } from '@shootdown/explorer';

type Named = (lock: string) => string;
const spin: Named = (lock) => lock;
const read: Named = (lock) => `${lock} (read)`;
const write: Named = (lock) => `${lock} (write)`;
const irqsOff: Named = () => 'interrupts off';
const rcu: Named = () => 'rcu_read_lock';

const TAKES: Readonly<Record<string, Named>> = {
  spin_lock: spin,
  down_read: read,
  down_write: write,
  local_irq_save: irqsOff,
  rcu_read_lock: rcu,
};
const GIVES: Readonly<Record<string, Named>> = {
  spin_unlock: spin,
  up_read: read,
  up_write: write,
  local_irq_restore: irqsOff,
  rcu_read_unlock: rcu,
};

/** What a step takes and gives. A `spin_trylock` takes the lock where it observed that it was free. */
export function holdingOf({ kind, cells }: Step, observed: number, names: CellNames): Holding {
  const named = (how: Named | undefined): string | undefined =>
    how?.(cells[0] === undefined ? '' : names.name(cells[0]));
  const takes = named(kind === 'spin_trylock' && observed === 1 ? spin : TAKES[kind]);
  const gives = named(GIVES[kind]);
  return { ...(takes !== undefined && { takes }), ...(gives !== undefined && { gives }) };
}
