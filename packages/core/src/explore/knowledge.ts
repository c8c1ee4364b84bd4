/** What searches of one system learn of it and hand on to each other. */
import type { System } from '../words/system.ts';
import { Automaton } from './automaton.ts';
import { Behaviour } from './behaviour.ts';
import { Footprints } from './footprints.ts';
import { byHistory, type Identity } from './identity.ts';
import { Mirror } from './mirror.ts';
import type { Mutant, Reductions } from './reductions.ts';

/** Local automata, and the cells that their steps touch. */
export class Knowledge {
  readonly automaton: Automaton;
  /** What was noted in footprints is never asked for again: they belong together. */
  readonly behaviour = new Behaviour();
  /** Learned only where a reduction makes use of them. */
  readonly footprints: Footprints | undefined;
  readonly mutants: ReadonlySet<Mutant>;
  /** Only where symmetries are made use of. */
  readonly mirror: Mirror | undefined;

  constructor(
    readonly system: System,
    readonly reduce: Reductions,
    identity: Identity = byHistory,
  ) {
    this.mutants = new Set(reduce.mutate);
    this.automaton = new Automaton(system, identity);
    const { persistent, fuse, symmetry, deadCells } = reduce;
    this.mirror = symmetry === true && system.symmetries !== undefined ? new Mirror(system, this.automaton, this.mutants) : undefined;
    const used = persistent === true || fuse === true || deadCells === true || this.mirror !== undefined;
    this.footprints = used ? new Footprints(system, this.automaton, reduce.commute === true, this.mutants) : undefined;
  }

  /** Moves when anything new was learned. */
  get version(): number {
    return this.automaton.edges.count + (this.footprints?.version ?? 0);
  }
}
