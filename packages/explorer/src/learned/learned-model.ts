/** What searches of one system learn of it and hand on to each other. */
import type { Numbered, System } from '../api/system.ts';
import { Automaton } from './automaton.ts';
import { Behaviour } from './transition-cache.ts';
import type { Saved } from '../api/checkpoint.ts';
import { Footprints } from './access-sets.ts';
import { byHistory, type Identity } from './local-identity.ts';
import { plain } from '../store/loading.ts';
import { LocalSteps } from './local-steps.ts';
import { Mirror } from '../symmetry/closure.ts';
import { Renamings } from '../symmetry/permutations.ts';
import type { Mutant, Reductions } from '../api/reductions.ts';
import { digestOf, Relearned } from './relearn.ts';
import type { Saving } from '../store/saving.ts';

/** Local automata, and the cells that their steps touch. */
export class Knowledge {
  readonly automaton: Automaton;
  /** What was noted in footprints is never asked for again: they belong together. */
  readonly behaviour = new Behaviour();
  /** Learned only where a reduction makes use of them. */
  readonly footprints: Footprints | undefined;
  readonly mutants: ReadonlySet<Mutant>;
  /** There wherever footprints are learned. */
  readonly local: LocalSteps | undefined;
  /** Only where symmetries are made use of. */
  readonly mirror: Mirror | undefined;
  private readonly relearned: Relearned;
  private fixed: number | undefined;

  constructor(
    readonly system: System,
    readonly reduce: Reductions,
    identity: Identity = byHistory,
  ) {
    this.mutants = new Set(reduce.mutate);
    this.automaton = new Automaton(system, identity);
    this.relearned = new Relearned(this.automaton);
    const { persistent, fuse, local, sleep, symmetry, deadCells } = reduce;
    const renamings =
      symmetry === true && system.symmetry !== undefined
        ? new Renamings(system.symmetry, system.processes.length)
        : undefined;
    const used =
      persistent === true ||
      fuse === true ||
      local === true ||
      sleep === true ||
      deadCells === true ||
      renamings !== undefined;
    this.footprints = used ? new Footprints(system, this.automaton, reduce.commute === true, this.mutants) : undefined;
    this.local =
      this.footprints &&
      new LocalSteps(
        system,
        this.automaton,
        this.footprints,
        renamings?.generators ?? [],
        local === true,
        this.mutants,
      );
    this.mirror = renamings && new Mirror(system, this.automaton, this.behaviour, renamings, this.local!, this.mutants);
  }

  /** What steps do and what claims say is not saved: it is looked up again when it is met, and touches nothing new then. */
  save(to: Saving): void {
    to.plain('system', this.digest());
    to.plain('interned', this.system.interned?.numbered() ?? []);
    this.relearned.save(to);
    this.footprints?.save(to);
    this.local?.save(to);
  }

  load(from: Saved): void {
    if (plain<number>(from, 'system') !== this.digest())
      throw from.refuse('it is of a system with other processes, cells or initial values');
    const interned = plain<readonly Numbered[]>(from, 'interned');
    if (!(this.system.interned?.renumber(interned) ?? interned.length === 0))
      throw from.refuse('numbers stand for other things');
    this.relearned.load(from);
    this.footprints?.load(from);
    this.local?.load(from);
  }

  /** Of all that is fixed: processes, cells, what they hold at the start, and how it is searched. */
  private digest(): number {
    if (this.fixed !== undefined) return this.fixed;
    const { system, reduce } = this;
    let digest = digestOf(
      JSON.stringify([
        system.processes.map(({ name, cpu, role, gates }) => [name, cpu, role, gates]),
        system.cellCount,
        reduce,
      ]),
    );
    for (let cell = 0; cell < system.cellCount; cell++) digest = digestOf(`${system.initial(cell)}`, digest);
    return (this.fixed = digest);
  }

  /** Moves when anything new was learned. */
  get version(): number {
    return this.automaton.edges.count + (this.footprints?.version ?? 0);
  }
}
