/** A real machine with one thread at a time, the generic layer and plain flushes: runs an Op to its end, keeps what it did. */
import { Generic } from '../../src/arch/generic.ts';
import type { Hook } from '../../src/contract/hook.ts';
import type { MmHooks } from '../../src/contract/mm-hooks.ts';
import { GENERIC_CHANGES, inForce, type KernelChoice } from '../../src/kernel/changes.ts';
import { exploringNumbers, genericNumbers } from '../../src/kernel/numbers.ts';
import { attach_vma, exec_mmap, paging_init } from '../../src/kernel/setup.ts';
import { hw } from '../../src/machine/hardware.ts';
import { Machine } from '../../src/machine/machine.ts';
import { MapStore } from '../../src/machine/map-store.ts';
import type { Ref } from '../../src/words/cells.ts';
import { cpuBit, type Va } from '../../src/words/address.ts';
import type { Cpu, Invalidation } from '../../src/words/cpu.ts';
import { spaceOf, type Geometry } from '../../src/words/geometry.ts';
import {
  entryRef,
  mmCells,
  pageCells,
  tableCells,
  ZERO_PFN,
  type Mm,
  type Slot,
  type Vma,
} from '../../src/words/objects.ts';
import type { KernelConfig, MachineSpec } from '../../src/words/spec.ts';
import type { Op, Step } from '@shootdown/explorer';

export const mm: Mm = { id: 0 };
/** The copy that a fork makes. */
export const child: Mm = { id: 1 };
export const PAGE = 4096;
export const twoLevels: Geometry = { pageShift: 12, bits: { pte: 1, pmd: 1, pud: 0, p4d: 0, pgd: 1 } };
export const withPud: Geometry = { pageShift: 12, bits: { pte: 1, pmd: 1, pud: 1, p4d: 0, pgd: 1 } };

/** Area 0 has huge pages, area 1 base pages, area 2 may not be written to. */
export const areas = (g: Geometry): Vma[] => [
  { id: 0, mm, start: 0, end: 2 * PAGE, thp: 'always' },
  { id: 1, mm, start: 2 * PAGE, end: 4 * PAGE, thp: 'never' },
  { id: 2, mm, start: spaceOf(g) - 2 * PAGE, end: spaceOf(g), thp: 'never', prot: 'read-only' },
];

const copies = (g: Geometry): Vma[] => areas(g).map((vma) => ({ ...vma, id: vma.id + 3, mm: child }));

/** A handle for one piece of each of the first two areas. */
const spares = (g: Geometry): Vma[] =>
  areas(g)
    .slice(0, 2)
    .map((vma) => ({ ...vma, id: vma.id + 6, pieceOf: vma.id }));

const everything = (cpu: Cpu, asid: number): Invalidation => ({
  asid,
  start: 0,
  end: spaceOf(cpu.geometry),
  leaves: ['pte', 'pmd'],
  walkCache: 'all',
});
function* flushAll(cpu: Cpu, of: Mm): Op {
  yield* cpu.flush_local(everything(cpu, of.id));
}
/** Flushes of one CPU: everything, at once. */
const flushes: Partial<MmHooks> = {
  *flush_tlb_range(cpu: Cpu, vma: Vma, _start: Va, _end: Va) {
    yield* flushAll(cpu, vma.mm);
  },
  *flush_tlb_page(cpu: Cpu, vma: Vma, _addr: Va) {
    yield* flushAll(cpu, vma.mm);
  },
  *flush_tlb_mm(cpu: Cpu, of: Mm) {
    yield* flushAll(cpu, of);
  },
};

interface Wanted {
  geometry?: Geometry;
  kernel?: KernelChoice;
  config?: Partial<KernelConfig>;
  numbers?: Readonly<Record<string, number>>;
  layer?: Partial<MmHooks>;
}

