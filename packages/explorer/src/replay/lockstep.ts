/** Lockstep replay: replays a schedule of one system on another one, step by step, and reports where they diverge. */
import type { Cell } from '../api/cell.ts';
import type { Step, Store } from '../api/step.ts';
import type { Move, Schedule, System } from '../api/system.ts';
import type { Trace } from '../api/trace.ts';
import { replay } from './counterexample.ts';
import { World } from './world.ts';

/** What both systems have in common. */
export interface Common {
  /** Functions whose bodies may differ between the systems. Outside of them the steps have to be the same. */
  isHook(name: string): boolean;
  /** Daemons that do what others wait for and nothing else, such as interrupts; by name of the process. */
  isHardware(process: string): boolean;
}

/** Number of a step in the leader's trace, and of its counterpart in the follower's. */
export type Pair = readonly [leader: number, follower: number];

/** A cell that blocks a process, and who set it last. */
export interface Obstacle {
  /** The process that the cell blocks: the one that waits, or one that it waits for. */
  readonly process: string;
  readonly cell: string;
  readonly value: string;
  /** Number of the follower's step that set it. Absent: it has been so from the start. */
  readonly since?: number;
}

/** Where the follower diverges from the schedule. */
export interface Divergence {
  /** Number of the leader's step that has no counterpart. */
  readonly step: number;
  readonly process: string;
  /**
   * `waits`: the process is blocked there, and no daemon can change that; `another way`: its next step is a different
   * one (the follower has made it as the last of its trace, if it is enabled); `ended`: it has terminated; `no such
   * process`.
   */
  readonly how: 'waits' | 'another way' | 'ended' | 'no such process';
  /** The step at which the process stands, or which it has made. */
  readonly at?: { readonly where: readonly string[]; readonly kind: string; readonly why?: string };
  readonly obstacles: readonly Obstacle[];
}

/** The result of a lockstep replay. */
export interface LockstepReplay {
  /** The moves of the follower. */
  readonly schedule: Schedule;
  readonly trace: Trace;
  /** Corresponding steps. Hooks may make other steps in between. */
  readonly pairs: readonly Pair[];
  /** Those of them that observed something different. */
  readonly otherwise: readonly Pair[];
  /** Steps of the leader's daemons that the follower's did not make. */
  readonly missing: readonly number[];
  /** Absent when the follower reached the end of the schedule. */
  readonly part?: Divergence;
}

/** Steps of one process between two steps of the leader; more is a loop. */
const LONGEST = 1000;

/**
 * Follows the schedule process by process. Outside of hooks each step of the leader must be the next step of the
 * follower's process of the same name. Inside of hooks, steps correspond when kind and cells are the same, and each
 * system has other steps of its own: the follower makes these as late as it can, with all that daemons do in answer. So
 * where it diverges, no other order of those steps would avoid it.
 * @param leader the system that the schedule belongs to; its trace is that of `replay`
 * @param common what both systems have in common
 * @throws Mistake SD_TOKEN_DOES_NOT_APPLY when the schedule is none of the leader's
 */
