/** What each hypercall does: one indivisible step of the hypervisor, which checks before it changes anything. */
import {
  F,
  isTable,
  isValid,
  levelAt,
  levelBelow,
  showEntry,
  tableCells,
  tableOf,
  type Cell,
  type Meaning,
  type Step,
  type StepTools,
  type Store,
  type Table,
} from '@shootdown/core/plugin';
import { xen } from './cells.ts';
import { rule, sentenceOf } from './rules.ts';
import { L1, typing } from './typing.ts';

const arg = (step: Step, n: number): number => step.args[n] ?? 0;

/** The steps by kind. Each observes the number of the rule that was broken, or 0. */
export function hypervisorSteps(t: StepTools): Readonly<Record<string, Meaning>> {
  const { get_page_type, put_page_type, levelOf, cells: types } = typing(t);
  const baseptrs = Array.from({ length: t.sizes.cpu }, (_, cpu) => t.cell(xen.baseptr(cpu)));
  const isLoaded = (store: Store, table: Table): boolean => baseptrs.some((cell) => store.get(cell) === table);

  return {
    /** args: table, index, value, level that the guest takes the table for, keep accessed and dirty? */
    'xen.mmu_update': hypercall(
      (store, step) => {
        const type = t.get(store, xen.type(arg(step, 0)));
        if (type > L1) return arg(step, 3) === 0 ? rule('one type') : updateUpper(store, step, type);
        return updateLowest(store, step, type);
      },
      (step) =>
        arg(step, 3) === 0
          ? [xen.type(arg(step, 0)), tableCells.entry(arg(step, 0), arg(step, 1))].map((at) => t.cell(at))
          : types,
      (step) => `mmu_update T${arg(step, 0)}[${arg(step, 1)}] = ${showEntry(arg(step, 2))}`,
    ),
    /** args: table, writable? Changes how the kernel's direct map shows the table. */
    'xen.update_va_mapping': hypercall(
      (store, step) => {
        const [table, writable] = [arg(step, 0), arg(step, 1)];
        if (writable && t.get(store, xen.typeCount(table)) > 0)
          return rule(isLoaded(store, table) ? 'root unloaded first' : 'writable when unused');
        t.set(store, xen.readOnly(table), writable ? 0 : 1);
        return 0;
      },
      (step) => [...baseptrs, t.cell(xen.readOnly(arg(step, 0))), t.cell(xen.typeCount(arg(step, 0)))],
      (step) => `update_va_mapping: T${arg(step, 0)} ${arg(step, 1) ? 'writable' : 'read-only'}`,
    ),
    /** args: table, level. */
    'xen.pin': hypercall(
      (store, step) => {
        const broken = get_page_type(store, arg(step, 0), levelAt(arg(step, 1)));
        if (broken) return broken;
        if (t.get(store, xen.pinned(arg(step, 0)))) return rule('pin once');
        t.set(store, xen.pinned(arg(step, 0)), 1);
        return 0;
      },
      (step) => [...types, t.cell(xen.pinned(arg(step, 0)))],
      (step) => `MMUEXT_PIN_TABLE T${arg(step, 0)} (${levelAt(arg(step, 1))})`,
    ),
    /** args: table. The page stays a page table while something else holds it. */
    'xen.unpin': hypercall(
      (store, step) => {
        if (!t.get(store, xen.pinned(arg(step, 0)))) return rule('unpin once');
        t.set(store, xen.pinned(arg(step, 0)), 0);
        put_page_type(store, arg(step, 0));
        return 0;
      },
      (step) => [...types, t.cell(xen.pinned(arg(step, 0)))],
      (step) => `MMUEXT_UNPIN_TABLE T${arg(step, 0)}`,
    ),
    /** args: table, 0 for none of a user's. The vCPU holds its root as it would hold an entry. */
    'xen.new_baseptr': hypercall(
      (store, step) => {
        const old = t.get(store, xen.baseptr(step.cpu));
        if (old === arg(step, 0)) return 0;
        const broken = arg(step, 0) && get_page_type(store, arg(step, 0), 'pgd');
        if (broken) return broken === rule('pin read-only') ? rule('load validated') : broken;
        t.set(store, xen.baseptr(step.cpu), arg(step, 0));
        if (old) put_page_type(store, old);
        return 0;
      },
      (step) => [...types, t.cell(xen.baseptr(step.cpu))],
      (step) => `MMUEXT_NEW_BASEPTR ${arg(step, 0) ? `T${arg(step, 0)}` : 'none'}`,
    ),
  };

  /** An entry of a validated upper table: the table holds what it names from now on, and lets go of what it named. */
  function updateUpper(store: Store, step: Step, type: number): number {
    const at = tableCells.entry(arg(step, 0), arg(step, 1));
    const [old, value] = [t.get(store, at), arg(step, 2)];
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
  function updateLowest(store: Store, step: Step, type: number): number {
    const at = tableCells.entry(arg(step, 0), arg(step, 1));
    const [old, value] = [t.get(store, at), arg(step, 2)];
    if (type === L1 && isTable(value)) return rule('one type');
    const kept = arg(step, 4) && isValid(old) && isValid(value) ? old & (F.ACCESSED | F.DIRTY) & ~value : 0;
    t.set(store, at, value + kept);
    return 0;
  }
}

const hypercall = (
  does: (store: Store, step: Step) => number,
  touches: (step: Step) => readonly Cell[],
  tell: (step: Step) => string,
): Meaning => ({
  apply: (step, store) => does(store, step),
  footprint: (step) => ({ reads: touches(step), writes: touches(step), adds: [] }),
  tell: (step, broken) => `hypercall ${tell(step)}${broken ? `: refused, ${sentenceOf(broken)}` : ''}`,
});