export function oneThread({
  geometry = twoLevels,
  kernel = { release: 'v6.1' },
  config = {},
  numbers = {},
  layer = {},
}: Wanted = {}) {
  const changes = new Set(inForce(GENERIC_CHANGES, kernel).map(({ name }) => name));
  const spec: MachineSpec = {
    geometry,
    shootdown: 'ipi',
    walkCache: true,
    hardwareAccessed: 'always',
    hardwareDirty: 'always',
    memory: 'tso',
    numbers: {},
    exploring: {},
    config: {
      MMU_GATHER_RCU_TABLE_FREE: false,
      TRANSPARENT_HUGEPAGE: true,
      HAVE_FAST_GUP: true,
      MMU_GATHER_MERGE_VMAS: true,
      ...config,
    },
    entryBits: {},
    cells: [],
  };
  const all: Readonly<Record<string, number>> = {
    ...genericNumbers(geometry),
    ...exploringNumbers,
    MMU_GATHER_BUNDLE: 64,
    ...numbers,
  };
  const layers = [layer, flushes, new Generic()];
  /** Hooks entered, in order. */
  const hooks: string[] = [];
  const steps: Step[] = [];
  const machine = new Machine(
    spec,
    {
      cpus: 1,
      mms: 2,
      vmas: [...areas(geometry), ...copies(geometry), ...spares(geometry)],
      pool: { frames: 64, tables: 32 },
      geometry,
      ghosts: new Set(),
    },
    {
      has: (name) => changes.has(name),
      config: spec.config,
      number: (name) => all[name] ?? NaN,
      dispatch: (cpu, hook, args) => {
        const { hookName } = hook as Hook;
        hooks.push(hookName);
        const body = layers.find((one) => hookName in one) as unknown as Record<
          string,
          (...a: unknown[]) => Op<unknown>
        >;
        return body[hookName]!.call(body, cpu, ...args);
      },
      hookName: (hook) => (hook as Hook).hookName,
      watches: () => false,
    },
  );
  const store = new MapStore((cell) => machine.parts.layout.initial(cell));
  const cpu = machine.cpu(0, mm);
  const childCpu = machine.cpu(0, child);
  const value = (at: Ref): number => store.get(machine.parts.layout.cell(at));

  /** @param before what others do before a step is made */
  function run<T>(op: Op<T>, before?: (step: Step) => void): T {
    let turn = op.next(0);
    while (!turn.done) {
      const step = turn.value;
      const meaning = machine.meaning(step.kind);
      if (step.kind === 'bug' || step.kind === 'bound') throw new Error(`${step.kind}: ${step.why}`);
      before?.(step);
      if (!(meaning.enabled?.(step, store) ?? true))
        throw new Error(`stuck at ${step.kind} in ${machine.where().join(' > ')}`);
      steps.push(step);
      turn = op.next(meaning.apply(step, store, 0));
    }
    return turn.value;
  }

  run(paging_init(cpu));
  run(exec_mmap(cpu, mm, 1));
  for (const vma of areas(geometry)) run(attach_vma(cpu, vma));
  hooks.length = steps.length = 0;

  let seen = 0;
  /** Is it the n-th time that the entry is loaded? */
  const loads = (step: Step, slot: Slot, n: number): boolean =>
    step.kind === 'load' && step.cells[0] === machine.parts.layout.cell(entryRef(slot)) && ++seen === n;
  /** Each thing is done once, before the first step that its test accepts, one after another. */
  const meanwhile = (...things: [(step: Step) => boolean, () => void][]) => {
    seen = 0;
    return (step: Step): void => {
      if (things[0]?.[0](step)) things.shift()![1]();
    };
  };

  const count = (size: number, test: (i: number) => boolean): number =>
    Array.from({ length: size }, (_, i) => i).filter(test).length;
  const { sizes } = machine.parts.layout;
  return {
    cpu,
    childCpu,
    machine,
    hooks,
    steps,
    value,
    run,
    loads,
    meanwhile,
    facts: machine.facts(store),
    /** Frames and tables allocated and not freed; the top table is one. The zero page does not count. */
    framesInUse: () => count(sizes.page, (i) => i !== ZERO_PFN && value(pageCells.life(i)) === 1),
    tablesInUse: () => count(sizes.table, (i) => value(tableCells.life(i)) === 1),
    twice: () =>
      count(sizes.page, (i) => value(pageCells.life(i)) === 3) +
      count(sizes.table, (i) => value(tableCells.life(i)) === 3),
    locksHeld: () =>
      [
        mmCells.mmap_lock(0),
        mmCells.mmap_lock(1),
        mmCells.page_table_lock(0),
        ...Array.from({ length: sizes.table }, (_, t) => tableCells.ptl(t)),
      ].filter((at) => value(at) !== 0),
    interruptsOff: () => value(hw.irqOff(0)) !== 0,
    inCpumask: () => (value(mmCells.cpumask(0)) & cpuBit(0)) !== 0,
  };
}

export type Bench = ReturnType<typeof oneThread>;