export function lockstepReplay(leader: System, schedule: Schedule, follower: System, common: Common): LockstepReplay {
  const lockstepReplay = new Follower(follower, common);
  const world = new World(leader);
  let part: Omit<Divergence, 'obstacles' | 'step' | 'process'> | undefined;
  let obstacles: readonly BlockingCell[] = [];
  let number = 0;
  let process = '';
  const missing: number[] = [];
  const texts: string[] = [];
  for (const { process: p, choice } of schedule) {
    const { name, role } = leader.processes[p]!;
    const { step, where, observed } = world.move(p, choice);
    [number, process] = [number + 1, name];
    texts.push(leader.meaning(step.kind).tell(step, observed, leader.names));
    const leaderStep: LeaderStep = {
      number,
      kind: step.kind,
      where,
      cells: step.cells.map((cell) => leader.names.name(cell)),
      choice,
    };
    if (role !== 'daemon')
      part = where.some(common.isHook)
        ? lockstepReplay.stepInHook(name, leaderStep)
        : lockstepReplay.stepOutsideHooks(name, leaderStep);
    else if (!lockstepReplay.stepDaemon(name, leaderStep)) missing.push(number);
    if (part) {
      obstacles = part.how === 'waits' ? lockstepReplay.obstacles(name) : [];
      break;
    }
  }
  const trace = replay(follower, lockstepReplay.moves);
  const since = (cell: string): number | undefined =>
    trace.events.findLast(({ changes }) => changes.some((change) => change.cell === cell))?.number;
  return {
    schedule: lockstepReplay.moves,
    trace,
    missing,
    pairs: lockstepReplay.pairs,
    otherwise: lockstepReplay.pairs.filter(([led, followed]) => texts[led - 1] !== trace.events[followed - 1]!.text),
    ...(part && {
      part: {
        ...part,
        step: number,
        process,
        obstacles: obstacles.map((one) => ({ ...one, ...defined(since(one.cell)) })),
      },
    }),
  };
}

const defined = (since: number | undefined): { since?: number } => (since === undefined ? {} : { since });

/** A step of the leader. */
interface LeaderStep {
  readonly number: number;
  readonly kind: string;
  readonly where: readonly string[];
  readonly cells: readonly string[];
  readonly choice: number;
}
type DivergedAt = Pick<Divergence, 'how' | 'at'>;
type BlockingCell = Omit<Obstacle, 'since'>;

class Follower {
  moves: Move[] = [];
  readonly pairs: Pair[] = [];
  private world: World;

  constructor(
    private readonly system: System,
    private readonly common: Common,
  ) {
    this.world = new World(system);
  }

  /**
   * A daemon makes the same step if it can.
   * @returns did it?
   */
  stepDaemon(name: string, leaderStep: LeaderStep): boolean {
    const p = this.numberOf(name);
    if (p < 0 || this.world.threads[p]!.step?.kind !== leaderStep.kind || this.world.outcomes(p) < 1) return false;
    this.pair(p, leaderStep);
    return true;
  }

  /** Makes the step, after the steps of hooks that lie before it. */
  stepOutsideHooks(name: string, leaderStep: LeaderStep): DivergedAt | undefined {
    const p = this.numberOf(name);
    if (p < 0) return { how: 'no such process' };
    for (let n = 0; this.isInHook(p) && n < LONGEST; n++) {
      if (!this.canMove(p)) return this.standsAt(p, 'waits');
      this.move(p, 0);
    }
    const { step, where } = this.world.threads[p]!;
    if (step === undefined) return { how: 'ended' };
    if (step.kind !== leaderStep.kind || !isSame(where, leaderStep.where)) {
      const diverged = this.standsAt(p, 'another way');
      if (this.canMove(p)) this.move(p, 0);
      return diverged;
    }
    if (!this.canMove(p)) return this.standsAt(p, 'waits');
    this.pair(p, leaderStep);
    return undefined;
  }

  /** Makes the corresponding step in the same hook, after those before it, if there is one. */
  stepInHook(name: string, leaderStep: LeaderStep): DivergedAt | undefined {
    const p = this.numberOf(name);
    if (p < 0) return { how: 'no such process' };
    const before = this.moves.length;
    for (let n = 0; this.isInHook(p) && n < LONGEST && this.canMove(p); n++) {
      const { step, where } = this.world.threads[p]!;
      if (
        step?.kind === leaderStep.kind &&
        isSame(this.hookOf(where), this.hookOf(leaderStep.where)) &&
        isSame(
          step.cells.map((cell) => this.system.names.name(cell)),
          leaderStep.cells,
        )
      ) {
        this.pair(p, leaderStep);
        return undefined;
      }
      this.move(p, 0);
    }
    this.undo(before);
    return undefined;
  }

