/** Is a reduced search as good as an unreduced one? */
import type { Exploration } from '../../src/api/exploration.ts';
import { replay } from '../../src/replay/counterexample.ts';
import { byHistory, type Identity } from '../../src/learned/local-identity.ts';
import { repeatedState } from '../../src/replay/loop.ts';
import { oracle } from '../../src/testing/oracle.ts';
import { FixpointSearch } from '../../src/search/fixpoint.ts';
import { SymmetryGroup } from '../../src/symmetry/permutations.ts';
import { ALL_REDUCTIONS, type Reductions } from '../../src/api/reductions.ts';
import type { System } from '../../src/api/system.ts';

/** Every reduction alone, and together. */
export const REDUCTIONS: Readonly<Record<string, Reductions>> = {
  persistent: { persistent: true },
  'persistent + commute': { persistent: true, commute: true },
  fuse: { fuse: true },
  'persistent + fuse': { persistent: true, fuse: true },
  local: { local: true },
  sleep: { sleep: true },
  'persistent + sleep': { persistent: true, sleep: true },
  'sleep + symmetry': { sleep: true, symmetry: true },
  deadCells: { deadCells: true },
  'deadCells + commute': { deadCells: true, commute: true },
  symmetry: { symmetry: true },
  // Without a rehearsal most rounds have something to learn.
  all: { ...ALL_REDUCTIONS, rehearse: false },
  'all, rehearsed': ALL_REDUCTIONS,
};

/** Who sleeps saves moves, and no states where nothing else does. */
const SAME_STATES = [
  ['sleep', 'exact'],
  ['sleep + symmetry', 'symmetry'],
] as const;

/** Adds a claim that always holds, which notes the cells of every end the search finds: of ends alike by a symmetry, the same. */
export function noting(system: System): { system: System; finals: Set<string> } {
  const finals = new Set<string>();
  const orders = system.symmetry ? new SymmetryGroup(system.symmetry, system.processes.length).all() : [];
  const cells = Array.from({ length: system.cellCount }, (_, cell) => cell);
  const told = (values: readonly (readonly [number, number])[]): string =>
    values
      .map(([cell, value]) => `${system.names.name(cell)}=${system.names.value(cell, value)}`)
      .sort()
      .join(' ');
  const holds = (store: { get(cell: number): number }): boolean => {
    const changed = cells
      .filter((cell) => store.get(cell) !== system.initial(cell))
      .map((cell) => [cell, store.get(cell)] as const);
    const images = orders.map((map) => told(changed.map(([cell, value]) => [map.cell(cell), map.value(cell, value)])));
    finals.add([told(changed), ...images].sort()[0]!);
    return true;
  };
  return {
    system: { ...system, finals: [...system.finals, { claim: '~ends are noted', on: 'violation', holds }] },
    finals,
  };
}

/** What a search says of a system, apart from how it found out. */
export interface Says {
  readonly violated: readonly string[];
  /** Claims that held somewhere, and that failed somewhere. */
  readonly tally: readonly string[];
  readonly deadlock: boolean;
  readonly gaveUp: boolean;
  /** Where and why code gave up. */
  readonly limits: readonly string[];
  readonly ends: boolean;
  readonly neverEnds: boolean;
  /** Local states and observations: the code that was reached. */
  readonly code: string;
}

/** As the oracle says it. */
const limitsOf = ({ gaveUp }: Exploration): string[] =>
  gaveUp.map(({ process, where, why }) => `${process} in ${where.join(' > ')}: ${why}`).sort();

export const said = (found: Exploration): Says => ({
  violated: found.violations.map(({ claim }) => claim).sort(),
  tally: found.tally
    .flatMap(({ claim, held, failed }) => [
      ...(held > 0 ? [`${claim} holds`] : []),
      ...(failed > 0 ? [`${claim} fails`] : []),
    ])
    .sort(),
  deadlock: found.deadlocks > 0,
  gaveUp: found.bounded > 0,
  limits: limitsOf(found),
  ends: found.ends > 0,
  neverEnds: found.neverEnds !== undefined,
  code: `${found.nodes} local states, ${found.edges} edges`,
});

/** Transitions between two looks of a search at what it has learned: so few that small systems see rounds given up and begun anew. */
const SMALL_PIECE = 4;

/** Explores all of it; final values of cells are noted, unless they are not to be looked at. */
export function sayOf(
  system: System,
  reduce: Reductions,
  maxStates: number,
  look = true,
  identity: Identity = byHistory,
  piece?: number,
): { says: Says; finals: readonly string[]; found: Exploration } {
  const noted = look ? noting(system) : { system, finals: new Set<string>() };
  const search = new FixpointSearch(noted.system, { stopAtFirst: false, maxStates, reduce }, identity);
  while (!search.done) search.advance(piece ?? Infinity);
  const found = search.result();
  return { says: said(found), finals: [...noted.finals].sort(), found };
}

/**
 * The first difference between reduced searches and the unreduced one, in words; undefined when there is none, `too big` beyond the bound.
 * @param plain what the unreduced one says, where it was made before
 */
