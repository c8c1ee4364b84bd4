/** Leads one system along a schedule of another: how far can the same code go the same way, and what is in its way then? */
import type { Cell } from '../api/cell.ts';
import type { Step, Store } from '../api/step.ts';
import type { Move, Schedule, System } from '../api/system.ts';
import type { Trace } from '../api/trace.ts';
import { replay } from './counterexample.ts';
import { World } from './world.ts';

/** What both systems have in common. */
export interface Common {
  /** Names of functions whose bodies may differ. Steps outside of them have to be the same ones. */
  isHook(name: string): boolean;
  /** Processes that do what others wait for, and nothing else: interrupts, broadcasts, grace periods. By name. */
  isHardware(process: string): boolean;
}

/** Number of a step in the leader's trace, and in the follower's. */
export type Pair = readonly [leader: number, follower: number];

/** Something that a wait is for: a cell, and who set it last. */
export interface Obstacle {
  /** The process that cannot run because of it: the one that waits, or one that it waits for. */
  readonly process: string;
  readonly cell: string;
  readonly value: string;
  /** Number of the step of the follower that set it. Absent: it was so from the beginning. */
  readonly since?: number;
}

/** Where the follower cannot go on. */
export interface PartingStep {
  /** Number of the step of the leader that has no counterpart. */
  readonly step: number;
  readonly process: string;
  /**
   * `waits`: its process waits there, and nothing that the hardware may do changes that; `another way`: it comes to another step, which it
   * has taken as the last of its trace where it could; `ended`: its code is over; `no such process`.
   */
  readonly how: 'waits' | 'another way' | 'ended' | 'no such process';
  /** The step it stands at, or has taken. */
  readonly at?: { readonly where: readonly string[]; readonly kind: string; readonly why?: string };
  readonly obstacles: readonly Obstacle[];
}

/** How far a system could be led. */
export interface Followed {
  /** What the follower did. */
  readonly schedule: Schedule;
  readonly trace: Trace;
  /** Steps that are the same: number in the leader's trace, number in the follower's. Hooks may take other steps in between. */
  readonly pairs: readonly Pair[];
  /** Those of them in which something else was seen. */
  readonly otherwise: readonly Pair[];
  /** Steps of the leader's hardware, so far, that the follower's did not take. */
  readonly missing: readonly number[];
  /** Absent when it could follow to the end. */
  readonly part?: PartingStep;
}

/** Steps of one process between two steps of the leader; more is a loop. */
const LONGEST = 1000;

/**
 * Follows process by process. Outside of hooks each step of the leader must be the next one of the follower's process of that name. Inside,
 * steps are paired where kind and cells are the same, and all others are each system's own: the follower takes its own as late as it can,
 * with all that the hardware does in answer. So where it cannot follow, no other order of those steps would let it.
 * @param leader the system that the schedule belongs to; its trace is what `replay` says of it
 */
