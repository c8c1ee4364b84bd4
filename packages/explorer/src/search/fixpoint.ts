/**
 * Fixpoint iteration: a reduced search is repeated until what it learns would no longer change it; then, if something
 * was found, an unreduced search finds a shortest schedule to it.
 */
import type { System } from '../api/system.ts';
import type { Block, Saved } from '../api/checkpoint.ts';
import type { Exploration, ExploreOptions, Progress } from '../api/exploration.ts';
import { mergeFindings, type Found } from './found.ts';
import type { Identity } from '../learned/local-identity.ts';
import { Mistake } from '../api/mistakes.ts';
import { LearnedModel } from '../learned/learned-model.ts';
import { plain } from '../store/loading.ts';
import { Saving } from '../store/saving.ts';
import type { Reductions } from '../api/reductions.ts';
import { warmUp } from './warm-up.ts';
import { Search } from './breadth-first.ts';

/** State of the iteration, as a checkpoint keeps it. */
interface Round {
  readonly rounds: number;
  readonly nextWarmUp: number;
  readonly knownVersion: number;
  readonly askedVersion: number;
  readonly outdated: boolean;
  readonly statesBefore: number;
  readonly spent: number;
  readonly earlier: Found;
  readonly found?: Exploration;
  readonly symmetryRejected?: string;
  readonly asked: string;
}

/**
 * A reduced search relies on what was learned before: what each process may still do. It proves something only when it
 * has converged: when nothing that it learned would have changed its choices. (Take a shortest schedule of the
 * unreduced system in which something unknown happens. Everything before is known, so the reduced search follows it, up
 * to the order of independent steps, and learns what happens.) What a round finds is true in any case: the states that
 * it visits exist.
 */
