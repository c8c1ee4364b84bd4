/** A measured process: a machine with the real shape of the tree, and code that is run on its CPUs, one piece after another. */
import type { ArchSpec } from '../arch/declaration.ts';
import { genericNumbers } from '../kernel/numbers.ts';
import { exec_mmap, paging_init } from '../kernel/setup.ts';
import type { Kernel, SimCpu } from '../machine/cpu.ts';
import type { Layout } from '../machine/layout.ts';
import { Machine } from '../machine/machine.ts';
import { threadGates } from '../machine/processes.ts';
import { SparseStore } from '../machine/sparse-store.ts';
import { type Form, Mistake, NoPlainForm, type Op, type Step, type Store } from '@shootdown/explorer';
import { kernelOf } from '../rig/kernel-of.ts';
import { runToEnd } from '../rig/single-run.ts';
import { changesOf, stackOf } from '../rig/stack.ts';
import type { CpuId, Va } from '../words/address.ts';
import { areaNow } from '../words/areas.ts';
import { HPAGE_PMD_NR, HPAGE_PMD_SIZE, sizeOf, type Geometry } from '../words/geometry.ts';
import { mmCells, vmaCells, type Mm, type Vma } from '../words/objects.ts';
import type { Configuration } from '../workload/scenario.ts';
import { Areas } from './areas.ts';
import { APART, PLACES } from './quantity.ts';
import { Tally } from './tally.ts';

/** CPU of the measured thread. */
export const MEASURED: CpuId = 0;
/** Handles of areas that one process may use up: cutting and forking make many. */
const AREAS = 2 ** 14;
/** Address spaces beside the measured one: one for other processes, the rest for children. */
const MMS = 32;
/** Page tables of one CPU. */
const TABLES = 2 ** 12;

/** What is wanted of the machine. */
export interface ProcessOptions {
  readonly configuration: Configuration;
  /** CPUs of the machine. */
  readonly cpus: number;
  /** For how many the reservation has place. */
  readonly repetitions: number;
  /** Handles of areas that it may use up (default: plenty for an operation). */
  readonly areas?: number;
  /** Numbers of the machine that are others than those of the architecture: another processor. */
  readonly numbers?: Readonly<Record<string, number>>;
  /** Another shape of the tree than the real one, another store, and who is told what each step observed: for tests. Both are made anew for each run. */
  readonly geometry?: Geometry;
  readonly storeOf?: (layout: Layout) => Store;
  readonly watchSteps?: () => OnStep;
  /** How kernel code is run: see `measure`. */
  readonly form: Form;
}

/** Is told what each step observed. */
export type OnStep = (step: Step, observed: number) => void;

/** Where the kernel code came to something that it does not model. */
export class NotModelled extends Error {}

export class MeasuredProcess {
  readonly mm: Mm = { id: 0 };
  /** Another process, for CPUs that do something else. */
  readonly other: Mm = { id: 1 };
  readonly areas: Areas;
  readonly geometry: Geometry;
  readonly machine: Machine;
  readonly store: Store;
  readonly tally: Tally;
  /** Changes and numbers that kernel code has asked for. */
  readonly asked = new Set<string>();
  /** Children alive, the newest last. */
  readonly children: Mm[] = [];
  #mmsUsed = 2;
  readonly #onStep: OnStep | undefined;

  constructor(
    readonly arch: ArchSpec,
    private readonly want: ProcessOptions,
  ) {
    const { configuration, cpus, repetitions, geometry: shape = arch.machine.geometry } = want;
    this.geometry = shape;
    this.areas = new Areas(want.areas ?? AREAS);
    const stack = stackOf(arch, changesOf(arch, configuration));
    const config = { ...arch.machine.config, ...configuration.config };
    const numbers: Readonly<Record<string, number>> = {
      ...genericNumbers(shape),
      ...arch.machine.numbers,
      ...want.numbers,
    };
    const strange = Object.keys(want.numbers ?? {}).find(
      (name) => !(name in genericNumbers(shape)) && !(name in arch.machine.numbers),
    );
    if (strange !== undefined)
      throw new Mistake(
        'SD_BAD_ARCH',
        `a rule or a variant of ${arch.id} sets a number ${strange}, which its machine has not.`,
        `It has ${Object.keys(numbers)
          .filter((name) => name !== strange)
          .join(', ')}.`,
      );
    this.tally = new Tally({
      names: arch.machine.counted,
      number: (name) => this.#hear(name, numbers[name] ?? 0),
      syncs: config.MMU_GATHER_RCU_TABLE_FREE,
      measured: MEASURED,
      symbolOf: (hook) => stack.bodies.get(hook)?.source?.symbol,
    });
    this.machine = new Machine(
      arch.machine,
      {
        cpus,
        mms: MMS,
        vmas: this.areas.all,
        areas: this.areas.limit,
        spares: this.areas.spares,
        geometry: shape,
        ghosts: new Set(),
        callWatcher: this.tally,
        pool: { frames: (repetitions + 4) * 16 * HPAGE_PMD_NR(shape), tables: TABLES },
      },
      this.#listening(kernelOf(arch, { stack, numbers, config, watches: () => false })),
    );
    this.#onStep = want.watchSteps?.();
    this.store = (want.storeOf ?? ((layout) => new SparseStore(layout)))(this.machine.parts.layout);
  }

