/** Every execution of live code, one of those that differ only in the order of moves that commute: sleep sets (Godefroid 1996). */
import type { Move, Schedule, System } from '../../src/api/system.ts';
import type { World } from '../../src/replay/world.ts';
import { along, conflict, goOn, movesOf, Outcome, TooMany, type Touched, type Touching } from './executions.ts';

interface Sleeper {
  readonly move: Move;
  readonly touches: Touched;
}

/**
 * Tries every move everywhere, but not one that sleeps: it was tried before in a state before, and all since commuted with it.
 * @throws TooMany beyond `most` complete executions, or at one of more than `longest` moves
 */
export function sleepSets(system: System, touching: Touching, most: number, longest: number): Outcome {
  const outcome = new Outcome(system, most);
  const visit = (world: World, schedule: Schedule, sleeping: readonly Sleeper[]): void => {
    if (schedule.length > longest) throw new TooMany();
    const moves = movesOf(system, world);
    if (moves.length === 0) return outcome.ends(world);
    const asleep = [...sleeping];
    const awake = moves
      .filter(
        (move) => !asleep.some((other) => other.move.process === move.process && other.move.choice === move.choice),
      )
      .map((move) => ({ move, touches: touching.of(world, move.process) }));
    awake.forEach(({ move, touches }, i) => {
      const next = [...schedule, move];
      const after = i === 0 ? goOn(system, world, move, outcome) : along(system, next, outcome);
      visit(
        after,
        next,
        asleep.filter((other) => other.move.process !== move.process && !conflict(other.touches, touches)),
      );
      asleep.push({ move, touches });
    });
    if (awake.length === 0) outcome.blocked++;
  };
  visit(along(system, []), [], []);
  return outcome;
}
