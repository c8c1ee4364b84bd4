/** One piece of an architecture's code, alone on its machine: which steps it makes, one schedule. What it should make is for tests to say. */
import type { ArchSpec } from '../arch/declaration.ts';
import type { Ablation } from '../machine/ablation.ts';
import type { SimCpu } from '../machine/cpu.ts';
import { Machine } from '../machine/machine.ts';
import { MapStore } from '../machine/map-store.ts';
import { sc } from '../machine/memory/model.ts';
import { threadGates } from '../machine/processes.ts';
import { steps } from '../machine/steps/index.ts';
import { TLB_FLUSH_ALL, type CpuId } from '../words/address.ts';
import { refName, type Ref } from '../words/cells.ts';
import type { Invalidation } from '../words/cpu.ts';
import { F, flagsOf, frameOf, mkTable, tableOf, isTable, type Entry } from '../words/entry.ts';
import { levelAt, type Geometry } from '../words/geometry.ts';
import { tableCells, type Mm, type Vma } from '../words/objects.ts';
import type { Configuration, Scenario } from '../workload/scenario.ts';
import type { Op, Step } from '@shootdown/explorer';
import { smallGeometry } from './geometry.ts';
import { kernelOf } from './kernel-of.ts';
import { runToEnd } from './single-run.ts';
import { changesOf, stackOf, type Stack } from './stack.ts';
import { numbersOf } from './thresholds.ts';

/** What is run, and on what. */
export interface Alone {
  readonly arch: ArchSpec;
  /** The kernel (default: 6.1 as it was released). */
  readonly kernel?: Partial<Configuration>;
  /** The small tree, where it is not the default one. */
  readonly geometry?: Scenario['geometry'];
  /** Numbers of the story: thresholds. */
  readonly numbers?: Readonly<Record<string, number>>;
  /** Handles of areas, in order: from page, to page (default: one of all pages). All are of address space 0. */
  readonly areas?: readonly (readonly [number, number])[];
  /** Cells that do not hold what they hold at first: a number, or a record as plain data. */
  readonly given?: readonly (readonly [Ref, number | object])[];
  /** The CPU that runs it (default 0) of three. */
  readonly on?: CpuId;
  /** The address space that the CPU runs (default 0), or none: a kernel thread. There are two. */
  readonly runs?: 0 | 1 | 'kernel';
  /** The code runs beside the CPU (`MachineSpec.surroundings`), and goes on where the CPU is stopped. */
  readonly beside?: boolean;
  /** Leaves a synchronising step out. */
  readonly ablation?: Ablation;
  readonly code: (cpu: SimCpu, at: { readonly vmas: readonly Vma[]; readonly geometry: Geometry }) => Op<unknown>;
}

/** What came of it. */
export interface DoneAlone {
  /** What the code returned. */
  readonly gives: unknown;
  /**
   * Its steps in order, each a line: `load mm_cpumask[0] -> 3`. Steps that others make meanwhile, or at the end, begin with their CPU. A
   * step after which the code would not have gone on (a bug, a refusal) is the last line.
   */
  readonly does: readonly string[];
  /** Cells that hold something else in the end, by name. */
  readonly left: Readonly<Record<string, unknown>>;
}

const CPUS = 3;
const MMS: readonly Mm[] = [{ id: 0 }, { id: 1 }];
/** Steps of a piece of code that does not end. */
const MANY = 1000;
/** Kinds whose step breaks something: nothing comes after it. */
const ENDS = new Set(['bug', 'refused', 'wild', 'bound', 'unbalanced']);
class Ended extends Error {}

/**
 * Runs code to its end on a machine where nothing else runs but what the machine does by itself.
 * @throws Mistake where it waits for what nobody does
 */