export function difference(
  system: System,
  maxStates: number,
  reductions = REDUCTIONS,
  identity: () => Identity = () => byHistory,
  plain = sayOf(system, {}, maxStates, true, identity()),
): string | undefined {
  if (plain.found.outcome !== 'complete') return 'too big';
  let searches = 0;
  const states = new Map([['exact', plain.found.states]]);
  for (const [name, reduce] of Object.entries(reductions)) {
    for (const look of reduce.deadCells ? [true, false] : [true]) {
      let reduced;
      try {
        reduced = sayOf(
          system,
          reduce,
          4 * maxStates,
          look,
          identity(),
          searches++ % 2 === 0 ? undefined : SMALL_PIECE,
        );
      } catch (error) {
        return `${name} throws ${String(error)}`;
      }
      const differs =
        unreplayable(system, reduced.found, identity()) ??
        unlike(plain, reduced, {
          look,
          symmetry: reduce.symmetry === true && system.symmetry !== undefined,
          counts: reduce.deadCells !== true && reduce.local !== true,
        });
      if (differs !== undefined) return `${name}${look ? '' : ' (without looking)'}: ${differs}`;
      states.set(name, reduced.found.states);
    }
  }
  for (const [name, alike] of SAME_STATES)
    if (states.has(name) && states.has(alike) && states.get(name) !== states.get(alike))
      return `${name}: ${states.get(name)} states instead of ${states.get(alike)}`;
  return undefined;
}

/** Does what was found happen along the schedule that was given for it? */
function unreplayable(
  system: System,
  { violations, deadlock, neverEnds, gaveUp }: Exploration,
  identity: Identity,
): string | undefined {
  for (const { process, why, schedule } of gaveUp)
    if (schedule && !replay(system, schedule).gaveUp?.some((limit) => limit.process === process && limit.why === why))
      return `${process} does not give up along its schedule`;
  if (neverEnds && !(repeatedState(system, neverEnds.schedule, identity)! <= neverEnds.loop!))
    return 'it never ends, and its loop does not come back';
  for (const { claim, schedule } of violations) {
    const { events, brokenAtEnd } = replay(system, schedule);
    if (![...(events.at(-1)?.broken ?? []), ...brokenAtEnd].some((broken) => broken.claim === claim))
      return `'${claim}' holds along its schedule`;
  }
  return deadlock && replay(system, deadlock.schedule).stuck.length === 0
    ? 'nobody is stuck along the schedule to a deadlock'
    : undefined;
}

export type Said = ReturnType<typeof sayOf>;

function unlike(
  plain: Said,
  reduced: Said,
  { look, symmetry, counts }: { look: boolean; symmetry: boolean; counts: boolean },
): string | undefined {
  if (reduced.found.outcome !== 'complete') return 'it is not complete';
  // The code of one process is reached through that of its twin.
  const code = symmetry ? { code: '', limits: [] } : {};
  const [want, have] = [JSON.stringify({ ...plain.says, ...code }), JSON.stringify({ ...reduced.says, ...code })];
  if (reduced.says.limits.length === 0 && plain.says.limits.length > 0)
    return `nothing gave up instead of ${plain.says.limits.join('; ')}`;
  if (want !== have) return `${have} instead of ${want}`;
  if (look && plain.finals.join() !== reduced.finals.join())
    return `ends with ${reduced.finals.join(' | ')} instead of ${plain.finals.join(' | ')}`;
  if (symmetry) return undefined;
  if (counts && look && plain.found.ends !== reduced.found.ends)
    return `${reduced.found.ends} ends instead of ${plain.found.ends}`;
  // Who waits behind a closed gate may wait a local step later.
  if (counts && plain.found.deadlocks !== reduced.found.deadlocks)
    return `${reduced.found.deadlocks} deadlocks instead of ${plain.found.deadlocks}`;
  return undefined;
}

/**
 * The first difference between the unreduced search and live code, in words; undefined when there is none or the system is too big.
 * @param plain what the unreduced one says, where it was made before and has no symmetry
 */
export function judgedUnlike({ symmetry, ...system }: System, maxStates: number, plain?: Said): string | undefined {
  const { found, finals } = plain && symmetry === undefined ? plain : sayOf(system, {}, maxStates);
  if (found.outcome !== 'complete') return undefined;
  const judged = oracle(system, maxStates);
  const byClaim = (a: { claim: string }, b: { claim: string }): number => (a.claim < b.claim ? -1 : 1);
  const { states, transitions, ends, bounded, deadlocks } = found;
  const violated = found.violations.map(({ claim, depth }) => ({ claim, depth })).sort(byClaim);
  const tally = found.tally.map(({ claim, held, failed }) => ({ claim, held, failed })).sort(byClaim);
  const have = JSON.stringify({
    states,
    transitions,
    ends,
    bounded,
    deadlocks,
    deadlockDepth: found.deadlock?.schedule.length ?? -1,
    violated,
    tally,
    finals,
    neverEnds: found.neverEnds !== undefined,
    gaveUp: limitsOf(found),
  });
  const want = JSON.stringify({
    states: judged.states,
    transitions: judged.transitions,
    ends: judged.ends,
    bounded: judged.bounded,
    deadlocks: judged.deadlocks,
    deadlockDepth: judged.deadlockDepth,
    violated: judged.violated,
    tally: judged.tally,
    finals: judged.finals,
    neverEnds: judged.neverEnds,
    gaveUp: judged.gaveUp,
  });
  return have === want ? undefined : `the search says ${have}, live code says ${want}`;
}
