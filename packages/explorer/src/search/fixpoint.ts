/** Searches again until nothing new is learned, and once more for a shortest schedule to what was found. */
import type { System } from '../api/system.ts';
import type { Block, Saved } from '../api/checkpoint.ts';
import type { Exploration, ExploreOptions, Progress } from '../api/exploration.ts';
import { together, type Found } from './found.ts';
import type { Identity } from '../learned/local-identity.ts';
import { Mistake } from '../api/mistakes.ts';
import { Knowledge } from '../learned/learned-model.ts';
import { plain } from '../store/loading.ts';
import { Saving } from '../store/saving.ts';
import type { Reductions } from '../api/reductions.ts';
import { rehearse } from './warm-up.ts';
import { Search } from './breadth-first.ts';

/** Which search of several it is, and what was asked. */
interface Round {
  readonly rounds: number;
  readonly due: number;
  readonly known: number;
  readonly seen: number;
  readonly stale: boolean;
  readonly begunAfter: number;
  readonly spent: number;
  readonly earlier: Found;
  readonly found?: Exploration;
  readonly unlike?: string;
  readonly asked: string;
}

/**
 * A reduced search draws conclusions from what was learned before it: what each process may still do. It is worth something only when
 * it learns nothing itself that would have changed it. (Take a shortest schedule of the unreduced system in which something happens that is not known. All before
 * it is known, so the reduced search follows it, up to the order of moves that do not meet, and learns what happens there.)
 * What it finds is true at any time: the states it visits exist.
 */
export class Rounds {
  private search!: Search;
  /** What is known by now. */
  knowledge!: Knowledge;
  /** The reductions of the search that is made now. */
  private reduce: Reductions = {};
  private known = 0;
  private rounds = 1;
  /** It is rehearsed again when it has so many states. */
  private due = LARGE;
  /** Why a symmetry that was supposed is none. */
  private unlike: string | undefined;
  /** What was known when it was asked last whether it changes this round, and whether it does. */
  private seen = 0;
  private stale = false;
  /** States of the round before this one, when it was given up. */
  private begunAfter = 0;
  private spent = 0;
  /** What rounds found that were made again. */
  private earlier: Found = NOTHING;
  /** What the reduced search found, while a shortest way there is looked for. */
  private found: Exploration | undefined;
  private finished = false;
  /** Seconds that processes before this one have spent. */
  private before = 0;
  private saving = new Saving();

  constructor(
    private readonly system: System,
    private readonly options: ExploreOptions,
    private readonly identity?: Identity,
  ) {
    const reduce = options.maxDepth === undefined ? (options.reduce ?? {}) : {};
    const saved = options.checkpoint?.saved;
    if (saved) this.load(saved, reduce);
    else this.unlessUnlike(() => this.begin(reduce));
  }

  private begin(reduce: Reductions): void {
    // Remembered first: making the mirror may show that a supposed symmetry is none.
    this.reduce = reduce;
    this.knowledge = new Knowledge(this.system, reduce, this.identity);
    rehearse(this.knowledge, SMALL);
    this.known = this.knowledge.version;
    this.search = new Search(this.options, this.knowledge);
  }

  /** Nobody promised a symmetry that is supposed: where it is none, all that was found with it is forgotten. */
  private unlessUnlike(go: () => void): void {
    try {
      go();
    } catch (error) {
      if (!(error instanceof Mistake) || error.code !== 'SD_BAD_SYMMETRY' || this.system.symmetry?.supposed !== true)
        throw error;
      this.unlike = error.what;
      [this.rounds, this.seen, this.stale, this.begunAfter, this.found, this.due] = [1, 0, false, 0, undefined, LARGE];
      this.begin({ ...this.reduce, symmetry: false });
    }
  }

  get done(): boolean {
    return this.finished;
  }

  /** Is it over before all was tried and anything was found, so that one could go on with it? */
  get isCut(): boolean {
    return this.finished && this.search.isCut;
  }

  get progress(): Progress {
    const { progress } = this.search;
    return { ...progress, seconds: this.spent + progress.seconds, round: this.rounds };
  }

  interrupt(): void {
    this.search.interrupt();
    this.finished = true;
  }

  /** Takes about `budget` transitions more. */
  advance(budget: number): void {
    this.unlessUnlike(() => {
      this.search.advance(this.due > LARGE ? budget : Math.min(budget, FIRST));
      if (this.search.done) this.settle();
      else {
        this.grows();
        if (this.isStale()) this.nextRound();
      }
    });
  }

  /** What is new since the last block. A search that is over has nothing to go on with. */
  save(): Block {
    // What a step does is learned anew by who goes on from here, and looked at in the mirror only if it is met again.
    this.unlessUnlike(() => this.knowledge.mirror?.mustBeAlike());
    const { rounds, due, known, seen, stale, begunAfter, spent, earlier, found, unlike, saving, asked } = this;
    saving.plain('round', {
      rounds,
      due,
      known,
      seen,
      stale,
      begunAfter,
      spent,
      earlier,
      asked,
      ...(found && { found }),
      ...(unlike !== undefined && { unlike }),
    } satisfies Round);
    this.knowledge.save(saving);
    this.search.save(saving);
    return saving.block();
  }

  /** Options that a search cannot change on the way. Bounds may be others. */
  private get asked(): string {
    const { stopAtFirst, maxDepth, compact } = this.options;
    return JSON.stringify({ stopAtFirst, maxDepth, compact });
  }

