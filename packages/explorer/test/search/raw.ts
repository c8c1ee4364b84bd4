/** Toy systems whose code the explorer runs directly, without the toy's own driver in between: frames can be told. */
import { byFrames, byHistory, type Identity } from '../../src/learned/local-identity.ts';
import { exploreSync } from '../../src/search/explore.ts';
import type { Exploration } from '../../src/api/exploration.ts';
import type { System } from '../../src/api/system.ts';
import { toy, type Toy } from './toy.ts';

export function raw(given: Toy): System {
  const system = toy(given);
  const bodies = given.processes.map((process) => (typeof process === 'function' ? process : process.body));
  return {
    ...system,
    processes: system.processes.map((process, p) => ({ ...process, body: bodies[p]! })),
    where: () => [],
  };
}

/** What must not depend on how local states are told apart. */
export interface Seen {
  readonly outcome: string;
  readonly violated: readonly string[];
  readonly tally: readonly string[];
  readonly ends: readonly string[];
  readonly deadlock: number;
  readonly bounded: boolean;
}

/** Explores a system and notes the cells of every end. */
export function seenBy(system: System, identity: Identity, maxStates: number): { found: Exploration; seen: Seen } {
  const ends = new Set<string>();
  const cells = Array.from({ length: system.cellCount }, (_, cell) => cell);
  const holds = (store: { get(cell: number): number }): boolean => (
    ends.add(cells.map((cell) => store.get(cell)).join()),
    true
  );
  const noting: System = {
    ...system,
    finals: [...system.finals, { claim: '~ends are noted', on: 'violation', holds }],
  };
  const found = exploreSync(noting, { stopAtFirst: false, maxStates }, identity);
  return {
    found,
    seen: {
      outcome: found.outcome,
      violated: found.violations.map(({ claim, depth }) => `${claim} at ${depth}`).sort(),
      tally: found.tally.map(({ claim, held, failed }) => `${claim}: ${held > 0} ${failed > 0}`).sort(),
      ends: [...ends].sort(),
      deadlock: found.deadlock?.schedule.length ?? -1,
      bounded: found.bounded > 0,
    },
  };
}

/** Explores a system in both ways. */
export function bothWays(
  system: System,
  maxStates: number,
): { history: Exploration; frames: Exploration; problems: readonly string[]; same: [Seen, Seen] } {
  const identity = byFrames();
  const history = seenBy(system, byHistory, maxStates);
  const frames = seenBy(system, identity, maxStates);
  return {
    history: history.found,
    frames: frames.found,
    problems: [...(identity.problems ?? [])],
    same: [frames.seen, history.seen],
  };
}