  /** Notes which changes and numbers are asked for: what nobody asks for makes no difference. */
  #listening(kernel: Kernel): Kernel {
    return {
      ...kernel,
      has: (name) => this.#hear(name, kernel.has(name)),
      number: (name) => this.#hear(name, kernel.number(name)),
      compare: (_name, over) => over((name) => this.#hear(name, kernel.number(name))),
    };
  }
  #hear<T>(name: string, answer: T): T {
    this.asked.add(name);
    return answer;
  }

  get cpus(): number {
    return this.want.cpus;
  }

  /** Where the reservation begins: at the second PUD, so that no table is shared with address 0. */
  get base(): Va {
    return sizeOf(this.geometry, 'pud');
  }
  get end(): Va {
    return this.base + (this.want.repetitions * PLACES.length + 1) * APART * HPAGE_PMD_SIZE(this.geometry);
  }

  /** Boots, makes the process with its reservation, and runs it on the measured CPU. */
  start(users: number): void {
    this.run('boot', MEASURED, undefined, paging_init);
    this.run('exec', MEASURED, this.mm, (cpu) => exec_mmap(cpu, this.mm, users));
    this.run('reserve', MEASURED, this.mm, (cpu) =>
      this.areas.map(cpu, { mm: this.mm, start: this.base, end: this.end, thp: 'unadvised' }),
    );
  }

  /** A new address space, for a child. */
  newMm(): Mm {
    if (this.#mmsUsed >= MMS)
      throw new Mistake('SD_BAD_OPERATION', `it forks more than ${MMS - 2} times.`, 'Repeat it fewer times.');
    return { id: this.#mmsUsed++ };
  }

  /**
   * Runs code on a CPU to its end; whenever it waits, and afterwards, the other CPUs and the machine do what they have to.
   * @throws NotModelled, NoPlainForm
   */
  run(name: string, id: CpuId, mm: Mm | undefined, does: (cpu: SimCpu) => Op<unknown>): void {
    const cpu = this.machine.cpu(id, mm);
    const body = (): Op<unknown> => {
      cpu.restart();
      return does(cpu);
    };
    const { machine, store } = this;
    const watcher = {
      before: (step: Step): void => {
        if (step.kind === 'bound') throw new NotModelled(step.why);
        this.tally.step(step, machine.parts.records);
      },
      ...(this.#onStep ? { after: this.#onStep } : {}),
    };
    try {
      runToEnd({
        machine,
        store,
        name,
        gates: threadGates(machine.parts, id),
        body,
        daemons: machine.processes,
        form: this.want.form,
        watcher,
      });
    } catch (error) {
      throw error instanceof NoPlainForm && cpu.stack.length > 0
        ? new NoPlainForm(`${error.message}, in ${cpu.stack.at(-1)}`)
        : error;
    }
  }

  /** The areas of the measured address space that share an address with a range, as they are now. */
  mappedAreas(start: Va, end: Va): Vma[] {
    const {
      store,
      machine: {
        parts: { layout },
      },
      areas,
      mm,
      geometry,
    } = this;
    const near = areas.all.filter((vma) => vma.mm.id === mm.id && vma.start < end && start < vma.end);
    const now = near.flatMap((vma) => areaNow(geometry, vma, store.get(layout.cell(vmaCells.attached(vma.id)))) ?? []);
    return now.filter((vma) => vma.start < end && start < vma.end);
  }

  /** Handles of areas that have gone are given out again: for processes that map and unmap for long. */
  recycleAreas(): void {
    const {
      store,
      machine: {
        parts: { layout },
      },
    } = this;
    this.areas.recycle((vma) => store.get(layout.cell(vmaCells.attached(vma.id))) !== 0);
  }

  addUsers(n: number): void {
    this.run('users', MEASURED, this.mm, (cpu) => cpu.add(mmCells.mm_users(this.mm.id), n));
  }
}