export class FixpointSearch {
  private search!: Search;
  /** What is known by now. */
  model!: LearnedModel;
  /** The reductions of the present search. */
  private reduce: Reductions = {};
  private knownVersion = 0;
  private roundCount = 1;
  /** The warm-up is repeated when the search has so many states. */
  private nextWarmUp = LARGE;
  /** Why an inferred symmetry was rejected. */
  private symmetryRejected: string | undefined;
  /** Version of the model at which it was last asked whether this round is outdated, and the answer. */
  private askedVersion = 0;
  private outdated = false;
  /** States of the previous round when it was abandoned. */
  private statesBefore = 0;
  private spent = 0;
  /** Findings of abandoned rounds. */
  private earlier: Found = NOTHING;
  /** Findings of the reduced search, while a shortest schedule is searched for. */
  private found: Exploration | undefined;
  private finished = false;
  /** Seconds spent by earlier processes, before the checkpoint. */
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
    else this.withSymmetryFallback(() => this.begin(reduce));
  }

  private begin(reduce: Reductions): void {
    // Set first: building the symmetry closure may reject an inferred symmetry.
    this.reduce = reduce;
    this.model = new LearnedModel(this.system, reduce, this.identity);
    warmUp(this.model, SMALL);
    this.knownVersion = this.model.version;
    this.search = new Search(this.options, this.model);
  }

  /**
   * An inferred symmetry is a guess: where it is rejected, all that was concluded with it is discarded and the search
   * begins again without.
   */
  private withSymmetryFallback(go: () => void): void {
    try {
      go();
    } catch (error) {
      if (!(error instanceof Mistake) || error.code !== 'SD_BAD_SYMMETRY' || this.system.symmetry?.inferred !== true)
        throw error;
      this.symmetryRejected = error.what;
      [this.roundCount, this.askedVersion, this.outdated, this.statesBefore, this.found, this.nextWarmUp] = [
        1,
        0,
        false,
        0,
        undefined,
        LARGE,
      ];
      this.begin({ ...this.reduce, symmetry: false });
    }
  }

  get done(): boolean {
    return this.finished;
  }

  /** Was it cut short before everything was explored or something was found, so that it can be resumed? */
  get isCut(): boolean {
    return this.finished && this.search.isCut;
  }

  get progress(): Progress {
    const { progress } = this.search;
    return { ...progress, seconds: this.spent + progress.seconds, round: this.roundCount };
  }

  interrupt(): void {
    this.search.interrupt();
    this.finished = true;
  }

  /** Explores about `budget` more transitions. */
  advance(budget: number): void {
    this.withSymmetryFallback(() => {
      this.search.advance(this.nextWarmUp > LARGE ? budget : Math.min(budget, FIRST));
      if (this.search.done) this.afterSearch();
      else {
        this.warmUpAsItGrows();
        if (this.isOutdated()) this.nextRound();
      }
    });
  }

  /** What is new since the last block. A finished search has nothing to resume. */
  save(): Block {
    // Transitions that were cached are learned again by whoever resumes, and are checked for symmetry only if they
    // occur again.
    this.withSymmetryFallback(() => this.model.closure?.checkLearned());
    const {
      roundCount,
      nextWarmUp,
      knownVersion,
      askedVersion,
      outdated,
      statesBefore,
      spent,
      earlier,
      found,
      symmetryRejected,
      saving,
      asked,
    } = this;
    saving.plain('round', {
      rounds: roundCount,
      nextWarmUp,
      knownVersion,
      askedVersion,
      outdated,
      statesBefore,
      spent,
      earlier,
      asked,
      ...(found && { found }),
      ...(symmetryRejected !== undefined && { symmetryRejected }),
    } satisfies Round);
    this.model.save(saving);
    this.search.save(saving);
    return saving.block();
  }

  /** Options that must be the same when a search is resumed. Bounds may differ. */
  private get asked(): string {
    const { stopAtFirst, maxDepth, compact } = this.options;
    return JSON.stringify({ stopAtFirst, maxDepth, compact });
  }

  private load(from: Saved, reduce: Reductions): void {
    const {
      rounds,
      nextWarmUp,
      knownVersion,
      askedVersion,
      outdated,
      statesBefore,
      spent,
      earlier,
      found,
      symmetryRejected,
      asked,
    } = plain<Round>(from, 'round');
    // Begins as the saved search began, so that the model is learned in the same order.
    this.symmetryRejected = symmetryRejected;
    this.begin(symmetryRejected === undefined ? reduce : { ...reduce, symmetry: false });
    if (asked !== this.asked) throw from.refuse(`it was made with other options: ${asked} there, ${this.asked} here`);
    const { seconds } = plain<{ seconds: number }>(from, 'search');
    Object.assign(this, {
      roundCount: rounds,
      nextWarmUp,
      knownVersion,
      askedVersion,
      outdated,
      statesBefore,
      spent,
      earlier,
      found,
    });
    this.before = spent + seconds;
    // Built before the model is restored: its reductions are replaced when it is loaded.
    const remaining = this.remaining(0);
    this.search = found ? this.shorter(found, remaining) : new Search(remaining, this.model);
    this.model.load(from);
    this.search.load(from);
    this.saving = new Saving(from);
  }

  result(): Exploration {
    const last = this.found ? this.search.result() : this.reduced();
    const seconds = this.spent + last.seconds;
    const more =
      this.symmetryRejected === undefined ? { seconds } : { seconds, symmetryRejected: this.symmetryRejected };
    if (!this.found) return { ...last, rounds: this.roundCount, ...more };
    // If the search for a shorter schedule met a bound, the schedule of the reduced search stands.
    const { violations, deadlock, cut } = last;
    return {
      ...this.found,
      ...more,
      gaveUp: mergeFindings(last, this.found).gaveUp,
      ...(cut && { cut }),
      ...(violations.length > 0 && { violations }),
      ...(deadlock && { deadlock }),
    };
  }

  /**
   * Result of the reduced search. A last round that was cut off may lack what earlier rounds found, in states that
   * exist.
   */
  private reduced(): Exploration {
    const last = this.search.result();
    return last.outcome === 'bound' || last.outcome === 'interrupted'
      ? { ...last, ...mergeFindings(last, this.earlier) }
      : last;
  }

  private afterSearch(): void {
    const { model, options, search } = this;
    if (this.found || !model.accessSets) {
      this.finished = true;
    } else if (search.complete && model.version !== this.knownVersion && !search.converged) {
      this.nextRound();
    } else {
      const result = this.reduced();
      const depth = result.violations[0]?.depth ?? result.deadlock?.schedule.length;
      if (!options.stopAtFirst || depth === undefined) this.finished = true;
      else {
        this.found = { ...result, rounds: this.roundCount };
        this.restart(this.shorter(this.found, this.remaining()));
      }
    }
  }

  /** An unreduced search, up to the depth at which the reduced one found something. */
  private shorter({ violations, deadlock }: Exploration, remaining: ExploreOptions): Search {
    const maxDepth = violations[0]?.depth ?? deadlock!.schedule.length;
    return new Search({ ...remaining, maxDepth, stopAtDeadlock: violations.length === 0 }, this.model, false);
  }

  /**
   * An outdated round has learned something that would have changed it, and proves nothing. It is repeated, unless it
   * has not come much further than the previous one: then it may go on learning.
   */
  private isOutdated(): boolean {
    const { version } = this.model;
    if (this.found || version === this.knownVersion || !this.model.accessSets) return false;
    if (version !== this.askedVersion) [this.askedVersion, this.outdated] = [version, !this.search.converged];
    if (!this.outdated) this.knownVersion = version;
    return this.outdated && this.search.states.count >= FURTHER * this.statesBefore;
  }

  /** A growing search is warmed up again: what changes it is better learned now than when the search comes upon it. */
  private warmUpAsItGrows(): void {
    const { count } = this.search.states;
    if (count < this.nextWarmUp || this.found) return;
    this.nextWarmUp = 2 * count;
    this.warmUpAgain();
  }

  /** Half of the walks begin in states that were found and not expanded. */
  private warmUpAgain(): void {
    const { frontier } = this.search;
    const begun = performance.now();
    warmUp(this.model, LARGER + Math.min(MORE, frontier.states.count / PART), frontier);
    this.spent += (performance.now() - begun) / 1000;
  }

  private nextRound(): void {
    this.earlier = mergeFindings(this.search.found, this.earlier);
    this.statesBefore = this.search.states.count;
    this.warmUpAgain();
    this.restart(new Search(this.remaining(), this.model));
    this.roundCount++;
    this.knownVersion = this.model.version;
  }

  private restart(search: Search): void {
    this.spent += this.search.progress.seconds;
    this.search = search;
    this.saving = new Saving();
  }

  /**
   * The options with what is left of the time.
   * @param seconds what the present search has taken
   */
  private remaining(seconds = this.search.progress.seconds): ExploreOptions {
    const { deadlineMs } = this.options;
    return deadlineMs === undefined
      ? this.options
      : { ...this.options, deadlineMs: deadlineMs - 1000 * (this.spent + seconds - this.before) };
  }
}

/**
 * Moves in a row that teach nothing after which a warm-up ends: before a search; during one; in addition one for each
 * PART states, at most MORE, because no progress is shown during a warm-up.
 */
const SMALL = 500;
const LARGER = 2500;
const PART = 4;
const MORE = 50_000;
/** A round is abandoned when it has so many times the states of the previous one. */
const FURTHER = 1.5;
/** States at which a search is warmed up again, and transitions until the first look. */
const LARGE = 600;
const FIRST = 2048;

const NOTHING: Found = { violations: [], tally: [], gaveUp: [] };
