/** CPUs that nobody can tell apart, as a symmetry of the cells and processes of a machine. */
import type { CpuId } from '../words/address.ts';
import type { Cell } from '../words/cells.ts';
import type { Process, Symmetry } from '@shootdown/explorer';
import type { Machine } from './machine.ts';

/** Numbers of those that are the same, in sets of two or more. */
export function setsAlike<T>(all: readonly T[], same: (a: T, b: T) => boolean): number[][] {
  const first = all.map((one) => all.findIndex((other) => same(one, other)));
  return first
    .flatMap((like, i) => (like === i ? [first.flatMap((other, j) => (other === i ? [j] : []))] : []))
    .filter(({ length }) => length > 1);
}

/**
 * The symmetry of CPUs that run the same code. It is supposed: whether kernel, hooks and machine treat these CPUs alike is found out
 * by exploring. They do not where code goes through CPUs one by one and others change what it looks at, or where a CPU takes a page
 * or a table from its own pool.
 * @param processes all of the system; those of one CPU stand in the same order for each
 * @param classes numbers of CPUs, those that run the same code together
 */
export function symmetryOf(
  machine: Machine,
  processes: readonly Process[],
  classes: readonly (readonly CpuId[])[],
): Symmetry {
  const { placed } = machine.parts.layout;
  const ids = classes.flat();
  const members = new Map(
    ids.map((id) => [
      id,
      { processes: processes.flatMap(({ cpu }, p) => (cpu === id ? [p] : [])), cells: [] as Cell[], bit: id },
    ]),
  );
  const masks: Cell[] = [];
  const pairs: Cell[][][] = [];
  for (const { region, base, sizes, end } of placed) {
    if (region.shape === 'mask') for (let cell = base; cell < end; cell++) masks.push(cell);
    const cpus = region.dims.flatMap((dim, d) => (dim === 'cpu' ? [d] : []));
    if (cpus.length === 0) continue;
    const found = new Map<string, Cell[][]>();
    for (let cell = base; cell < end; cell++) {
      const at = indices(cell - base, sizes);
      const named = [...new Set(cpus.map((d) => at[d]!))].filter((id) => members.has(id));
      if (named.length === 1) members.get(named[0]!)!.cells.push(cell);
      if (named.length < 2) continue;
      const rest = at.map((i, d) => (cpus.includes(d) ? 'cpu' : i)).join();
      const pair = found.get(rest) ?? ids.map(() => []);
      found.set(rest, pair);
      pair[ids.indexOf(at[cpus[0]!]!)]![ids.indexOf(at[cpus[1]!]!)] = cell;
    }
    pairs.push(...found.values());
  }
  return {
    classes: classes.map((alike) => alike.map((id) => members.get(id)!)),
    masks,
    pairs,
    inferred: true,
    observed: (step, value, renamed) => machine.meaning(step.kind).observedImage?.(step, value, renamed) ?? value,
  };
}

/** Indices of a cell of an array with these sizes. */
function indices(offset: number, sizes: readonly number[]): number[] {
  const at: number[] = [];
  let rest = offset;
  for (const size of sizes.toReversed()) {
    at.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return at;
}
