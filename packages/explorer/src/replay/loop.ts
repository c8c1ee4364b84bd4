/** The loop of a livelock: a schedule into the trap is extended, process by process in turn, until a state repeats. */
import type { Cell } from '../api/cell.ts';
import type { Store } from '../api/step.ts';
import type { Move, Schedule, System } from '../api/system.ts';
import { Automaton } from '../learned/automaton.ts';
import type { Livelock } from '../api/exploration.ts';
import type { Identity } from '../learned/local-identity.ts';

/** Moves after which the search for a loop gives up. */
const LONGEST = 20_000;

/**
 * One execution on the learned automata: cells and local states, together what a search calls a state. Code runs only
 * for what was not learned.
 */
class LearnedWorld implements Store {
  private readonly cells = new Map<Cell, number>();
  private readonly nodes: number[];

  constructor(
    private readonly system: System,
    private readonly automaton: Automaton,
  ) {
    this.nodes = [...automaton.roots];
  }

  get(cell: Cell): number {
    return this.cells.get(cell) ?? this.system.initial(cell);
  }

  set(cell: Cell, value: number): void {
    if (value === this.system.initial(cell)) this.cells.delete(cell);
    else this.cells.set(cell, value);
  }

  /** Number of outcomes of the next step of process `p`; 0 when it is not enabled. */
  outcomes(p: number): number {
    const node = this.nodes[p]!;
    const step = this.automaton.steps[node];
    if (
      step === undefined ||
      step.kind === 'bound' ||
      this.system.processes[p]!.gates?.some((gate) => this.get(gate) !== 0)
    )
      return 0;
    const meaning = this.automaton.meanings[node]!;
    if (meaning.enabled && !meaning.enabled(step, this)) return 0;
    return meaning.choices ? meaning.choices(step, this) : 1;
  }

  move({ process, choice }: Move): void {
    const node = this.nodes[process]!;
    const observed = this.automaton.meanings[node]!.apply(this.automaton.steps[node]!, this, choice);
    this.nodes[process] = this.automaton.edges.to[this.automaton.take(node, observed)]!;
  }

  /** Is process `p` away from its beginning? */
  isInTheMiddle(p: number): boolean {
    return this.nodes[p] !== this.automaton.roots[p];
  }

  /** What process `p` waits for, or the kind of its next step. */
  why(p: number): string {
    const step = this.automaton.steps[this.nodes[p]!];
    return step?.why ?? step?.kind ?? '';
  }

  /** Equal for equal states. */
  get key(): string {
    const cells = [...this.cells].sort(([a], [b]) => a - b);
    return `${this.nodes.join()}/${cells.join()}`;
  }
}

/**
 * Extends a schedule to a state from which no terminal state is reachable until a state repeats. Every enabled process
 * has its turn, so that the loop is not one that a process left out would end.
 */
export function extendToLoop(system: System, automaton: Automaton, trapped: Livelock): Livelock {
  const world = new LearnedWorld(system, automaton);
  for (const move of trapped.schedule) world.move(move);
  const found = inTurn(
    world,
    system.processes.map((_, p) => p),
  );
  if (!found) return trapped;
  // Where one main process alone goes round, the turns of others say nothing.
  const mains = new Set(
    found.loop.flatMap(({ process }) => (system.processes[process]!.role === 'main' ? [process] : [])),
  );
  const alone = mains.size === 1 ? inTurn(world, [...mains]) : undefined;
  const { prefix, loop } = alone ? { prefix: [...found.prefix, ...alone.prefix], loop: alone.loop } : found;
  const begins = trapped.schedule.length + prefix.length;
  return { ...trapped, schedule: [...trapped.schedule, ...prefix, ...loop], loop: begins };
}

/**
 * Lets these processes move in turn until a state repeats.
 * @returns the moves into the loop, and the loop; undefined when no process is enabled any more
 */
function inTurn(world: LearnedWorld, processes: readonly number[]): { prefix: Move[]; loop: Move[] } | undefined {
  const moves: Move[] = [];
  const seen = new Map([[world.key, 0]]);
  for (
    let waiting = 0, turn = 0;
    waiting < processes.length && moves.length < LONGEST;
    turn = (turn + 1) % processes.length
  ) {
    const process = processes[turn]!;
    if (world.outcomes(process) < 1) {
      waiting++;
      continue;
    }
    waiting = 0;
    const move = { process, choice: 0 };
    world.move(move);
    moves.push(move);
    const before = seen.get(world.key);
    if (before !== undefined) return { prefix: moves.slice(0, before), loop: moves.slice(before) };
    seen.set(world.key, moves.length);
  }
  return undefined;
}

/** Daemons that are in the middle of their code in every state of a loop. */
export function busyInLoop(system: System, automaton: Automaton, { schedule, loop }: Livelock): Livelock['stuck'] {
  if (loop === undefined) return [];
  const world = new LearnedWorld(system, automaton);
  for (const move of schedule.slice(0, loop)) world.move(move);
  let busy = system.processes.flatMap(({ role }, p) => (role === 'daemon' && world.isInTheMiddle(p) ? [p] : []));
  for (const move of schedule.slice(loop)) {
    world.move(move);
    busy = busy.filter((p) => world.isInTheMiddle(p));
  }
  return busy.map((p) => ({ process: system.processes[p]!.name, waitsFor: world.why(p) }));
}

/**
 * Does the last move of a schedule lead to a state that occurred before?
 * @param identity tells local states apart; by history no state ever repeats
 * @returns the number of moves after which the state occurred first; undefined when it did not
 */
export function repeatedState(system: System, schedule: Schedule, identity: Identity): number | undefined {
  const world = new LearnedWorld(system, new Automaton(system, identity));
  const keys = [world.key];
  for (const move of schedule) {
    world.move(move);
    keys.push(world.key);
  }
  const before = keys.indexOf(keys.at(-1)!);
  return before < schedule.length ? before : undefined;
}