export function alone(wanted: Alone): DoneAlone {
  const { arch, given = [], on = 0, runs = 0, beside = false, code } = wanted;
  const machine = machineOf(wanted);
  const { layout, records } = machine.parts;
  const start = new Map(
    given.map(([ref, held]) => [layout.cell(ref), typeof held === 'number' ? held : records.idOf(held)]),
  );
  const store = new MapStore((cell) => layout.initial(cell), start);
  const cpu = machine.cpu(on, runs === 'kernel' ? undefined : MMS[runs]);
  const does: string[] = [];
  let gives: unknown;
  let line = '';
  try {
    runToEnd({
      machine,
      store,
      name: arch.id,
      gates: beside ? [] : threadGates(machine.parts, on),
      *body() {
        gives = yield* code(cpu, machine.parts);
      },
      daemons: machine.processes,
      form: 'stepwise',
      watcher: {
        before(step) {
          if (does.length > MANY) throw new Error(`more than ${MANY} steps: does it end?`);
          line = `${step.cpu === on ? '' : `cpu${step.cpu}: `}${told(machine, step)}`;
          if (!ENDS.has(step.kind)) return;
          does.push(line);
          throw new Ended();
        },
        after(step, observed) {
          if (step.kind === 'tlb.receive') return; // by the machine, when it is waited for at the latest
          does.push(
            observed === 0 && !OBSERVE.has(step.kind) ? line : `${line} -> ${valueIn(machine, step, observed)}`,
          );
        },
      },
    });
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
  }
  const left = [...store.written]
    .filter(([cell, value]) => value !== (start.get(cell) ?? layout.initial(cell)))
    .map(([cell, value]) => [
      layout.name(cell),
      layout.refOf(cell).region.shape === 'record' ? records.get(value) : value,
    ]);
  return { gives, does, left: Object.fromEntries(left) as Record<string, unknown> };
}

/** Hooks of an architecture in one kernel: the same for every piece of code. */
const stacks = new WeakMap<ArchSpec, Map<string, Stack>>();
function stackIn(arch: ArchSpec, kernel: Configuration, changes: ReturnType<typeof changesOf>): Stack {
  const known = stacks.get(arch) ?? new Map<string, Stack>();
  const key = JSON.stringify(kernel);
  const stack = known.get(key) ?? stackOf(arch, changes);
  stacks.set(arch, known.set(key, stack));
  return stack;
}

function machineOf({ arch, kernel, geometry, numbers = {}, areas = [[0, 8]], ablation }: Alone): Machine {
  const configuration: Configuration = { release: 'v6.1', says: 'Linux', ...kernel };
  const changes = changesOf(arch, configuration);
  const small = smallGeometry(geometry);
  const page = 2 ** small.pageShift;
  const vmas = areas.map(([from, to], id): Vma => ({
    id,
    mm: MMS[0]!,
    start: from * page,
    end: to * page,
    thp: 'always',
  }));
  return new Machine(
    Object.assign({}, arch.machine, ...changes.map((change) => change.machine ?? {})) as ArchSpec['machine'],
    {
      cpus: CPUS,
      mms: MMS.length,
      vmas,
      pool: { frames: 8, tables: 4 },
      geometry: small,
      // Barriers are steps, and every store is there at once.
      memory: { ...sc, fences: true },
      ghosts: new Set(),
      // Somebody follows every note: so each is a step.
      follows: [{ steps: Object.fromEntries(Object.keys(steps.notes).map((kind) => [kind, () => {}])) }],
    },
    kernelOf(arch, {
      stack: stackIn(arch, configuration, changes),
      numbers: numbersOf(arch, { numbers } as Scenario, 'exploring'),
      config: { ...arch.machine.config, ...configuration.config },
      watches: () => false,
      ...(ablation && { ablation }),
    }),
  );
}

