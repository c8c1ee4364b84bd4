/** A machine without a kernel on it: threads that use a CPU's instructions directly. For tests of the machine, and litmus tests. */
import { setsAlike, symmetryOf } from '../machine/alike.ts';
import { Machine } from '../machine/machine.ts';
import { sc, type MemoryModel } from '../machine/memory/model.ts';
import { threadGates } from '../machine/processes.ts';
import { tso } from '../machine/memory/tso.ts';
import type { Cell, Ref, Region } from '../words/cells.ts';
import type { Cpu } from '../words/cpu.ts';
import { ghosts } from '../words/ghosts.ts';
import type { MachineSpec } from '../words/spec.ts';
import type { Check, Op, Process, Store, System } from '@shootdown/explorer';
import { smallGeometry } from './geometry.ts';

/** What is wanted. */
export interface BareSystem {
  /** One thread a CPU, in order. CPUs of one function are supposed to be alike. */
  readonly threads: readonly ((cpu: Cpu) => Op<unknown>)[];
  /** Regions the threads use, beside those of the machine. */
  readonly cells?: readonly Region[];
  readonly memory?: 'sc' | 'tso' | MemoryModel;
  readonly start?: readonly (readonly [Ref, number])[];
  /** Sentences judged where everything has ended. */
  readonly atEnd?: Readonly<Record<string, (value: (at: Ref) => number) => boolean>>;
  /** Sentences judged after every step of these kinds. */
  readonly after?: Readonly<
    Record<
      string,
      { readonly kinds: readonly string[]; readonly holds: (value: (at: Ref) => number, observed: number) => boolean }
    >
  >;
  readonly spec?: Partial<MachineSpec>;
}

const PLAIN: MachineSpec = {
  geometry: { pageShift: 12, bits: { pte: 9, pmd: 9, pud: 9, p4d: 0, pgd: 9 } },
  shootdown: 'ipi',
  walkCache: true,
  hardwareAccessed: 'always',
  hardwareDirty: 'always',
  memory: 'tso',
  numbers: {},
  exploring: {},
  config: { MMU_GATHER_RCU_TABLE_FREE: true, TRANSPARENT_HUGEPAGE: true, HAVE_FAST_GUP: true },
  entryBits: {},
  cells: [],
};

/** Builds the system; its processes are the threads, then the machine's own. */
export function bareSystem(want: BareSystem): System {
  const spec: MachineSpec = { ...PLAIN, ...want.spec, cells: want.cells ?? [] };
  const machine = new Machine(
    spec,
    {
      cpus: want.threads.length,
      mms: 1,
      vmas: [],
      pool: { frames: 8, tables: 8 },
      geometry: smallGeometry(),
      memory: typeof want.memory === 'object' ? want.memory : want.memory === 'tso' ? tso : sc,
      ghosts: new Set(Object.values(ghosts)),
    },
    {
      has: () => false,
      config: spec.config,
      number: () => 0,
      hookName: () => '',
      watches: () => false,
      *dispatch() {
        throw new Error('a bare machine has no hooks');
      },
    },
  );
  const start = new Map(
    (want.start ?? []).map(([ref, value]): [Cell, number] => [machine.parts.layout.cell(ref), value]),
  );
  const reader =
    (store: Store) =>
    (at: Ref): number =>
      store.get(machine.parts.layout.cell(at));
  const mains = want.threads.map((thread, id): Process => {
    const cpu = machine.cpu(id, { id: 0 });
    return {
      name: `cpu${id}`,
      cpu: id,
      role: 'main',
      gates: threadGates(machine.parts, id),
      body: () => {
        cpu.restart();
        return thread(cpu);
      },
    };
  });
  const after = Object.entries(want.after ?? {}).map(([claim, { kinds, holds }]) => ({
    kinds,
    check: {
      claim,
      on: 'violation',
      holds: (store, _step, observed) => holds(reader(store), observed),
    } satisfies Check,
  }));
  const classes = setsAlike(want.threads, (a, b) => a === b);
  const processes = [...mains, ...machine.processes, ...machine.surroundings];
  return {
    ...(classes.length > 0 && { symmetry: symmetryOf(machine, processes, classes) }),
    processes,
    cellCount: machine.parts.layout.cellCount,
    names: machine.parts.layout,
    initial: (cell) => start.get(cell) ?? machine.parts.layout.initial(cell),
    meaning: (kind) => machine.meaning(kind),
    checksAt: (step) => after.filter(({ kinds }) => kinds.includes(step.kind)).map(({ check }) => check),
    finals: Object.entries(want.atEnd ?? {}).map(([claim, holds]): Check => ({
      claim,
      on: 'violation',
      holds: (store) => holds(reader(store)),
    })),
    interned: machine.parts.records,
    where: () => machine.where(),
  };
}
