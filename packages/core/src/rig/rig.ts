/** Puts one architecture, one scenario and one kernel together: a closed system, ready to be explored. */
import type { ArchSpec } from '../arch/declaration.ts';
import type { Bodies } from '../arch/layer.ts';
import { Mistake, type Op, type Process, type System, operationThrew } from '@shootdown/explorer';
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
import type { Cell } from '../words/cells.ts';
import { PAGE_SIZE, spaceOf } from '../words/geometry.ts';
import { mmCells, type Mm } from '../words/objects.ts';
import type { KernelConfig, MachineSpec } from '../words/spec.ts';
import { checkStory } from '../workload/check.ts';
import type { Configuration, Scenario, Story } from '../workload/scenario.ts';
import { checksFor, resolveAsks } from './claims.ts';
import { depictionOf } from './depiction.ts';
import { smallGeometry } from './geometry.ts';
import { kernelOf } from './kernel-of.ts';
import { checkScenario } from './scenario-check.ts';
import { runToEnd } from './single-run.ts';
import { spacesOf, storyOf, type Spaces } from './spaces.ts';
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
  const called = new Set<string>();
  const kernel = kernelOf(arch, {
    stack,
    numbers,
    thresholds,
    config: optionsOf(arch, configuration),
    watches: (name) => asked.hooks.has(name),
    calls: (name) => called.add(name),
    ...(ask.ablation ? { ablation: ask.ablation } : {}),
  });
  checkScenario(scenario, spaceOf(geometry) / PAGE_SIZE(geometry));
  const spaces = spacesOf(scenario, geometry);
  const machine = new Machine(
    Object.assign({}, arch.machine, ...changes.map((change) => change.machine ?? {})) as MachineSpec,
    {
      cpus: scenario.cpus,
      mms: spaces.mms.length,
      vmas: spaces.handles,
      pool: scenario.pool ?? { frames: 16, tables: 8 },
      geometry,
      memory: scenario.memory === 'tso' ? tso : sc,
      ghosts: asked.ghosts,
      follows: asked.watches.flatMap((w) => w.follows ?? []),
    },
    kernel,
  );
  const story = storyOf(arch, scenario, geometry, spaces);
  const start = boot(machine, scenario, story, spaces);
  ask.ablation?.arm();
  thresholds.arm();
  const mains = scenario.threads.map((thread) => threadOf(machine, scenario, story, spaces, thread));
  const checks = checksFor(asked, machine, spaces.mms, spaces.handles, ask.musts ?? 'violation');
  const processes = [...mains, ...machine.processes, ...(scenario.quiet ? [] : machine.surroundings)];
  return {
    stack,
    called,
    thresholds,
    watches: asked.watches,
    system: systemOf(machine, stack.bodies, processes, cpusAlike(scenario), start, checks),
  };
}

/** Options of the kernel. One can only be switched off: an architecture that lacks it has no code for it. */
function optionsOf(arch: ArchSpec, configuration: Configuration): KernelConfig {
  const config = { ...arch.machine.config };
  for (const [name, value] of Object.entries(configuration.config ?? {}))
    if (value === false) config[name as keyof KernelConfig] = false;
  return config;
}

/** @param start cells that the set-up wrote */
function systemOf(
  machine: Machine,
  bodies: Bodies,
  processes: readonly Process[],
  alike: readonly (readonly CpuId[])[],
  start: ReadonlyMap<Cell, number>,
  checks: ReturnType<typeof checksFor>,
): System {
  const { layout, records } = machine.parts;
  return {
    processes,
    ...(alike.length > 0 && { symmetry: symmetryOf(machine, processes, alike) }),
    cellCount: layout.cellCount,
    names: layout,
    initial: (cell) => start.get(cell) ?? layout.initial(cell),
    meaning: (kind) => machine.meaning(kind),
    checksAt: checks.at,
    finals: checks.finals,
    interned: records,
    holding: (step, observed) => holdingOf(step, observed, layout),
    depicts: depictionOf(machine, bodies, processes),
    where: () => machine.where(),
  };
}

/** Runs the set-up on CPUs of its own. @returns the cells that it wrote */
function boot(
  machine: Machine,
  scenario: Scenario,
  story: Story,
  { mms, vmas, mmOf, isForked }: Spaces,
): ReadonlyMap<Cell, number> {
  const { layout } = machine.parts;
  const store = new MapStore((cell) => layout.initial(cell));
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
  for (const mm of mms.filter(isForked)) store.set(layout.cell(mmCells.task_new(mm.id)), 1);
  for (const mm of mms.filter((m) => !isForked(m))) {
    const threads = scenario.threads.filter((t) => t.runs === mm.id);
    prepare('exec', threads[0]?.cpu ?? 0, mm, (cpu) => exec_mmap(cpu, mm, Math.max(1, threads.length)));
  }
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
  return new Map([...store.written].filter(([cell]) => layout.refOf(cell).region !== ghosts.interrupted));
}

/** A thread of a story, as a process of the system. */
function threadOf(
  machine: Machine,
  scenario: Scenario,
  story: Story,
  { mmOf, isForked }: Spaces,
  thread: Scenario['threads'][number],
): Process {
  const cpu = machine.cpu(thread.cpu, thread.runs === 'kernel' ? undefined : mmOf(thread.runs));
  return {
    name: thread.name,
    cpu: thread.cpu,
    role: 'main',
    gates: threadGates(machine.parts, thread.cpu),
    body: () => {
      cpu.restart();
      const begin = (): Op<unknown> => codeOf(scenario, `thread ${thread.name}`, () => thread.does(cpu, story));
      return cpu.mm && isForked(cpu.mm) ? afterFork(cpu, cpu.mm, begin) : begin();
    },
  };
}

/** CPUs that run the same code, or none. */
function cpusAlike({ cpus, threads }: Scenario): CpuId[][] {
  const on = Array.from({ length: cpus }, (_, id) => threads.find(({ cpu }) => cpu === id));
  return setsAlike(on, (a, b) => a === b || (a !== undefined && a.does === b?.does && a.runs === b.runs));
}

/** A thread of an address space that a fork makes. Its code begins after the fork: a generator made before would be a local variable that is told by its history. */
function* afterFork(cpu: SimCpu, mm: Mm, begin: () => Op<unknown>): Op<unknown> {
  yield* ret_from_fork(cpu, mm);
  return yield* begin();
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
