/** Replays one schedule on the live code and records a trace. */
import { Mistake } from '../api/mistakes.ts';
import { END_STEP, type CellNames, type Step } from '../api/step.ts';
import type { Cell } from '../api/cell.ts';
import type { Check, Holding, Moment, Move, Said, Schedule, System } from '../api/system.ts';
import type { BrokenClaim, Change, Held, InitialValue, Trace, TraceEvent } from '../api/trace.ts';
import type { Identity } from '../learned/local-identity.ts';
import { Causes } from './causes.ts';
import { repeatedState } from './loop.ts';
import { overtakenIn } from './overtaken.ts';
import { World, type MadeStep, type MadeMove } from './world.ts';

/**
 * Replays a schedule. Every claim that fails on the way is in the trace, whether it must hold or is only counted.
 * @param identity tells local states apart, to detect that the schedule ends in a state that occurred before; absent:
 * that is not asked
 * @param pauseAt number of a step, from 1: a debugger stops in the code that makes it
 * @throws Mistake SD_TOKEN_DOES_NOT_APPLY when a move cannot be made
 */
export function replay(system: System, schedule: Schedule, identity?: Identity, pauseAt?: number): Trace {
  const world = new World(system, pauseAt === undefined ? undefined : madeStep(schedule, pauseAt));
  const changed: Moments = new Map();
  const held = new Map<number, readonly Held[]>();
  const causes = new Causes(system, world, held);
  const events = schedule.map((move, i): TraceEvent => {
    mustApply(system, world, move, i);
    const { process } = world.threads[move.process]!;
    const moved = world.move(move.process, move.choice);
    for (const cell of moved.before.keys()) changed.set(cell, i + 1);
    const holds = heldAfter(held.get(move.process) ?? [], system.holding?.(moved.step, moved.observed));
    held.set(move.process, holds);
    causes.moved(move.process, moved, i + 1);
    return {
      ...event(system, world, i + 1, process.name, process.cpu, moved, changed),
      ...(holds.length > 0 && { held: holds }),
    };
  });
  const ended = world.still && !world.gaveUp;
  const deadlocked = ended && world.mainsLeft.length > 0;
  const left = world.threads
    .filter(({ process, step, history }) => step !== undefined && (process.role === 'main' || history.length > 0))
    .map(({ process, where }) => ({ process: process.name, where }));
  const gaveUp = world.threads.flatMap(({ process, where, step }) =>
    step?.kind === 'bound' ? [{ process: process.name, where, why: step.why ?? 'it says no reason' }] : [],
  );
  const open = !world.still && !events.at(-1)?.broken.length;
  // Last, because it runs the code again from its start.
  const from = open && identity ? repeatedState(system, schedule, identity) : undefined;
  causes.end();
  const processes = system.processes.map(({ name, cpu, role, does }) => ({ name, cpu, role, ...(does && { does }) }));
  return {
    processes,
    ...partsOf(system, changed.keys(), events),
    events,
    waits: causes.waits,
    edges: causes.edges,
    overtaken: overtakenIn({ processes, events }, messagesOf(system, changed.keys())),
    brokenAtEnd: ended && !deadlocked ? broken(system.finals, world, END_STEP, 0, changed, system.names) : [],
    // A daemon that waits for ever is reported only where the caller asks whether the schedule is a livelock.
    stuck: deadlocked || (ended && identity) ? stuck(system, world) : [],
    ...(from !== undefined && { loop: { from: from + 1, processes: left } }),
    ...(gaveUp.length > 0 && { gaveUp }),
  };
}

/** Code makes a step when the one before it has been carried out: the step of a trace is told by its process. */
function madeStep(schedule: Schedule, number: number): MadeStep | undefined {
  const process = schedule[number - 1]?.process;
  return process === undefined
    ? undefined
    : { process, before: schedule.slice(0, number - 1).filter((move) => move.process === process).length };
}

function event(
  system: System,
  world: World,
  number: number,
  process: string,
  cpu: number,
  moved: MadeMove,
  changed: Moments,
): TraceEvent {
  const { step, observed } = moved;
  return {
    number,
    process,
    cpu,
    where: moved.where,
    kind: step.kind,
    text: system.meaning(step.kind).tell(step, observed, system.names),
    ...(step.why !== undefined && { why: step.why }),
    cells: step.cells.map((cell) => system.names.name(cell)),
    observed,
    changes: [...moved.before]
      .sort(([a], [b]) => a - b)
      .map(([cell, from]) => change(system, cell, from, world.get(cell))),
    broken: broken(system.checksAt(step), world, step, observed, changed, system.names),
  };
}

