/** Puts one architecture, one scenario and one kernel together: a closed system, ready to be explored. */
import type { ArchSpec } from '../arch/declaration.ts';
import { Mistake, type Op, type Process, type System, didYouMean, operationThrew } from '@shootdown/explorer';
import { context_switch } from '../kernel/sched.ts';
import { ret_from_fork } from '../kernel/fork.ts';
import { attach_vma, exec_mmap, paging_init } from '../kernel/setup.ts';
import type { Ablation } from '../machine/ablation.ts';
import { holdingOf } from '../machine/held.ts';
import { MapStore } from '../machine/map-store.ts';
import { Machine } from '../machine/machine.ts';
import type { SimCpu } from '../machine/cpu.ts';
import { sc } from '../machine/memory/model.ts';
import { setsAlike, symmetryOf } from '../machine/alike.ts';
import { threadGates } from '../machine/processes.ts';
import { tso } from '../machine/memory/tso.ts';
import { ALWAYS_ASKED } from '../watch/index.ts';
import type { Watch } from '../words/watch.ts';
import type { CpuId } from '../words/address.ts';
import { ghosts } from '../words/ghosts.ts';
import { HPAGE_PMD_SIZE, PAGE_SIZE, spaceOf, type Geometry } from '../words/geometry.ts';
import { mmCells, type Mm, type Vma } from '../words/objects.ts';
import type { KernelConfig, MachineSpec } from '../words/spec.ts';
import { checkStory } from '../workload/check.ts';
import type { Configuration, Scenario, Story } from '../workload/scenario.ts';
import { checksFor, resolveAsks } from './claims.ts';
import { smallGeometry } from './geometry.ts';
import { kernelOf } from './kernel-of.ts';
import { runToEnd } from './single-run.ts';
import { changesOf, stackOf, type Stack } from './stack.ts';
import { numbersOf, Thresholds, type Whose } from './thresholds.ts';

/** A scenario on an architecture, put together. */
export interface Rig {
  readonly system: System;
  readonly stack: Stack;
  /** Watchers that are asked. */
  readonly watches: readonly Watch[];
  /** Hooks that were called so far, by the set-up and by whatever runs the system: for reports, nothing depends on it. */
  readonly called: ReadonlySet<string>;
  /** Which side of each threshold the threads have taken so far. */
  readonly thresholds: Thresholds;
}

/** What is judged. */
export interface Ask {
  readonly claims?: readonly string[];
  readonly musts?: 'violation' | 'tally';
  /** Leaves a synchronising step out, or finds out which there are. */
  readonly ablation?: Ablation;
  /** Whose thresholds code compares with (default: those of explorations). */
  readonly thresholds?: Whose;
}

/** Everything a hook's contract says, counted. */
export const countHook = (hook: string): Ask => ({ claims: [`${hook}: *`], musts: 'tally' });

/**
 * Why a scenario does not apply to an architecture; undefined when it does.
 * @param configuration a kernel with an option that the architecture lacks does not exist there. Absent: any kernel
 */
export function notApplicable(arch: ArchSpec, scenario: Scenario, configuration?: Configuration): string | undefined {
  const wanted = Object.entries(configuration?.config ?? {}).find(
    ([name, value]) => value && !arch.machine.config[name as keyof KernelConfig],
  );
  if (wanted) return `${arch.id} has no ${wanted[0]}`;
  const config = scenario.needs?.config?.find((c) => !arch.machine.config[c]);
  if (config) return `${arch.id} has no ${config}`;
  const operation = scenario.needs?.operations?.find((o) => !o.split('|').some((name) => name in arch.operations));
  if (operation) return `${arch.id} has no ${operation.replaceAll('|', ' or ')}`;
  return undefined;
}

/**
 * Puts everything together and runs the scenario's set-up, on the same kernel code that is explored then.
 * @param ask claims to judge (by default those of the scenario), and whether a hook's `must` that fails is a violation
 * @throws Mistake when a plugin, the scenario or the configuration is wrong
 */
