/** Writes to page tables that are read-only trap: whoever takes the trap carries them out, or refuses. */
import type { Table } from '../words/entry.ts';
import { tableCells } from '../words/objects.ts';
import type { OrderedMeaning } from '../words/step-kind.ts';
import type { Step, Store } from '@shootdown/explorer';
import { reader, type Meanings, type Parts } from './parts.ts';
import { steps } from './steps/index.ts';

/** Steps by which kernel code writes one word. */
const WRITES = [steps.store, steps.xchg, steps.cmpxchg, steps.update, steps.or, steps.andnot] as const;

/**
 * The meanings of a machine with `MachineSpec.writeTrap`: writes ask for the flag of their table first.
 * A write that is refused observes minus the number of the rule, and changes nothing.
 */
export function trapWrites(p: Parts, meanings: Meanings): Meanings {
  const trap = p.spec.writeTrap;
  if (!trap) return meanings;
  const { get } = reader(p);
  const writtenTable = (step: Step): Table | undefined => {
    if (step.kind === steps.table_free.kind) return steps.table_free.of(step).table;
    const { region, at } = p.layout.refOf(steps.store.of(step).at); // as all of `WRITES`
    return region === tableCells.entry ? at[0] : undefined;
  };
  const traps = (step: Step, store: Store): Table | undefined => {
    const table = writtenTable(step);
    return table !== undefined && get(store, trap.readOnly(table)) !== 0 ? table : undefined;
  };
  const serialized = (step: Step, store: Store): boolean => meanings[steps.fence.kind]?.enabled?.(step, store) ?? true;
  const trapped = (kind: string, plain: OrderedMeaning): OrderedMeaning => ({
    ...plain,
    // A trap waits until the CPU's own stores are in memory, like a barrier.
    enabled: (step, store) =>
      (plain.enabled?.(step, store) ?? true) && (traps(step, store) === undefined || serialized(step, store)),
    apply(step, store, choice) {
      const table = traps(step, store);
      const rule =
        table === undefined
          ? 0
          : trap.judge((at) => get(store, at), table, kind === steps.table_free.kind ? 'freed' : 'written');
      return rule === 0 ? plain.apply(step, store, choice) : -rule;
    },
    tell: (step, observed, names) =>
      observed < 0 ? `${plain.tell(step, 0, names)}: traps, and is refused` : plain.tell(step, observed, names),
  });
  const out: Record<string, OrderedMeaning> = { ...meanings };
  for (const { kind } of [...WRITES, steps.table_free]) {
    const plain = meanings[kind];
    if (plain) out[kind] = trapped(kind, plain);
  }
  return out;
}
