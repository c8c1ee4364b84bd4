/** Writes to page tables that are read-only trap: whoever takes the trap carries them out, or refuses. */
import type { Table } from '../words/entry.ts';
import { tableCells } from '../words/objects.ts';
import type { Meaning, Step, Store } from '@shootdown/explorer';
import { argAt, cellAt, reader, type Meanings, type Parts } from './parts.ts';

/** Kinds of steps by which kernel code writes one word. */
const WRITES = ['store', 'xchg', 'cmpxchg', 'update', 'or', 'andnot'];

/**
 * The meanings of a machine with `MachineSpec.writeTrap`: writes ask for the flag of their table first.
 * A write that is refused observes minus the number of the rule, and changes nothing.
 */
export function trapWrites(p: Parts, meanings: Meanings): Meanings {
  const trap = p.spec.writeTrap;
  if (!trap) return meanings;
  const { get } = reader(p);
  const writtenTable = (step: Step): Table | undefined => {
    if (step.kind === 'table.free') return argAt(step, 0);
    const { region, at } = p.layout.refOf(cellAt(step, 0));
    return region === tableCells.entry ? at[0] : undefined;
  };
  const traps = (step: Step, store: Store): Table | undefined => {
    const table = writtenTable(step);
    return table !== undefined && get(store, trap.readOnly(table)) !== 0 ? table : undefined;
  };
  const serialized = (step: Step, store: Store): boolean => meanings['fence']?.enabled?.(step, store) ?? true;
  const trapped = (kind: string, plain: Meaning): Meaning => ({
    ...plain,
    // A trap waits until the CPU's own stores are in memory, like a barrier.
    enabled: (step, store) =>
      (plain.enabled?.(step, store) ?? true) && (traps(step, store) === undefined || serialized(step, store)),
    apply(step, store, choice) {
      const table = traps(step, store);
      const rule =
        table === undefined
          ? 0
          : trap.judge((at) => get(store, at), table, kind === 'table.free' ? 'freed' : 'written');
      return rule === 0 ? plain.apply(step, store, choice) : -rule;
    },
    footprint(step) {
      const f = plain.footprint(step);
      const table = writtenTable(step);
      if (table === undefined) return f;
      return {
        ...f,
        reads: [...f.reads, ...[trap.readOnly, ...trap.looksAt].map((region) => p.layout.cell(region(table)))],
      };
    },
    tell: (step, observed, names) =>
      observed < 0 ? `${plain.tell(step, 0, names)}: traps, and is refused` : plain.tell(step, observed, names),
  });
  const out: Record<string, Meaning> = { ...meanings };
  for (const kind of [...WRITES, 'table.free']) {
    const plain = meanings[kind];
    if (plain) out[kind] = trapped(kind, plain);
  }
  return out;
}