export function rig(arch: ArchSpec, scenario: Scenario, configuration: Configuration, ask: Ask = {}): Rig {
  checkStory(scenario, configuration);
  const why = notApplicable(arch, scenario, configuration);
  if (why)
    throw new Mistake(
      'SD_BAD_SCENARIO',
      `scenario ${scenario.name} does not apply: ${why}.`,
      'Choose another architecture.',
    );
  const changes = changesOf(arch, configuration);
  const stack = stackOf(arch, changes);
  const asked = resolveAsks([...ALWAYS_ASKED, ...(ask.claims ?? scenario.asks)], arch.watches);
  const geometry = smallGeometry(scenario.geometry);
  const whose = ask.thresholds ?? 'exploring';
  const numbers = numbersOf(arch, scenario, whose);
  const thresholds = new Thresholds(numbers, numbersOf(arch, scenario, whose === 'machine' ? 'exploring' : 'machine'));
  const config = { ...arch.machine.config };
  // An option can only be switched off: an architecture that lacks it has no code for it.
  for (const [name, value] of Object.entries(configuration.config ?? {}))
    if (value === false) config[name as keyof typeof config] = false;

  const called = new Set<string>();
  const kernelOfMachine = kernelOf(arch, {
    stack,
    numbers,
    thresholds,
    config,
    watches: (name) => asked.hooks.has(name),
    calls: (name) => called.add(name),
    ...(ask.ablation ? { ablation: ask.ablation } : {}),
  });
  checkScenario(scenario, spaceOf(geometry) / PAGE_SIZE(geometry));
  const mms = Array.from({ length: scenario.mms ?? 1 }, (_, id): Mm => ({ id }));
  const mmOf = (n: number): Mm => mms[n] ?? raise(scenario, `there is no address space ${n}`);
  const vmas = scenario.areas.map((a, id): Vma => ({
    id,
    mm: mmOf(a.mm ?? 0),
    start: a.from * PAGE_SIZE(geometry),
    end: a.to * PAGE_SIZE(geometry),
    thp: a.thp,
  }));
  for (const vma of vmas) Object.assign(vma, copiedFrom(vma, vmas, scenario));
  const handles = [...vmas, ...sparesOf(vmas, geometry)];
  const machine = new Machine(
    Object.assign({}, arch.machine, ...changes.map((change) => change.machine ?? {})) as MachineSpec,
    {
      cpus: scenario.cpus,
      mms: mms.length,
      vmas: handles,
      pool: scenario.pool ?? { frames: 16, tables: 8 },
      geometry,
      memory: scenario.memory === 'tso' ? tso : sc,
      ghosts: asked.ghosts,
      follows: asked.watches.flatMap((w) => w.follows ?? []),
    },
    kernelOfMachine,
  );

  const story: Story = {
    mm: mmOf(0),
    mmOf,
    area: (n) => vmas[n] ?? raise(scenario, `there is no area ${n}`),
    page: (n) => n * PAGE_SIZE(geometry),
    pageSize: PAGE_SIZE(geometry),
    hugePageSize: HPAGE_PMD_SIZE(geometry),
    hasArchOperation: (name) => name in arch.operations,
    archOperation(name) {
      const operation = arch.operations[name] as ReturnType<Story['archOperation']> | undefined;
      if (!operation)
        return raise(
          scenario,
          `${arch.id} has no operation ${name}${near(name, Object.keys(arch.operations))}; list it under needs.operations`,
        );
      return operation;
    },
  };
  const store = new MapStore((cell) => machine.parts.layout.initial(cell));
  const prepare = (name: string, id: number, mm: Mm | undefined, does: (cpu: SimCpu) => Generator): void => {
    const cpu = machine.cpu(id, mm);
    const body = (): Op<unknown> => {
      cpu.restart();
      return does(cpu) as Op<unknown>;
    };
    runToEnd({
      machine,
      store,
      name: `${scenario.name} (${name})`,
      gates: threadGates(machine.parts, id),
      body,
      daemons: machine.processes,
      form: 'stepwise',
    });
  };

  prepare('boot', 0, undefined, paging_init);
  const isForked = (mm: Mm): boolean => scenario.forked?.includes(mm.id) ?? false;
  for (const mm of mms.filter(isForked)) store.set(machine.parts.layout.cell(mmCells.task_new(mm.id)), 1);
  for (const mm of mms.filter((m) => !isForked(m)))
    prepare('exec', scenario.threads.find((t) => t.runs === mm.id)?.cpu ?? 0, mm, (cpu) =>
      exec_mmap(cpu, mm, Math.max(1, scenario.threads.filter((t) => t.runs === mm.id).length)),
    );
  for (const vma of vmas.filter((v) => !isForked(v.mm))) prepare('mmap', 0, vma.mm, (cpu) => attach_vma(cpu, vma));
  for (const thread of scenario.threads)
    if (thread.runs !== 'kernel' && !isForked(mmOf(thread.runs))) {
      const mm = mmOf(thread.runs);
      prepare('switch', thread.cpu, mm, (cpu) => context_switch(cpu, mm));
    }
  for (const [i, step] of scenario.setup.entries())
    prepare(`set-up ${i + 1}`, step.cpu, mmOf(step.mm ?? 0), (cpu) =>
      codeOf(scenario, `set-up ${i + 1}`, () => step.does(cpu, story)),
    );

  ask.ablation?.arm();
  thresholds.arm();
  const mains = scenario.threads.map((thread): Process => {
    const cpu = machine.cpu(thread.cpu, thread.runs === 'kernel' ? undefined : mmOf(thread.runs));
    return {
      name: thread.name,
      cpu: thread.cpu,
      role: 'main',
      gates: threadGates(machine.parts, thread.cpu),
      body: () => {
        cpu.restart();
        const does = codeOf(scenario, `thread ${thread.name}`, () => thread.does(cpu, story));
        return cpu.mm && isForked(cpu.mm) ? afterFork(cpu, cpu.mm, does) : does;
      },
    };
  });
  const checks = checksFor(asked, machine, mms, handles, ask.musts ?? 'violation');
  const start = new Map(
    [...store.written].filter(([cell]) => machine.parts.layout.refOf(cell).region !== ghosts.interrupted),
  );
  const processes = [...mains, ...machine.processes, ...(scenario.quiet ? [] : machine.surroundings)];
  const alike = cpusAlike(scenario);
  return {
    stack,
    called,
    thresholds,
    watches: asked.watches,
    system: {
      processes,
      ...(alike.length > 0 && { symmetry: symmetryOf(machine, processes, alike) }),
      cellCount: machine.parts.layout.cellCount,
      names: machine.parts.layout,
      initial: (cell) => start.get(cell) ?? machine.parts.layout.initial(cell),
      meaning: (kind) => machine.meaning(kind),
      checksAt: checks.at,
      finals: checks.finals,
      interned: machine.parts.records,
      holding: (step, observed) => holdingOf(step, observed, machine.parts.layout),
      where: () => machine.where(),
    },
  };
}

