/**
 * Known answers for single steps: a state, code on one CPU that makes a step, and what must come of it, written down from the manuals and
 * the kernel's sources. Nothing here shares code with what the steps mean.
 */
import { expect } from '@jest/globals';
import type { Op, Step, Store } from '@shootdown/explorer';
import { sc } from '../../src/machine/memory/model.ts';
import { totalStoreOrder } from '../../src/machine/memory/tso.ts';
import { Machine } from '../../src/machine/machine.ts';
import type { SimCpu } from '../../src/machine/cpu.ts';
import { refName, type Ref, type Region } from '../../src/words/cells.ts';
import { ghosts } from '../../src/words/ghosts.ts';
import type { KernelConfig, MachineSpec } from '../../src/words/spec.ts';

/** What a cell holds: a number; of a cell of shape `record`, the thing itself (a list, or plain data). */
export type Held = number | readonly unknown[] | object;
export type Cells = readonly (readonly [Ref, Held])[];

/** One of the things that may come of a step. */
export interface Outcome {
  /** Every cell that the step changes, with what it holds then; and no other. */
  readonly changes: Cells;
  /** What the CPU observes (default 0). */
  readonly observes?: number;
}

export interface Known {
  /** What is known, as a sentence. */
  readonly says: string;
  /** Cells that do not hold what they hold at first. */
  readonly given?: Cells;
  /** Code whose first step, or the step after `skip` others, is judged. */
  readonly code: (cpu: SimCpu) => Op<unknown>;
  /** The CPU that runs it (default 0). */
  readonly on?: number;
  readonly skip?: number;
  /** What may come of it; or it has to wait. */
  readonly then: Outcome | readonly Outcome[] | 'waits';
  /** The machine it is judged on, where that is not the plain one. */
  readonly machine?: Wanted;
}

export interface Wanted {
  readonly spec?: Partial<MachineSpec>;
  /** Order of memory: every store at once, or held-back stores, up to `depth` of them. */
  readonly memory?: 'sc' | 'tso' | 'tso, sections end with the stores before';
  readonly depth?: number;
  /** Ghosts that somebody asks for. */
  readonly ghosts?: readonly Region[];
}

const CONFIG: KernelConfig = { MMU_GATHER_RCU_TABLE_FREE: true, TRANSPARENT_HUGEPAGE: true, HAVE_FAST_GUP: true };

/** Three CPUs, two address spaces of eight pages: two entries a table, three levels. */
const PLAIN: MachineSpec = {
  geometry: { pageShift: 12, bits: { pte: 9, pmd: 9, pud: 9, p4d: 0, pgd: 9 } },
  shootdown: 'ipi',
  walkCache: true,
  hardwareAccessed: 'always',
  hardwareDirty: 'always',
  memory: 'tso',
  numbers: {},
  exploring: {},
  config: CONFIG,
  entryBits: {},
  cells: [],
};
export const CPUS = 3;
export const POOL = { frames: 4, tables: 3 };

export function machineOf({ spec, memory = 'sc', depth = 3, ghosts: kept = [] }: Wanted = {}): Machine {
  return new Machine(
    { ...PLAIN, ...spec },
    {
      cpus: CPUS,
      mms: 2,
      vmas: [],
      areas: 1,
      pool: POOL,
      geometry: { pageShift: 12, bits: { pte: 1, pmd: 1, pud: 0, p4d: 0, pgd: 1 } },
      memory:
        memory === 'sc'
          ? sc
          : totalStoreOrder({ depth, readSectionsEnd: memory === 'tso' ? 'empty' : 'with the stores before' }),
      ghosts: new Set(kept),
    },
    {
      has: () => false,
      config: CONFIG,
      number: () => 0,
      hookName: () => '',
      watches: () => false,
      *dispatch(): Op {
        throw new Error('no hooks here');
      },
    },
  );
}
export const ALL_GHOSTS = Object.values(ghosts);

