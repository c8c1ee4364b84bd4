/** Executions of live code, for judges that try one of each kind: what a move touches, and which moves commute. */
import type { Cell } from '../../../core/src/words/cells.ts';
import type { Store } from '../../src/api/step.ts';
import type { Check, Move, Schedule, System } from '../../src/api/system.ts';
import { World } from '../../src/replay/world.ts';

/** Cells that a step reads and writes: to find that it may be made, in making it, and where its claims are judged. */
export interface Touched {
  readonly reads: ReadonlySet<Cell>;
  readonly writes: ReadonlySet<Cell>;
}

/** What all complete executions together say; one of those that differ only in the order of moves that commute is enough. */
export class Outcome {
  complete = 0;
  /** Executions that were broken off because all that could follow was tried elsewhere. */
  blocked = 0;
  deadlocks = 0;
  readonly violated = new Set<string>();

  constructor(
    private readonly system: System,
    private readonly most: number,
  ) {}

  /** Takes down an execution after which nothing can move. */
  ends(world: World): void {
    if (++this.complete > this.most) throw new TooMany();
    if (world.gaveUp) return;
    if (world.mainsLeft.length > 0) this.deadlocks++;
    else this.judge(this.system.finals, (check) => check.holds(world, { kind: 'end', cpu: 0, cells: [], args: [] }, 0));
  }

  judge(checks: readonly Check[], holds: (check: Check) => boolean): void {
    for (const check of checks) if (check.on === 'violation' && !holds(check)) this.violated.add(check.claim);
  }
}

/** There are more executions than a test has time for. */
export class TooMany extends Error {}

/** A run of live code to the end of a schedule, judging claims at its last move. */
export function along(system: System, schedule: Schedule, outcome?: Outcome): World {
  const world = new World(system);
  schedule.forEach((move, i) => goOn(system, world, move, i === schedule.length - 1 ? outcome : undefined));
  return world;
}

/** Lets a run make one move more. Not once another run was begun: CPUs remember what code they are in the middle of. */
export function goOn(system: System, world: World, move: Move, outcome?: Outcome): World {
  const { step, observed } = world.move(move.process, move.choice);
  outcome?.judge(system.checksAt(step), (check) => check.holds(world, step, observed));
  return world;
}

/** Every move that can be made. */
export const movesOf = (system: System, world: World): Move[] =>
  system.processes.flatMap((_, process) =>
    Array.from({ length: world.outcomes(process) }, (_way, choice) => ({ process, choice })),
  );

/**
 * What the next step of each process touches, in whatever state it is made: a relation that depended on the state would let reversed
 * races miss executions. Learned by trying every state with live code.
 */
export class Touching {
  private readonly known = new Map<string, { reads: Set<Cell>; writes: Set<Cell> }>();

  /** @throws TooMany beyond `most` states */
  constructor(
    private readonly system: System,
    most: number,
  ) {
    const seen = new Set<string>();
    const todo: Schedule[] = [[]];
    for (const schedule of todo) {
      const world = along(system, schedule);
      const key = `${world.changed().join(' ')} / ${world.threads.map((t) => t.history.join()).join(' | ')}`;
      if (seen.has(key)) continue;
      if (seen.size >= most) throw new TooMany();
      seen.add(key);
      system.processes.forEach((_, process) => this.learn(world, process));
      for (const move of movesOf(system, world)) todo.push([...schedule, move]);
    }
  }

  /** Of the step that a process makes next; also of one that cannot move now. */
  of(world: World, process: number): Touched {
    const key = keyOf(world, process);
    let known = this.known.get(key);
    if (!known) this.known.set(key, (known = { reads: new Set(), writes: new Set() }));
    return known;
  }

  private learn(world: World, process: number): void {
    const { reads, writes } = this.of(world, process) as { reads: Set<Cell>; writes: Set<Cell> };
    const step = world.threads[process]!.step;
    if (step === undefined || step.kind === 'bound') return;
    for (let choice = 0; choice < Math.max(1, world.outcomes(process)); choice++) {
      const written = new Map<Cell, number>();
      const store: Store = {
        get: (cell) => {
          reads.add(cell);
          return written.get(cell) ?? world.get(cell);
        },
        set: (cell, value) => {
          writes.add(cell);
          written.set(cell, value);
        },
      };
      const meaning = this.system.meaning(step.kind);
      if ((this.system.processes[process]!.gates ?? []).some((gate) => store.get(gate) !== 0)) continue;
      if (meaning.enabled?.(step, store) === false || (meaning.choices?.(step, store) ?? 1) < 1) continue;
      const observed = meaning.apply(step, store, choice);
      for (const check of this.system.checksAt(step)) check.holds(store, step, observed);
    }
  }
}

const keyOf = (world: World, process: number): string => `${process}|${world.threads[process]!.history.join()}`;

/** Does it make a difference which of the two comes first? */
export const conflict = (a: Touched, b: Touched): boolean =>
  meet(a.writes, b.reads) || meet(a.writes, b.writes) || meet(a.reads, b.writes);

const meet = (a: ReadonlySet<Cell>, b: ReadonlySet<Cell>): boolean => [...a].some((cell) => b.has(cell));