/** At most so many pieces more than the area itself. An area of n pages has n pieces at most. */
const SPARES = 7;

/** The area of a forked address space knows which area it will be a copy of. */
function copiedFrom(vma: Vma, vmas: readonly Vma[], { forked = [] }: Scenario): Pick<Vma, 'copyOf'> {
  const parent = forked.includes(vma.mm.id)
    ? vmas.find(({ mm, start, end }) => !forked.includes(mm.id) && start <= vma.start && vma.end <= end)
    : undefined;
  return parent ? { copyOf: parent.id } : {};
}

/** Handles for the pieces of areas that may be cut. */
function sparesOf(vmas: readonly Vma[], g: Geometry): Vma[] {
  const wanted = vmas.flatMap((vma) =>
    Array.from({ length: Math.min(SPARES, (vma.end - vma.start) / PAGE_SIZE(g) - 1) }, () => vma),
  );
  return wanted.map((vma, i): Vma => ({ ...vma, id: vmas.length + i, pieceOf: vma.id }));
}

/** CPUs that run the same code, or none. */
function cpusAlike({ cpus, threads }: Scenario): CpuId[][] {
  const on = Array.from({ length: cpus }, (_, id) => threads.find(({ cpu }) => cpu === id));
  return setsAlike(on, (a, b) => a === b || (a !== undefined && a.does === b?.does && a.runs === b.runs));
}

