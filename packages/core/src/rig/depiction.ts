/** What an assembled system says of its cells, values and functions to those who draw an execution. */
import type { Cell, Depiction, FunctionFacts, Process, ValueFacts } from '@shootdown/explorer';
import type { Bodies } from '../arch/layer.ts';
import { allHooks } from '../contract/mm-hooks.ts';
import { operationSources } from '../kernel/operation.ts';
import { hw } from '../machine/hardware.ts';
import type { Machine } from '../machine/machine.ts';
import { cpusOf } from '../words/address.ts';
import type { Region } from '../words/cells.ts';
import { F, frameOf, has, isLeaf, isTable, tableOf, type Flag } from '../words/entry.ts';

/** Regions by which processes tell each other something. */
const CHANNELS: ReadonlyMap<Region, string> = new Map([
  [hw.csd, 'ipi'],
  [hw.broadcast, 'broadcast'],
  [hw.rcuQueue, 'rcu'],
  [hw.rcuWaits, 'rcu'],
  [hw.rcuSync, 'rcu'],
]);

/** @param bodies who answers for each hook */
export function depictionOf(machine: Machine, bodies: Bodies, processes: readonly Process[]): Depiction {
  const { layout } = machine.parts;
  const regionOf = (cell: Cell): Region => layout.refOf(cell).region;
  const onCpus = (cpus: readonly number[]): string[] =>
    processes.filter(({ role, cpu }) => role === 'main' && cpus.includes(cpu)).map(({ name }) => name);
  return {
    cell(cell) {
      const { region, at } = layout.refOf(cell);
      const { regionName, dims, shape, ghost } = region;
      return { region: regionName, dims, at, shape, ...(ghost && { ghost: true as const }) };
    },
    value: (cell, value) => factsOf(regionOf(cell), value),
    function: (name) => functionOf(name, bodies),
    channel(cell) {
      const region = regionOf(cell);
      return region.shape === 'lock' ? 'lock' : CHANNELS.get(region);
    },
    awaited(cell, value) {
      const { region, at } = layout.refOf(cell);
      if (region === hw.csd) return [`cpu${at[1]} irq`];
      if (region === hw.broadcast) return [`cpu${at[1]} tlb`];
      if (region === hw.inIrq) return [`cpu${at[0]} irq`];
      if (region.shape === 'mask') return onCpus(cpusOf(value));
      // What a CPU is in the middle of is ended by its own thread.
      return region === hw.irqOff || region === hw.inInsn || region === hw.rcuNest ? onCpus([at[0] ?? -1]) : [];
    },
  };
}

/** What a value points to, and the words for its flags. */
function factsOf({ shape }: Region, value: number): ValueFacts {
  if (value === 0) return {};
  if (shape === 'table' || shape === 'page') return { refers: { to: shape, n: value } };
  if (shape === 'mask') return { flags: cpusOf(value).map((cpu) => `cpu${cpu}`) };
  if (shape !== 'entry') return {};
  const flags = (Object.keys(F) as Flag[]).filter((flag) => has(value, F[flag])).map((flag) => flag.toLowerCase());
  if (isTable(value)) return { refers: { to: 'table', n: tableOf(value) }, flags };
  return isLeaf(value) ? { refers: { to: 'page', n: frameOf(value) }, flags } : { flags };
}

function functionOf(name: string, bodies: Bodies): FunctionFacts {
  const hook = allHooks.get(name);
  if (hook) {
    const body = bodies.get(name);
    return { kind: 'hook', source: body?.source ?? hook.source, ...(body && { layer: body.layer }) };
  }
  const source = operationSources().get(name);
  return source ? { kind: 'operation', source } : { kind: 'function' };
}
