/** What each hypercall does: one indivisible step of the hypervisor, which checks before it changes anything. Each observes the number of the rule that was broken, or 0. */
import {
  F,
  isTable,
  isValid,
  levelBelow,
  operand,
  showEntry,
  stepKind,
  tableCells,
  tableOf,
  type Behaviour,
  type Operands,
  type Read,
  type StepTools,
  type Store,
} from '@shootdown/core/plugin';
import { xen } from './cells.ts';
import { rule, sentenceOf } from './rules.ts';
import { L1, typing } from './typing.ts';

const { cell, flag, level, maybeCell, number, table } = operand;

const hypercall = <const O extends Operands>(
  kind: string,
  operands: O,
  behaves: (t: StepTools) => { apply: (o: Read<O>, store: Store) => number; tell: (o: Read<O>) => string },
) =>
  stepKind(kind, operands, (t: StepTools): Behaviour<O> => {
    const { apply, tell } = behaves(t);
    return {
      apply,
      tell: (o, broken) => `hypercall ${tell(o)}${broken ? `: refused, ${sentenceOf(broken)}` : ''}`,
    };
  });

interface EntryUpdate {
  readonly table: number;
  readonly index: number;
  readonly value: number;
  readonly keepsAccessedAndDirty: boolean;
}

/**
 * MMU_NORMAL_PT_UPDATE, MMU_PT_UPDATE_PRESERVE_AD: writes an entry. `level` is the level that the guest takes the table for. `at`, the entry,
 * is named so that a table which does not exist is noticed here, as by whoever writes to one; so for all of these steps.
 * Source: Xen, xen/arch/x86/mm.c, `do_mmu_update`.
 */
export const mmu_update = hypercall(
  'xen.mmu_update',
  { at: cell, table, index: number, value: number, level, keepsAccessedAndDirty: flag },
  (t) => ({
    apply(o, store) {
      const type = t.get(store, xen.type(o.table));
      if (type > L1) return o.level === 'pte' ? rule('one type') : updateUpper(t, store, o, type);
      return updateLowest(t, store, o, type);
    },
    tell: (o) => `mmu_update T${o.table}[${o.index}] = ${showEntry(o.value)}`,
  }),
);

/** An entry of a validated upper table: the table holds what it names from now on, and lets go of what it named. */
function updateUpper(t: StepTools, store: Store, { table, index, value }: EntryUpdate, type: number): number {
  const { get_page_type, put_page_type, levelOf } = typing(t);
  const at = tableCells.entry(table, index);
  const old = t.get(store, at);
  if (isValid(value)) {
    if (!isTable(value)) return rule('no huge pages');
    const broken = get_page_type(store, tableOf(value), levelBelow(t.geometry, levelOf(type)) ?? 'pte');
    if (broken) return broken === rule('pin read-only') ? rule('link read-only') : broken;
  }
  t.set(store, at, value);
  if (isValid(old) && isTable(old)) put_page_type(store, tableOf(old));
  return 0;
}

/** An entry of a lowest table; or a word of a page that is no page table, where it is an ordinary write. */
function updateLowest(t: StepTools, store: Store, o: EntryUpdate, type: number): number {
  const at = tableCells.entry(o.table, o.index);
  const old = t.get(store, at);
  if (type === L1 && isTable(o.value)) return rule('one type');
  const kept =
    o.keepsAccessedAndDirty && isValid(old) && isValid(o.value) ? old & (F.ACCESSED | F.DIRTY) & ~o.value : 0;
  t.set(store, at, o.value + kept);
  return 0;
}

/** Changes how the kernel's direct map shows the table. Source: Xen, xen/arch/x86/mm.c, `do_update_va_mapping`. */
export const update_va_mapping = hypercall('xen.update_va_mapping', { at: cell, table, writable: flag }, (t) => ({
  apply({ table, writable }, store) {
    if (writable && t.get(store, xen.typeCount(table)) > 0) {
      const vcpus = Array.from({ length: t.sizes.cpu }, (_, cpu) => cpu);
      const isLoaded = vcpus.some((cpu) => t.get(store, xen.baseptr(cpu)) === table);
      return rule(isLoaded ? 'root unloaded first' : 'writable when unused');
    }
    t.set(store, xen.readOnly(table), writable ? 0 : 1);
    return 0;
  },
  tell: ({ table, writable }) => `update_va_mapping: T${table} ${writable ? 'writable' : 'read-only'}`,
}));

/** The table is validated, and held until it is unpinned. Source: Xen, xen/arch/x86/mm.c, `do_mmuext_op`, MMUEXT_PIN_L1_TABLE ... */
export const pin = hypercall('xen.pin', { at: cell, table, level }, (t) => ({
  apply({ table, level }, store) {
    const broken = typing(t).get_page_type(store, table, level);
    if (broken) return broken;
    if (t.get(store, xen.pinned(table))) return rule('pin once');
    t.set(store, xen.pinned(table), 1);
    return 0;
  },
  tell: ({ table, level }) => `MMUEXT_PIN_TABLE T${table} (${level})`,
}));

/** The page stays a page table while something else holds it. Source: Xen, xen/arch/x86/mm.c, `do_mmuext_op`, MMUEXT_UNPIN_TABLE. */
export const unpin = hypercall('xen.unpin', { at: cell, table }, (t) => ({
  apply({ table }, store) {
    if (!t.get(store, xen.pinned(table))) return rule('unpin once');
    t.set(store, xen.pinned(table), 0);
    typing(t).put_page_type(store, table);
    return 0;
  },
  tell: ({ table }) => `MMUEXT_UNPIN_TABLE T${table}`,
}));

/**
 * Loads a root; table 0 for none of a user's. The vCPU holds its root as it would hold an entry.
 * Source: Xen, xen/arch/x86/mm.c, `do_mmuext_op`, MMUEXT_NEW_BASEPTR.
 */
export const new_baseptr = hypercall('xen.new_baseptr', { at: maybeCell, table }, (t) => ({
  apply({ cpu, table }, store) {
    const { get_page_type, put_page_type } = typing(t);
    const old = t.get(store, xen.baseptr(cpu));
    if (old === table) return 0;
    const broken = table && get_page_type(store, table, 'pgd');
    if (broken) return broken === rule('pin read-only') ? rule('load validated') : broken;
    t.set(store, xen.baseptr(cpu), table);
    if (old) put_page_type(store, old);
    return 0;
  },
  tell: ({ table }) => `MMUEXT_NEW_BASEPTR ${table ? `T${table}` : 'none'}`,
}));