  private load(from: Saved, reduce: Reductions): void {
    const { rounds, due, known, seen, stale, begunAfter, spent, earlier, found, unlike, asked } = plain<Round>(
      from,
      'round',
    );
    // As it began: what is learned then is learned in the same order.
    this.unlike = unlike;
    this.begin(unlike === undefined ? reduce : { ...reduce, symmetry: false });
    if (asked !== this.asked) throw from.refuse(`it was asked otherwise: ${asked} there, ${this.asked} here`);
    const { seconds } = plain<{ seconds: number }>(from, 'search');
    Object.assign(this, { rounds, due, known, seen, stale, begunAfter, spent, earlier, found });
    this.before = spent + seconds;
    // Made before more is known: what it concludes from that is replaced.
    const left = this.left(0);
    this.search = found ? this.shorter(found, left) : new Search(left, this.knowledge);
    this.knowledge.load(from);
    this.search.load(from);
    this.saving = new Saving(from);
  }

  result(): Exploration {
    const last = this.found ? this.search.result() : this.reduced();
    const seconds = this.spent + last.seconds;
    const more = this.unlike === undefined ? { seconds } : { seconds, unlike: this.unlike };
    if (!this.found) return { ...last, rounds: this.rounds, ...more };
    // The way that the reduced search found is a way too, if the search for a shorter one came to a bound before.
    const { violations, deadlock, cut } = last;
    return {
      ...this.found,
      ...more,
      gaveUp: together(last, this.found).gaveUp,
      ...(cut && { cut }),
      ...(violations.length > 0 && { violations }),
      ...(deadlock && { deadlock }),
    };
  }

  /** What the reduced search found. A last round that was cut off may lack what rounds before it found, in states that exist. */
  private reduced(): Exploration {
    const last = this.search.result();
    return last.outcome === 'bound' || last.outcome === 'interrupted'
      ? { ...last, ...together(last, this.earlier) }
      : last;
  }

  private settle(): void {
    const { knowledge, options, search } = this;
    if (this.found || !knowledge.footprints) {
      this.finished = true;
    } else if (
      search.complete &&
      knowledge.version !== this.known &&
      !knowledge.mutants.has('again until nothing is new') &&
      !search.settled
    ) {
      this.nextRound();
    } else {
      const result = this.reduced();
      const depth = result.violations[0]?.depth ?? result.deadlock?.schedule.length;
      if (!options.stopAtFirst || depth === undefined) this.finished = true;
      else {
        this.found = { ...result, rounds: this.rounds };
        this.again(this.shorter(this.found, this.left()));
      }
    }
  }

  /** A search without reductions, up to the depth that a reduced one found something at. */
  private shorter({ violations, deadlock }: Exploration, left: ExploreOptions): Search {
    const maxDepth = violations[0]?.depth ?? deadlock!.schedule.length;
    return new Search({ ...left, maxDepth, stopAtDeadlock: violations.length === 0 }, this.knowledge, false);
  }

  /**
   * A round that has learned something which would have changed it proves nothing, and is made again, unless it has come not much further
   * than the one before: then it may learn more.
   */
  private isStale(): boolean {
    const { version } = this.knowledge;
    if (this.found || version === this.known || !this.knowledge.footprints) return false;
    if (version !== this.seen) [this.seen, this.stale] = [version, !this.search.settled];
    if (!this.stale) this.known = version;
    return this.stale && this.search.states.count >= FURTHER * this.begunAfter;
  }

  /** As a search grows it is rehearsed again. What there is to learn that changes it is better learned now than when it comes upon that itself. */
  private grows(): void {
    const { count } = this.search.states;
    if (count < this.due || this.found) return;
    this.due = 2 * count;
    this.rehearse();
  }

  /** Half from the states that were found. */
  private rehearse(): void {
    const { frontier } = this.search;
    const begun = performance.now();
    rehearse(this.knowledge, LARGER + Math.min(MORE, frontier.states.count / PART), frontier);
    this.spent += (performance.now() - begun) / 1000;
  }

  private nextRound(): void {
    this.earlier = together(this.search.found, this.earlier);
    this.begunAfter = this.search.states.count;
    this.rehearse();
    this.again(new Search(this.left(), this.knowledge));
    this.rounds++;
    this.known = this.knowledge.version;
  }

  private again(search: Search): void {
    this.spent += this.search.progress.seconds;
    this.search = search;
    this.saving = new Saving();
  }

  /** @param seconds what the search that is running has taken */
  private left(seconds = this.search.progress.seconds): ExploreOptions {
    const { deadlineMs } = this.options;
    return deadlineMs === undefined
      ? this.options
      : { ...this.options, deadlineMs: deadlineMs - 1000 * (this.spent + seconds - this.before) };
  }
}

/**
 * Moves in a row that teach nothing, at the end of a rehearsal: before a search; as it grows; then one more for each so many states, up to so
 * many: nothing is told of a search while it is rehearsed.
 */
const SMALL = 500;
const LARGER = 2500;
const PART = 4;
const MORE = 50_000;
/** States of a round that is given up, for each of the one before. */
const FURTHER = 1.5;
/** States of a search that is rehearsed again, and transitions until it is looked whether there are so many. */
const LARGE = 600;
const FIRST = 2048;

const NOTHING: Found = { violations: [], tally: [], gaveUp: [] };