/** Steps that observe something, be it 0. */
const OBSERVE = new Set([
  'load',
  'xchg',
  'cmpxchg',
  'add_return',
  'dec_and_test',
  'inc_not_zero',
  'list_take',
  'spin_trylock',
  'update',
  'walk.lockless',
  'walk.typed',
]);
/** Steps that read and write entries: what goes in and comes out is one, or flags of one. */
const ENTRIES = new Set([
  'wait_clear',
  'load',
  'store',
  'xchg',
  'cmpxchg',
  'update',
  'or',
  'andnot',
  'walk.lockless',
  'walk.typed',
]);
/** Operands that are no plain numbers. */
const OPERANDS: Readonly<Record<string, (machine: Machine, step: Step) => readonly string[]>> = {
  'tlb.local': (machine, { args: [what] }) => [invalidation(machine, what)],
  'tlb.broadcast': (machine, { args: [what, to] }) => [invalidation(machine, what), `to ${maskOf(to)}`],
  'ipi.send': (machine, { args: [to, call] }) => [`to ${maskOf(to)}`, calledIn(machine, call)],
  'ipi.wait': (_machine, { args: [to] }) => [`for ${maskOf(to)}`],
  'walk.lockless': (_machine, { args: [level] }) => [levelAt(level!)],
  'walk.typed': (_machine, { args: [as] }) => [as === 1 ? 'leaf' : 'table'],
  call_rcu: (machine, { args: [callback] }) => [calledIn(machine, callback)],
};

function told(machine: Machine, step: Step): string {
  const { layout } = machine.parts;
  const operands = OPERANDS[step.kind]?.(machine, step) ?? step.args.map((value) => valueIn(machine, step, value));
  return [
    step.kind,
    ...step.cells.map((cell) => refName(layout.refOf(cell))),
    ...operands,
    ...(step.why === undefined ? [] : [`(${step.why})`]),
    ...(step.info === undefined ? [] : [plainData(step.info)]),
  ].join(' ');
}

/** A number that goes into the cell of a step, or comes out of it, as the cell means it. */
function valueIn(machine: Machine, step: Step, value: number): string {
  const region = step.cells.length > 0 ? machine.parts.layout.refOf(step.cells[0]!).region : undefined;
  if (region === tableCells.entry && ENTRIES.has(step.kind)) return entryName(value);
  if (region?.shape === 'mask') return maskOf(value);
  const record = region?.shape === 'record' && value !== 0 ? machine.parts.records.get(value) : undefined;
  // The numbers of a list are no records.
  return record === undefined || Array.isArray(record) ? String(value) : plainData(record);
}

const maskOf = (mask = 0): string =>
  `{${[...mask.toString(2)]
    .reverse()
    .flatMap((bit, id) => (bit === '1' ? [id] : []))
    .join(' ')}}`;

/** An entry, exactly: `T3` as tables are made, else frame and flags. Bits without a frame are flags alone. */
export function entryName(entry: Entry): string {
  if (entry === 0) return 'none';
  if (isTable(entry) && entry === mkTable(tableOf(entry))) return `T${tableOf(entry)}`;
  const flags = Object.entries(F)
    .filter(([, bit]) => (flagsOf(entry) & bit) !== 0)
    .map(([name]) => name);
  const frame = isTable(entry) ? `T${tableOf(entry)}` : frameOf(entry) === 0 ? '' : `P${frameOf(entry)}`;
  return [frame, ...flags].filter(Boolean).join('|') || String(entry);
}

function invalidation(machine: Machine, id = 0): string {
  const { asid, start, end, leaves, walkCache } = machine.parts.records.get(id) as Invalidation;
  const page = 2 ** machine.parts.geometry.pageShift;
  const last = end === TLB_FLUSH_ALL ? 'all' : String(end / page);
  // By address an invalidation is of one byte.
  const range = end === start + 1 ? `page ${start / page}` : `pages ${start / page}..${last}`;
  return `asid ${asid} ${range} ${leaves.join('+') || 'no leaves'} ways:${walkCache}`;
}

/** `{mm:0 start:4096}` */
const plainData = (data: unknown): string =>
  JSON.stringify(data ?? {})
    .replaceAll('"', '')
    .replaceAll(',', ' ');

function calledIn(machine: Machine, id = 0): string {
  const { name, info } = machine.parts.records.get(id) as { readonly name: string; readonly info: unknown };
  return `${name} ${plainData(info)}`;
}
