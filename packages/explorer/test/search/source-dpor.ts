/** Executions of live code, found by reversing the races of those before: source-DPOR (Abdulla, Aronis, Jonsson, Sagonas 2014). */
import type { Move, Schedule, System } from '../../src/api/system.ts';
import type { World } from '../../src/replay/world.ts';
import { along, conflict, movesOf, Outcome, TooMany, type Touched, type Touching } from './executions.ts';

interface Event {
  readonly move: Move;
  readonly touches: Touched;
  /** Events before it that it depends on, also by way of others. */
  readonly after: ReadonlySet<number>;
}

/** A state on the way: who has to move there. */
interface Place {
  readonly backtrack: Set<number>;
}

/**
 * At first one process moves; another is added where a race with it is found later, in an execution that was tried. Processes wait here,
 * so what is next is looked at of all of them, also of those that cannot move, and a race counts with any event before, not only with the
 * last: giving back a lock must not hide that it was taken.
 * @throws TooMany beyond `most` complete executions, or at one of more than `longest` moves
 */
export function sourceDpor(system: System, touching: Touching, most: number, longest: number): Outcome {
  const outcome = new Outcome(system, most);
  const events: Event[] = [];
  const places: Place[] = [];
  const schedule = (): Schedule => events.map(({ move }) => move);

  const visit = (sleeping: readonly { readonly move: Move; readonly touches: Touched }[]): void => {
    if (events.length > longest) throw new TooMany();
    const world = along(system, schedule(), outcome);
    const moves = movesOf(system, world);
    // Also where all is asleep: somebody who cannot move may race with who holds him up.
    addRaces(system, touching, events, places, world);
    if (moves.length === 0) return outcome.ends(world);
    const asleep = [...sleeping];
    const sleeps = (move: Move): boolean => asleep.some((other) => same(other.move, move));
    const first = moves.find((move) => !sleeps(move));
    if (first === undefined) return void outcome.blocked++;
    const place: Place = { backtrack: new Set([first.process]) };
    places.push(place);
    for (;;) {
      const move = moves.find((it) => place.backtrack.has(it.process) && !sleeps(it));
      if (move === undefined) break;
      const touches = touching.of(world, move.process);
      events.push({ move, touches, after: dependsOn(events, move.process, touches) });
      visit(asleep.filter((other) => other.move.process !== move.process && !conflict(other.touches, touches)));
      events.pop();
      asleep.push({ move, touches });
    }
    places.pop();
  };
  visit([]);
  return outcome;
}

/** For each process and each event that races with what it does next: somebody has to go the other way, from before that event. */
function addRaces(
  system: System,
  touching: Touching,
  events: readonly Event[],
  places: readonly Place[],
  world: World,
): void {
  for (let p = 0; p < system.processes.length; p++) {
    if (world.threads[p]!.step === undefined) continue;
    const last = events.findLastIndex(({ move }) => move.process === p);
    const next = touching.of(world, p);
    events.forEach((event, i) => {
      const before = i === last || (last >= 0 && events[last]!.after.has(i));
      if (before || event.move.process === p || !conflict(event.touches, next)) return;
      const who = initials(system, next, events, i, p);
      if (who !== undefined && ![...who].some((q) => places[i]!.backtrack.has(q)))
        places[i]!.backtrack.add([...who][0]!);
    });
  }
}

/** Who can begin an execution in which process `p` does before event `i` what it does next; undefined when there is none. */
function initials(
  system: System,
  next: Touched,
  events: readonly Event[],
  i: number,
  p: number,
): Set<number> | undefined {
  const rest = events
    .map((event, at) => ({ event, at }))
    .slice(i + 1)
    .filter(({ event }) => !event.after.has(i));
  const world = along(
    system,
    [...events.slice(0, i), ...rest.map(({ event }) => event)].map(({ move }) => move),
  );
  if (world.outcomes(p) < 1) return undefined;
  const who = new Set<number>();
  const seen = new Set<number>();
  for (const { event, at } of rest) {
    const q = event.move.process;
    if (!seen.has(q) && !rest.some((other) => other.at < at && event.after.has(other.at))) who.add(q);
    seen.add(q);
  }
  if (!seen.has(p) && !rest.some(({ event }) => conflict(event.touches, next))) who.add(p);
  return who;
}

function dependsOn(events: readonly Event[], process: number, touches: Touched): Set<number> {
  const after = new Set<number>();
  events.forEach((event, i) => {
    if (event.move.process !== process && !conflict(event.touches, touches)) return;
    after.add(i);
    for (const earlier of event.after) after.add(earlier);
  });
  return after;
}

const same = (a: Move, b: Move): boolean => a.process === b.process && a.choice === b.choice;