  /** The cells that block a process, and those that block the daemons it waits for. */
  obstacles(name: string): BlockingCell[] {
    const p = this.numberOf(name);
    const own = this.blockingCells(p);
    const helpers = this.hardware().filter((h) => {
      const step = this.world.threads[h]!.step;
      if (step === undefined || this.world.outcomes(h) > 0) return false;
      const touched = this.touchedBy(step);
      return own.some((cell) => touched.has(cell));
    });
    return [p, ...helpers].flatMap((q) =>
      this.blockingCells(q).map((cell): BlockingCell => ({
        process: this.system.processes[q]!.name,
        cell: this.system.names.name(cell),
        value: this.system.names.value(cell, this.world.get(cell)),
      })),
    );
  }

  /** Cells that a step waits for, and those that it was seen to touch when it was tried, if nothing but a gate is in its way. */
  private touchedBy(step: Step): ReadonlySet<Cell> {
    const meaning = this.system.meaning(step.kind);
    const touched = new Set(meaning.needs?.(step).cells);
    const written = new Map<Cell, number>();
    const tried: Store = {
      get: (cell) => (touched.add(cell), written.get(cell) ?? this.world.get(cell)),
      set: (cell, value) => void (touched.add(cell), written.set(cell, value)),
    };
    const isPossible = (meaning.enabled?.(step, tried) ?? true) && (meaning.choices?.(step, tried) ?? 1) > 0;
    if (isPossible) meaning.apply(step, tried, 0);
    return touched;
  }

  /** The cells that block process `p`: a closed gate, or what was read to find that its step is disabled. */
  private blockingCells(p: number): Cell[] {
    const gate = this.world.closedGate(p);
    const { step } = this.world.threads[p]!;
    if (gate !== undefined || step === undefined) return gate === undefined ? [] : [gate];
    const read = new Set<Cell>();
    const { world } = this;
    const watched: Store = { get: (cell) => (read.add(cell), world.get(cell)), set: () => undefined };
    this.system.meaning(step.kind).enabled?.(step, watched);
    const set = [...read].filter((cell) => world.get(cell) !== 0);
    return set.length > 0 ? set : [...read];
  }

  /** Can process `p` move, perhaps after all that daemons have to do? */
  private canMove(p: number): boolean {
    for (let n = 0; n < LONGEST; n++) {
      if (this.world.outcomes(p) > 0) return true;
      const helper = this.hardware().find((h) => this.world.outcomes(h) > 0);
      if (helper === undefined) return false;
      this.move(helper, 0);
    }
    return false;
  }

  /** In order of their numbers. */
  private hardware(): number[] {
    return this.system.processes.flatMap(({ name, role }, p) =>
      role === 'daemon' && this.common.isHardware(name) ? [p] : [],
    );
  }

  private isInHook(p: number): boolean {
    const { step, where } = this.world.threads[p]!;
    return step !== undefined && where.some((name) => this.common.isHook(name));
  }

  /** The functions up to the hook that they are in. */
  private hookOf(where: readonly string[]): readonly string[] {
    return where.slice(0, where.findIndex((name) => this.common.isHook(name)) + 1);
  }

  private standsAt(p: number, how: Divergence['how']): DivergedAt {
    const { step, where } = this.world.threads[p]!;
    return step === undefined ? { how } : { how, at: { where, kind: step.kind, ...why(step) } };
  }

  private pair(p: number, { number, choice }: LeaderStep): void {
    this.move(p, choice < this.world.outcomes(p) ? choice : 0);
    this.pairs.push([number, this.moves.length]);
  }

  private move(process: number, choice: number): void {
    this.world.move(process, choice);
    this.moves.push({ process, choice });
  }

  private undo(to: number): void {
    if (this.moves.length === to) return;
    const kept = this.moves.slice(0, to);
    this.moves = [];
    this.world = new World(this.system);
    for (const { process, choice } of kept) this.move(process, choice);
  }

  private numberOf(name: string): number {
    return this.system.processes.findIndex((process) => process.name === name);
  }
}

const why = ({ why }: Step): { why?: string } => (why === undefined ? {} : { why });
const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);
