/** The learned model: what searches of one system learn of it and hand on to each other. */
import type { Numbered, System } from '../api/system.ts';
import { Automaton } from './automaton.ts';
import { TransitionCache } from './transition-cache.ts';
import type { Saved } from '../api/checkpoint.ts';
import { AccessSets } from './access-sets.ts';
import { byHistory, type Identity } from './local-identity.ts';
import { plain } from '../store/loading.ts';
import { LocalTransitions } from './local-steps.ts';
// The one arrow between rooms that runs back: symmetry is built from what is learned, and the model learns through it.
import { SymmetryClosure } from '../symmetry/closure.ts';
import { LocalImages } from '../symmetry/images.ts';
import { SymmetryGroup } from '../symmetry/permutations.ts';
import type { Reductions } from '../api/reductions.ts';
import { digestOf, AutomatonCheckpoint } from './relearn.ts';
import type { Saving } from '../store/saving.ts';

/** Local automata, cached transitions and access sets. */
export class LearnedModel {
  readonly automaton: Automaton;
  /** Access sets are recorded when a transition is cached: the two belong together. */
  readonly cache = new TransitionCache();
  /** Learned only where a reduction needs them. */
  readonly accessSets: AccessSets | undefined;
  /** Present wherever access sets are learned. */
  readonly local: LocalTransitions | undefined;
  /** Present only where symmetry is used. */
  readonly closure: SymmetryClosure | undefined;
  private readonly automatonCheckpoint: AutomatonCheckpoint;
  private fixed: number | undefined;

  constructor(
    readonly system: System,
    readonly reduce: Reductions,
    identity: Identity = byHistory,
  ) {
    this.automaton = new Automaton(system, identity);
    this.automatonCheckpoint = new AutomatonCheckpoint(this.automaton);
    const { persistent, fuse, local, sleep, symmetry, deadCells } = reduce;
    const group =
      symmetry === true && system.symmetry !== undefined
        ? new SymmetryGroup(system.symmetry, system.processes.length)
        : undefined;
    const used =
      persistent === true ||
      fuse === true ||
      local === true ||
      sleep === true ||
      deadCells === true ||
      group !== undefined;
    this.accessSets = used ? new AccessSets(system, this.automaton, reduce.commute === true) : undefined;
    this.local =
      this.accessSets &&
      new LocalTransitions(system, this.automaton, this.accessSets, group?.generators ?? [], local === true);
    if (group) {
      const images = new LocalImages(system, this.automaton, group, this.local!);
      this.closure = new SymmetryClosure(system, this.automaton, this.cache, images, this.local!);
    }
  }

  /**
   * The transition cache is not saved: it is filled again when transitions occur again, and nothing new is recorded
   * then.
   */
  save(to: Saving): void {
    to.plain('system', this.digest());
    to.plain('interned', this.system.interned?.numbered() ?? []);
    this.automatonCheckpoint.save(to);
    this.accessSets?.save(to);
    this.local?.save(to);
  }

  load(from: Saved): void {
    if (plain<number>(from, 'system') !== this.digest())
      throw from.refuse('it is of a system with other processes, cells or initial values');
    const interned = plain<readonly Numbered[]>(from, 'interned');
    if (!(this.system.interned?.renumber(interned) ?? interned.length === 0))
      throw from.refuse('its interned numbers stand for other things');
    this.automatonCheckpoint.load(from);
    this.accessSets?.load(from);
    this.local?.load(from);
  }

  /** Checksum of everything that is fixed: processes, cells, initial values, reductions. */
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

  /** Incremented when anything new was learned. */
  get version(): number {
    return this.automaton.edges.count + (this.accessSets?.version ?? 0);
  }
}