/** Cells of a state, as it was given and as steps left it. */
class State implements Store {
  readonly #cells: Map<number, number>;
  constructor(
    private readonly machine: Machine,
    start: ReadonlyMap<number, number> = new Map(),
  ) {
    this.#cells = new Map(start);
  }
  get(cell: number): number {
    return this.#cells.get(cell) ?? this.machine.parts.layout.initial(cell);
  }
  set(cell: number, value: number): void {
    this.#cells.set(cell, value);
  }
  copy(): State {
    return new State(this.machine, this.#cells);
  }
  /** Names of the cells that differ, with what they hold there. */
  unlike(other: State): Record<string, unknown> {
    const { layout, records } = this.machine.parts;
    const cells = [...new Set([...this.#cells.keys(), ...other.#cells.keys()])].sort((a, b) => a - b);
    return Object.fromEntries(
      cells
        .filter((cell) => this.get(cell) !== other.get(cell))
        .map((cell) => {
          const { region } = layout.refOf(cell);
          const value = other.get(cell);
          return [refName(layout.refOf(cell)), region.shape === 'record' && value !== 0 ? records.get(value) : value];
        }),
    );
  }
}

const isRef = (it: unknown): it is Ref => typeof it === 'object' && it !== null && 'region' in it && 'at' in it;
/** Cells named in a list, as it holds them: by number. */
const heldBy = (machine: Machine, held: Held): Held =>
  Array.isArray(held) ? held.map((one: unknown) => (isRef(one) ? machine.parts.layout.cell(one) : one)) : held;

function numberOf(machine: Machine, held: Held): number {
  const found = heldBy(machine, held);
  return typeof found === 'number' ? found : machine.parts.records.idOf(found);
}

/** What the code does at the judged step: the step, in a state that was given. */
export function judged({ given = [], code, on = 0, skip = 0, machine: wanted }: Omit<Known, 'says' | 'then'>): {
  readonly machine: Machine;
  readonly step: Step;
  readonly state: State;
} {
  const machine = machineOf(wanted);
  const state = new State(
    machine,
    new Map(given.map(([ref, held]) => [machine.parts.layout.cell(ref), numberOf(machine, held)])),
  );
  const op = code(machine.cpu(on, { id: 0 }));
  let next = op.next();
  for (let i = 0; i < skip && !next.done; i++)
    next = op.next(machine.meaning(next.value.kind).apply(next.value, state, 0));
  if (next.done) throw new Error('the code makes no such step');
  return { machine, step: next.value, state };
}

const textOf = (outcome: { readonly observes: number; readonly changes: Record<string, unknown> }): string =>
  JSON.stringify([outcome.observes, Object.entries(outcome.changes).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** Does the machine do what is known? */
export function expectKnown(known: Known): void {
  const { machine, step, state } = judged(known);
  const meaning = machine.meaning(step.kind);
  const mayGo = meaning.enabled?.(step, state) ?? true;
  const condition = meaning.needs?.(step);
  // A step that may go needs nothing more; one that waits for a condition says which cells hold it up.
  if (mayGo && condition)
    expect({ holds: condition.holds(state), enablingSets: condition.enablingSets(state) }).toEqual({
      holds: true,
      enablingSets: [],
    });
  if (condition && !condition.holds(state)) expect(condition.enablingSets(state).length).toBeGreaterThan(0);
  if (known.then === 'waits')
    return expect({ mayGo, needs: condition?.holds(state) }).toEqual({ mayGo: false, needs: false });
  expect(mayGo).toBe(true);
  const outcomes = [known.then].flat() as readonly Outcome[];
  const found = Array.from({ length: meaning.choices?.(step, state) ?? 1 }, (_, choice) => {
    const after = state.copy();
    const observes = meaning.apply(step, after, choice);
    return { observes, changes: state.unlike(after) };
  });
  const wanted = outcomes.map(({ changes, observes = 0 }) => ({
    observes,
    changes: Object.fromEntries(changes.map(([ref, held]) => [refName(ref), heldBy(machine, held)])),
  }));
  const inOrder = (list: readonly Parameters<typeof textOf>[0][]) => list.map(textOf).sort();
  if (outcomes.length === 1) expect(found).toEqual(wanted);
  else expect(inOrder(found)).toEqual(inOrder(wanted));
}