export function follow(leader: System, schedule: Schedule, follower: System, common: Common): Followed {
  const follow = new Following(follower, common);
  const world = new World(leader);
  let part: Omit<PartingStep, 'obstacles' | 'step' | 'process'> | undefined;
  let obstacles: readonly Waiting[] = [];
  let number = 0;
  let process = '';
  const missing: number[] = [];
  const texts: string[] = [];
  for (const { process: p, choice } of schedule) {
    const { name, role } = leader.processes[p]!;
    const { step, where, observed } = world.move(p, choice);
    [number, process] = [number + 1, name];
    texts.push(leader.meaning(step.kind).tell(step, observed, leader.names));
    const sought: Sought = {
      number,
      kind: step.kind,
      where,
      cells: step.cells.map((cell) => leader.names.name(cell)),
      choice,
    };
    if (role !== 'daemon')
      part = where.some(common.isHook) ? follow.inHook(name, sought) : follow.outside(name, sought);
    else if (!follow.daemon(name, sought)) missing.push(number);
    if (part) {
      obstacles = part.how === 'waits' ? follow.obstacles(name) : [];
      break;
    }
  }
  const trace = replay(follower, follow.moves);
  const since = (cell: string): number | undefined =>
    trace.events.findLast(({ changes }) => changes.some((change) => change.cell === cell))?.number;
  return {
    schedule: follow.moves,
    trace,
    missing,
    pairs: follow.pairs,
    otherwise: follow.pairs.filter(([led, followed]) => texts[led - 1] !== trace.events[followed - 1]!.text),
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
interface Sought {
  readonly number: number;
  readonly kind: string;
  readonly where: readonly string[];
  readonly cells: readonly string[];
  readonly choice: number;
}
type Parted = Pick<PartingStep, 'how' | 'at'>;
type Waiting = Omit<Obstacle, 'since'>;

class Following {
  moves: Move[] = [];
  readonly pairs: Pair[] = [];
  private world: World;

  constructor(
    private readonly system: System,
    private readonly common: Common,
  ) {
    this.world = new World(system);
  }

  /** What is no thread does the same when it can. @returns did it? */
  daemon(name: string, sought: Sought): boolean {
    const p = this.numberOf(name);
    if (p < 0 || this.world.threads[p]!.step?.kind !== sought.kind || this.world.ways(p) < 1) return false;
    this.pair(p, sought);
    return true;
  }

  /** Takes the step, with all of hooks that lies before it. */
  outside(name: string, sought: Sought): Parted | undefined {
    const p = this.numberOf(name);
    if (p < 0) return { how: 'no such process' };
    for (let n = 0; this.isInHook(p) && n < LONGEST; n++) {
      if (!this.able(p)) return this.standsAt(p, 'waits');
      this.move(p, 0);
    }
    const { step, where } = this.world.threads[p]!;
    if (step === undefined) return { how: 'ended' };
    if (step.kind !== sought.kind || !isSame(where, sought.where)) {
      const parted = this.standsAt(p, 'another way');
      if (this.able(p)) this.move(p, 0);
      return parted;
    }
    if (!this.able(p)) return this.standsAt(p, 'waits');
    this.pair(p, sought);
    return undefined;
  }

  /** Takes the same step in the same hook, with what lies before it, if it comes to one. */
  inHook(name: string, sought: Sought): Parted | undefined {
    const p = this.numberOf(name);
    if (p < 0) return { how: 'no such process' };
    const before = this.moves.length;
    for (let n = 0; this.isInHook(p) && n < LONGEST && this.able(p); n++) {
      const { step, where } = this.world.threads[p]!;
      if (
        step?.kind === sought.kind &&
        isSame(this.hookOf(where), this.hookOf(sought.where)) &&
        isSame(
          step.cells.map((cell) => this.system.names.name(cell)),
          sought.cells,
        )
      ) {
        this.pair(p, sought);
        return undefined;
      }
      this.move(p, 0);
    }
    this.undo(before);
    return undefined;
  }

  /** What a process waits for, and what keeps those from running who would end that. */
  obstacles(name: string): Waiting[] {
    const p = this.numberOf(name);
    const own = this.awaited(p);
    const helpers = this.hardware().filter((h) => {
      const step = this.world.threads[h]!.step;
      if (step === undefined || this.world.ways(h) > 0) return false;
      const { reads, writes } = this.system.meaning(step.kind).footprint(step);
      return own.some((cell) => reads.includes(cell) || writes.includes(cell));
    });
    return [p, ...helpers].flatMap((q) =>
      this.awaited(q).map((cell): Waiting => ({
        process: this.system.processes[q]!.name,
        cell: this.system.names.name(cell),
        value: this.system.names.value(cell, this.world.get(cell)),
      })),
    );
  }

  /** Cells that keep process `p` from its step: the gate, or what was read to find that it must wait. */
  private awaited(p: number): Cell[] {
    const gate = this.world.shutGate(p);
    const { step } = this.world.threads[p]!;
    if (gate !== undefined || step === undefined) return gate === undefined ? [] : [gate];
    const read = new Set<Cell>();
    const { world } = this;
    const watched: Store = { get: (cell) => (read.add(cell), world.get(cell)), set: () => undefined };
    this.system.meaning(step.kind).enabled?.(step, watched);
    const set = [...read].filter((cell) => world.get(cell) !== 0);
    return set.length > 0 ? set : [...read];
  }

  /** May process `p` move, if need be after all that the hardware has to do? */
  private able(p: number): boolean {
    for (let n = 0; n < LONGEST; n++) {
      if (this.world.ways(p) > 0) return true;
      const helper = this.hardware().find((h) => this.world.ways(h) > 0);
      if (helper === undefined) return false;
      this.move(helper, 0);
    }
    return false;
  }

  /** In order of their numbers: what comes of grace periods comes last. */
  private hardware(): number[] {
    return this.system.processes.flatMap(({ name, role }, p) =>
      role === 'daemon' && this.common.isHardware(name) ? [p] : [],
    );
  }

  private isInHook(p: number): boolean {
    const { step, where } = this.world.threads[p]!;
    return step !== undefined && where.some((name) => this.common.isHook(name));
  }

  /** Operations, and the hook they are in. */
  private hookOf(where: readonly string[]): readonly string[] {
    return where.slice(0, where.findIndex((name) => this.common.isHook(name)) + 1);
  }

  private standsAt(p: number, how: PartingStep['how']): Parted {
    const { step, where } = this.world.threads[p]!;
    return step === undefined ? { how } : { how, at: { where, kind: step.kind, ...why(step) } };
  }

  private pair(p: number, { number, choice }: Sought): void {
    this.move(p, choice < this.world.ways(p) ? choice : 0);
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
