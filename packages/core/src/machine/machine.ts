/** One machine, put together from its parts: layout, meanings of steps, and the processes that run by themselves. */
import type { CpuId, Va } from '../words/address.ts';
import { wholeOf } from '../words/areas.ts';
import type { Region } from '../words/cells.ts';
import type { Follows } from '../words/follow.ts';
import { ghosts } from '../words/ghosts.ts';
import { spaceOf, PAGE_SIZE, entriesOf, LEVELS, type Geometry } from '../words/geometry.ts';
import {
  anonVmaCells,
  currentCells,
  hugeZeroCells,
  mmCells,
  pageCells,
  tableCells,
  vmaCells,
  type Mm,
  type Vma,
} from '../words/objects.ts';
import type { MachineSpec, StepTools } from '../words/spec.ts';
import type { AnyStepKind } from '../words/step-kind.ts';
import { type Meaning, Mistake, type Process, type Store } from '@shootdown/explorer';
import { followed, followersOf } from './book.ts';
import { SimCpu, type CallWatcher, type Kernel } from './cpu.ts';
import { StoreFacts } from './facts.ts';
import { HOOK_NESTING, hw, RCU_QUEUE } from './hardware.ts';
import { Layout } from './layout.ts';
import { sc, type MemoryModel } from './memory/model.ts';
import { reader, type Meanings, type Parts } from './parts.ts';
import { STEP_KINDS } from './steps/index.ts';
import { daemons, surroundings } from './processes.ts';
import { Records } from './records.ts';
import { trapWrites } from './write-trap.ts';

/** How big a machine is wanted. */
export interface MachineSize {
  readonly cpus: number;
  readonly mms: number;
  readonly vmas: readonly Vma[];
  /** How many areas there can be, where some are made later: `vmas` grows then (default: those there are). */
  readonly areas?: number;
  /** Makes handles when they are wanted (default: a piece of an area gets one of those of `vmas` that say they are its pieces). */
  readonly spares?: (vma: Vma, start: Va, end: Va) => readonly Vma[];
  /** Is told of every function that is entered and left. */
  readonly callWatcher?: CallWatcher;
  /** Frames and tables of each CPU's pool. */
  readonly pool: { readonly frames: number; readonly tables: number };
  readonly geometry: Geometry;
  readonly memory?: MemoryModel;
  /** Ghost regions that the claims asked for need. */
  readonly ghosts: ReadonlySet<Region>;
  /** What the watchers that are asked write down (default: there are none). */
  readonly follows?: readonly Follows[];
}

/** Nothing in it changes while code runs: code that carries it along is told apart by which one it is, not by what is in it. */
class Fixed {}

export class Machine {
  readonly parts: Parts;
  readonly processes: readonly Process[];
  /** What runs beside the CPUs; not while a scenario is set up. */
  readonly surroundings: readonly Process[];
  readonly #meanings: Meanings;
  #where: readonly string[] = [];

  readonly #callWatcher: CallWatcher | undefined;

  constructor(
    readonly spec: MachineSpec,
    size: MachineSize,
    private readonly kernel: Kernel,
  ) {
    this.#callWatcher = size.callWatcher;
    const records = new Records();
    const model = size.memory ?? sc;
    const g = size.geometry;
    const sizes = {
      // One CPU number more than there are CPUs: that of the RCU callbacks.
      cpu: size.cpus + 1,
      mm: size.mms,
      vma: size.areas ?? size.vmas.length,
      anon_vma: size.areas ?? size.vmas.length,
      page: (size.cpus + 1) * size.pool.frames,
      table: 1 + size.cpus * size.pool.tables,
      entry: Math.max(...LEVELS.map((l) => entriesOf(g, l))),
      level: LEVELS.length,
      block: spaceOf(g) / PAGE_SIZE(g),
      queue: RCU_QUEUE,
      nesting: HOOK_NESTING,
    };
    const regions = [
      mmCells,
      currentCells,
      vmaCells,
      anonVmaCells,
      pageCells,
      hugeZeroCells,
      tableCells,
      hw,
      ghosts,
    ].flatMap((group): Region[] => Object.values(group));
    const kept = [...size.ghosts].filter((region) => !regions.includes(region));
    const layout = new Layout([...regions, ...kept, ...model.regions, ...spec.cells], sizes, size.ghosts, records, g);
    this.parts = Object.assign(new Fixed(), {
      layout,
      records,
      spec,
      geometry: g,
      vmas: size.vmas,
      spares: size.spares ?? ((vma) => size.vmas.filter((one) => one.pieceOf === wholeOf(vma))),
      makesAreas: size.spares !== undefined,
      cpus: size.cpus,
      online: 2 ** size.cpus - 1,
      fences: model.fences,
      pool: size.pool,
      followers: followersOf(size.follows ?? []),
      has: (change: string) => kernel.has(change),
    });
    const plain = meaningsOf(STEP_KINDS, this.parts);
    const own = meaningsOf(spec.steps ?? [], tools(this.parts));
    for (const kind of Object.keys(own))
      if (kind in plain)
        throw new Mistake(
          'SD_BAD_ARCH',
          `the machine spec defines a step of kind ${kind}, which the machine has already.`,
          'Give it a name of the architecture, such as xen.mmu_update.',
        );
    this.#meanings = followed(this.parts, trapWrites(this.parts, model.meanings(this.parts, { ...plain, ...own })));
    const makeCpu = (id: CpuId): SimCpu => this.cpu(id, undefined);
    this.processes = [...daemons(this.parts, makeCpu), ...model.processes(this.parts, makeCpu)];
    this.surroundings = surroundings(this.parts, makeCpu);
  }

  /** A CPU for one thread of code. Threads on one CPU number share its hardware, not its call stack. */
  cpu(id: CpuId, mm: Mm | undefined): SimCpu {
    return new SimCpu(
      id,
      mm,
      this.parts,
      this.kernel,
      (stack) => {
        this.#where = stack;
      },
      this.#callWatcher,
    );
  }

  /** Every kind of step that this machine can make. */
  get kinds(): readonly string[] {
    return Object.keys(this.#meanings);
  }

  meaning(kind: string): Meaning {
    const meaning = this.#meanings[kind];
    if (!meaning)
      throw new Mistake(
        'SD_BAD_STEP',
        `the machine knows no step of kind ${kind}.`,
        'List it under `steps` of the machine spec.',
      );
    return meaning;
  }

  facts(store: Store): StoreFacts {
    return new StoreFacts(this.parts, store);
  }

  /** Call stack of the code that made the last step, as long as that code has not gone on. */
  where(): readonly string[] {
    return this.#where;
  }
}

const meaningsOf = <Tools>(kinds: readonly AnyStepKind<Tools>[], tools: Tools): Meanings =>
  Object.fromEntries(kinds.map((kind) => [kind.kind, kind.meaning(tools)]));

const tools = (p: Parts): StepTools => ({
  get: (store, at) => (p.layout.has(at) ? store.get(p.layout.cell(at)) : 0),
  set: (store, at, value) => {
    if (p.layout.has(at)) reader(p).set(store, at, value);
  },
  cell: (at) => p.layout.cell(at),
  record: (id) => p.records.get(id),
  idOf: (record) => p.records.idOf(record),
  sizes: p.layout.sizes,
  geometry: p.geometry,
});