/** A thread of an address space that a fork makes. */
function* afterFork(cpu: SimCpu, mm: Mm, does: Op<unknown>): Op<unknown> {
  yield* ret_from_fork(cpu, mm);
  return yield* does;
}

/** What a story's code is begun with: the steps it makes. */
function codeOf(scenario: Scenario, who: string, begin: () => Op<unknown>): Op<unknown> {
  let code: Partial<Op<unknown>> | undefined;
  try {
    code = begin();
  } catch (error) {
    throw operationThrew(`${who} of ${scenario.name}`, [], error);
  }
  if (typeof code?.next !== 'function')
    throw new Mistake(
      'SD_BAD_SCENARIO',
      `scenario ${scenario.name}: ${who} makes no steps: its does gives back no generator.`,
      'Write it as function* (cpu, story) { yield* ... }.',
    );
  return code as Op<unknown>;
}

function checkScenario(scenario: Scenario, pages: number): void {
  if (!(scenario.cpus >= 1 && scenario.cpus <= 16)) raise(scenario, `cpus is ${scenario.cpus}; it goes from 1 to 16`);
  for (const t of scenario.threads)
    if (!(t.cpu >= 0 && t.cpu < scenario.cpus))
      raise(scenario, `thread ${t.name} is on cpu${t.cpu}, but there are ${scenario.cpus}`);
  for (const [i, step] of scenario.setup.entries())
    if (!(step.cpu >= 0 && step.cpu < scenario.cpus))
      raise(scenario, `set-up ${i + 1} is on cpu${step.cpu}, but there are ${scenario.cpus}`);
  const twice = scenario.threads.find((t, i) => scenario.threads.findIndex((other) => other.name === t.name) !== i);
  if (twice) raise(scenario, `two threads are called ${twice.name}: a trace could not tell them apart`);
  for (const mm of scenario.forked ?? [])
    if (!(mm >= 1 && mm < (scenario.mms ?? 1)))
      raise(
        scenario,
        `address space ${mm} is to be forked, but there are ${scenario.mms ?? 1} (mms), and the first is the parent`,
      );
  for (const [name, number] of Object.entries(scenario.numbers ?? {}))
    if (!(Number.isSafeInteger(number) && number >= 0))
      raise(scenario, `the number ${name} is ${number}; it is a whole number from 0`);
  const taken = new Set<number>();
  for (const t of scenario.threads) {
    if (taken.has(t.cpu)) raise(scenario, `two threads are on cpu${t.cpu}: one thread a CPU`);
    taken.add(t.cpu);
  }
  for (const a of scenario.areas)
    if (!(a.from >= 0 && a.from < a.to && a.to <= pages))
      raise(scenario, `area ${a.from}..${a.to} does not lie in the ${pages} pages of the small tree`);
}
const raise = (scenario: Scenario, what: string): never => {
  throw new Mistake('SD_BAD_SCENARIO', `scenario ${scenario.name}: ${what}.`, 'Correct the scenario.');
};
const near = (name: string, known: string[]): string => {
  const m = didYouMean(name, known);
  return m ? ` (did you mean ${m}?)` : '';
};
