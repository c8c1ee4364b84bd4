/** Every execution of live code, one of those that differ only in the order of moves that commute: sleep sets (Godefroid 1996). */
import type { Move, Schedule, System } from '../../src/words/system.ts';
import { along, conflict, movesOf, Outcome, TooMany, Touching, type Touched } from './executions.ts';

interface Sleeper {
  readonly move: Move;
  readonly touches: Touched;
}

/**
 * Tries every move everywhere, but not one that sleeps: it was tried before in a state before, and all since commuted with it.
 * @throws TooMany beyond `most` complete executions, or at one of more than `longest` moves
 */
export function sleepSets(system: System, most: number, longest: number): Outcome {
  const outcome = new Outcome(system, most);
  const touching = new Touching(system, 10 * most);
  const visit = (schedule: Schedule, sleeping: readonly Sleeper[]): void => {
    if (schedule.length > longest) throw new TooMany();
    const world = along(system, schedule, outcome);
    const moves = movesOf(system, world);
    if (moves.length === 0) return outcome.ends(world);
    const asleep = [...sleeping];
    let awake = 0;
    for (const move of moves) {
      if (asleep.some((other) => other.move.process === move.process && other.move.choice === move.choice)) continue;
      awake++;
      const touches = touching.of(world, move.process);
      visit([...schedule, move], asleep.filter((other) => other.move.process !== move.process && !conflict(other.touches, touches)));
      asleep.push({ move, touches });
    }
    if (awake === 0) outcome.blocked++;
  };
  visit([], []);
  return outcome;
}
