/** One execution of a scenario in which threads run one after the other: what code does when nobody comes between. */
import type { ArchSpec } from '../arch/declaration.ts';
import { replay, World, type Move, type Trace } from '@shootdown/explorer';
import { geometryOf } from '../rig/geometry.ts';
import { rig } from '../rig/rig.ts';
import type { Configuration, Scenario } from '../workload/scenario.ts';
import { encodeToken } from './token.ts';

/** An execution, with what shows it again. */
export interface InTurn {
  readonly token: string;
  /** Entries of a table of each level, from the top down. */
  readonly geometry: string;
  readonly trace: Trace;
}

/** So many steps in a row are a thread that waits in a loop: another one has its turn. */
const A_TURN = 400;
/** Nothing that is shown has more. */
const STEPS = 3000;

/**
 * Runs each thread as far as it can, then the next; where all wait, hardware and the like have a step. Of several outcomes of a step the
 * first is taken.
 * @param variant word for the configuration in tokens: `before`, `after`, or a release
 * @param first number of the thread that begins, from 0
 */
export function runInTurn(
  arch: ArchSpec,
  scenario: Scenario,
  configuration: Configuration,
  variant: string,
  first: number,
): InTurn {
  const { system } = rig(arch, scenario, configuration);
  const world = new World(system);
  const of = (role: 'main' | 'daemon'): number[] =>
    system.processes.flatMap((process, i) => (process.role === role ? [i] : []));
  const mains = of('main');
  const order = [...mains.slice(first), ...mains.slice(0, first)];
  const schedule: Move[] = [];
  const moves = (process: number): boolean => {
    if (world.outcomes(process) < 1) return false;
    world.move(process, 0);
    schedule.push({ process, choice: 0 });
    return true;
  };
  const daemons = (): boolean => of('daemon').filter(moves).length > 0;
  // A thread that waits for hardware goes on before another has its turn.
  const turn = (process: number): boolean => {
    const before = schedule.length;
    for (let i = 0; i < A_TURN && (moves(process) || (isWaiting(process) && daemons())); i++);
    return schedule.length > before;
  };
  const isWaiting = (process: number): boolean => world.threads[process]!.step !== undefined;
  for (let moved = true; moved && schedule.length < STEPS;) moved = order.filter(turn).length > 0 || daemons();
  return {
    token: encodeToken({ workload: scenario.name, variant, arch: arch.id, schedule }),
    geometry: geometryOf(scenario),
    trace: replay(system, schedule),
  };
}
