/** Is a reduced search as good as an unreduced one? */
import type { Exploration } from '../../src/explore/exploration.ts';
import { exploreSync } from '../../src/explore/explore.ts';
import { ALL_REDUCTIONS, type Reductions } from '../../src/explore/reductions.ts';
import type { System } from '../../src/words/system.ts';

/** Every reduction alone, and together. */
export const REDUCTIONS: Readonly<Record<string, Reductions>> = {
  persistent: { persistent: true },
  'persistent + commute': { persistent: true, commute: true },
  fuse: { fuse: true },
  'persistent + fuse': { persistent: true, fuse: true },
  deadCells: { deadCells: true },
  'deadCells + commute': { deadCells: true, commute: true },
  symmetry: { symmetry: true },
  all: ALL_REDUCTIONS,
};

/** Adds a claim that always holds, which notes the cells of every end the search finds. */
export function noting(system: System): { system: System; finals: Set<string> } {
  const finals = new Set<string>();
  const cells = Array.from({ length: system.cellCount }, (_, cell) => cell);
  const holds = (store: { get(cell: number): number }): boolean => {
    const changed = cells.filter((cell) => store.get(cell) !== system.initial(cell));
    finals.add(changed.map((cell) => `${system.names.name(cell)}=${system.names.value(cell, store.get(cell))}`).sort().join(' '));
    return true;
  };
  return { system: { ...system, finals: [...system.finals, { claim: '~ends are noted', on: 'violation', holds }] }, finals };
}

/** What a search says of a system, apart from how it found out. */
export interface Says {
  readonly violated: readonly string[];
  /** Claims that held somewhere, and that failed somewhere. */
  readonly tally: readonly string[];
  readonly deadlock: boolean;
  readonly gaveUp: boolean;
  readonly ends: boolean;
  readonly neverEnds: boolean;
  /** Local states and observations: the code that was reached. */
  readonly code: string;
}

export const said = (found: Exploration): Says => ({
  violated: found.violations.map(({ claim }) => claim).sort(),
  tally: found.tally.flatMap(({ claim, held, failed }) => [...(held > 0 ? [`${claim} holds`] : []), ...(failed > 0 ? [`${claim} fails`] : [])]).sort(),
  deadlock: found.deadlocks > 0,
  gaveUp: found.bounded > 0,
  ends: found.ends > 0,
  neverEnds: found.neverEnds !== undefined,
  code: `${found.nodes} local states, ${found.edges} edges`,
});

/** Explores all of it; final values of cells are noted, unless they are not to be looked at. */
export function sayOf(system: System, reduce: Reductions, maxStates: number, look = true): { says: Says; finals: readonly string[]; found: Exploration } {
  const noted = look ? noting(system) : { system, finals: new Set<string>() };
  const found = exploreSync(noted.system, { stopAtFirst: false, maxStates, reduce });
  return { says: said(found), finals: [...noted.finals].sort(), found };
}

/** The first difference between reduced searches and the unreduced one, in words; undefined when there is none, `too big` beyond the bound. */
export function difference(system: System, maxStates: number, reductions = REDUCTIONS): string | undefined {
  const plain = sayOf(system, {}, maxStates);
  if (plain.found.outcome !== 'complete') return 'too big';
  for (const [name, reduce] of Object.entries(reductions)) {
    for (const look of reduce.deadCells ? [true, false] : [true]) {
      let reduced;
      try {
        reduced = sayOf(system, reduce, 4 * maxStates, look);
      } catch (error) {
        return `${name} throws ${String(error)}`;
      }
      if (reduced.found.outcome !== 'complete') return `${name} is not complete`;
      // The code of one process is reached through that of its twin.
      const code = reduce.symmetry && system.symmetries ? { code: '' } : {};
      const [want, have] = [JSON.stringify({ ...plain.says, ...code }), JSON.stringify({ ...reduced.says, ...code })];
      if (want !== have) return `${name}${look ? '' : ' (without looking)'}: ${have} instead of ${want}`;
      if (look && !reduce.symmetry && plain.finals.join() !== reduced.finals.join()) return `${name}: ends with ${reduced.finals.join(' | ')} instead of ${plain.finals.join(' | ')}`;
      if (look && !reduce.symmetry && plain.found.ends !== reduced.found.ends) return `${name}: ${reduced.found.ends} ends instead of ${plain.found.ends}`;
      if (!reduce.deadCells && !reduce.symmetry && plain.found.deadlocks !== reduced.found.deadlocks) return `${name}: ${reduced.found.deadlocks} deadlocks instead of ${plain.found.deadlocks}`;
    }
  }
  return undefined;
}