/** The parts of the system that a trace is about: cells that hold something at the start or change, and functions on call stacks. */
function partsOf(
  system: System,
  changed: Iterable<Cell>,
  events: readonly TraceEvent[],
): Pick<Trace, 'cells' | 'initial' | 'functions'> {
  const { names, depicts } = system;
  if (!depicts) return { cells: {}, initial: [], functions: {} };
  const held = Array.from({ length: system.cellCount }, (_, cell) => cell).filter((cell) => system.initial(cell) !== 0);
  const initial = held.map((cell): InitialValue => {
    const value = system.initial(cell);
    return { cell: names.name(cell), value, text: names.value(cell, value), ...depicts.value(cell, value) };
  });
  const cells = [...new Set([...held, ...changed])].sort((a, b) => a - b);
  return {
    cells: Object.fromEntries(cells.map((cell) => [names.name(cell), depicts.cell(cell)])),
    initial,
    functions: Object.fromEntries(
      [...new Set(events.flatMap(({ where }) => where))].map((name) => [name, depicts.function(name)]),
    ),
  };
}

/** Names of changed cells that only carry what one process tells another. */
function messagesOf({ names, depicts }: System, changed: Iterable<Cell>): (cell: string) => boolean {
  const messages = new Set([...changed].filter((cell) => depicts?.channel(cell)).map((cell) => names.name(cell)));
  return (cell) => messages.has(cell);
}

function heldAfter(before: readonly Held[], { takes, gives }: Holding = {}): readonly Held[] {
  const given = gives === undefined ? -1 : before.findLastIndex(({ text }) => text === gives.text);
  return [...(given < 0 ? before : before.toSpliced(given, 1)), ...(takes === undefined ? [] : [takes])];
}

const change = ({ names, depicts }: System, cell: number, before: number, after: number): Change => ({
  cell: names.name(cell),
  from: names.value(cell, before),
  to: names.value(cell, after),
  before,
  after,
  ...depicts?.value(cell, after),
  ...(names.isGhost?.(cell) && { ghost: true as const }),
});

const broken = (
  checks: readonly Check[],
  world: World,
  step: Step,
  observed: number,
  changed: Moments,
  names: CellNames,
): readonly BrokenClaim[] =>
  checks
    .filter((check) => !check.holds(world, step, observed))
    .map((check) => {
      const said = check.explain?.(world, step, observed);
      if (said === undefined) return { claim: check.claim };
      const because = becauseOf(said, changed, names);
      return { claim: check.claim, seen: inWords(said, changed), ...(because.length > 0 && { because }) };
    });

/** The cells that a sentence is about, with the steps that gave them their values. */
const becauseOf = (said: Said, changed: Moments, names: CellNames): NonNullable<BrokenClaim['because']> =>
  (typeof said === 'string' ? [] : said).flatMap((part) => {
    if (typeof part === 'string') return [];
    const step = changed.get(part.cell);
    return [{ cell: names.name(part.cell), ...(step !== undefined && { step }) }];
  });

/** The step that changed each cell last. A cell that is missing has its initial value. */
type Moments = Map<Cell, number>;

/** Fills in the moments of a sentence. */
const inWords = (said: Said, changed: Moments): string =>
  typeof said === 'string'
    ? said
    : said.map((part) => (typeof part === 'string' ? part : moment(part, changed.get(part.cell)))).join('');

const moment = ({ word }: Moment, step: number | undefined): string =>
  step !== undefined ? `${word} step ${step}` : word === 'at' ? 'in the set-up' : 'since the set-up';

/** Main processes that have not terminated, and daemons in the middle of their code. */
const stuck = (system: System, world: World): Trace['stuck'] =>
  world.threads.flatMap((thread, p) => {
    if (thread.step === undefined || (thread.process.role === 'daemon' && thread.history.length === 0)) return [];
    const shut = world.closedGate(p);
    return [
      { process: thread.process.name, waitsFor: shut === undefined ? waits(thread.step) : system.names.name(shut) },
    ];
  });

const waits = (step: Step): string => step.why ?? step.kind;

function mustApply(system: System, world: World, { process, choice }: Move, i: number): void {
  const refuse = (why: string): never => {
    throw new Mistake(
      'SD_TOKEN_DOES_NOT_APPLY',
      `move ${i + 1} of the schedule cannot be made: ${why}`,
      'The schedule belongs to another scenario, architecture or version of the code. Explore again to get a new one.',
    );
  };
  const thread = world.threads[process];
  if (thread === undefined) return refuse(`there is no process ${process}, only 0..${system.processes.length - 1}`);
  const { name } = thread.process;
  if (thread.step === undefined) return refuse(`process ${process} (${name}) has ended`);
  const shut = world.closedGate(process);
  if (shut !== undefined)
    return refuse(`process ${process} (${name}) is held up while ${system.names.name(shut)} is set`);
  const ways = world.outcomes(process);
  if (ways < 1) return refuse(`process ${process} (${name}) waits for ${waits(thread.step)}`);
  if (!(Number.isInteger(choice) && choice >= 0 && choice < ways))
    return refuse(`process ${process} (${name}) has outcomes 0..${ways - 1}, not ${choice}`);
}
