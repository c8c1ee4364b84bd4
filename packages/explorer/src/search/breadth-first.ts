/** Explicit-state breadth-first search over all schedules; every state is expanded once. */
import type { Schedule } from '../api/system.ts';
import type { Exploration, ExploreOptions, Livelock, Progress } from '../api/exploration.ts';
import type { Saved } from '../api/checkpoint.ts';
import { END_STEP } from '../api/step.ts';
import { Findings } from './findings.ts';
import { TerminalStates } from './terminal-states.ts';
import { Expansion } from './expansion.ts';
import type { Found } from './found.ts';
import { CanonicalFingerprint } from '../symmetry/canonical.ts';
import { busyInLoop, extendToLoop } from '../replay/loop.ts';
import type { LearnedModel } from '../learned/learned-model.ts';
import { plain } from '../store/loading.ts';
import { Moves } from './moves.ts';
import { Reducer } from '../partial-order/reducer.ts';
import type { Frontier } from './warm-up.ts';
import { coverage } from './report.ts';
import type { Saving } from '../store/saving.ts';
import { States } from '../store/states.ts';
import { Successors } from '../learned/successors.ts';
import { TRAIT } from '../store/traits.ts';

/** Position of a search, as a checkpoint keeps it. */
interface Position {
  readonly expanded: number;
  readonly layerEnd: number;
  readonly depth: number;
  readonly seconds: number;
  readonly shallow: boolean;
  readonly piece: { readonly left: number; readonly until: number };
  readonly backtracks: readonly number[];
}

/** Bounds, as reports name them. */
const CUT_BY = { maxStates: 'states', maxBytes: 'memory', deadlineMs: 'time' } as const;

/** Claims about terminal states are judged after no edge. */
const NO_EDGE = 0x7fffffff;

/** A search that is advanced in pieces. It is reduced as the learned model says, unless `reduced` is false. */
export class Search {
  readonly states: States;
  private readonly findings = new Findings();
  private readonly next: Successors;
  private readonly moves: Moves;
  private readonly reducer: Reducer | undefined;
  private readonly terminal: TerminalStates;
  private readonly expansion: Expansion;
  private layerEnd = 1;
  private depth = 0;
  private outcome: Exploration['outcome'] | undefined;
  private bound: keyof typeof CUT_BY | undefined;
  /** Were states at the depth bound left unexpanded? */
  private shallow = false;
  /** When all states are expanded: those from which no terminal state can be reached. */
  private cannotTerminate: readonly number[] | undefined;
  /** When there are none of those: states from which none is reached where every daemon is at its beginning as well. */
  private cannotIdle: readonly number[] | undefined;
  private seconds = 0;
  /**
   * The rest of a piece that a bound cut short. Between pieces it is asked whether the round is outdated, so a search
   * that goes on must have the same pieces.
   */
  private piece = { left: 0, until: 0 };
  private readonly maxDepth: number;

  constructor(
    private readonly options: ExploreOptions & { readonly stopAtDeadlock?: boolean },
    readonly model: LearnedModel,
    reduced = true,
  ) {
    const { system, automaton, accessSets } = model;
    this.maxDepth = options.maxDepth ?? Infinity;
    this.states = new States(
      system,
      options.compact,
      reduced && accessSets ? CanonicalFingerprint.extraWords(model.closure?.images) : 0,
    );
    this.next = new Successors(model, this.states);
    this.reducer = reduced && accessSets ? new Reducer(model, this.states, options.compact !== undefined) : undefined;
    const depth = (): number => this.depth;
    this.moves = new Moves(model, this.states, this.next, this.reducer, this.findings, options.stopAtFirst, depth);
    this.terminal = new TerminalStates(system, automaton, this.states);
    this.expansion = new Expansion(this.states, this.next, this.moves, this.reducer, this.terminal);
    automaton.roots.forEach((root, p) => this.states.setNode(0, p, root));
    this.states.find();
    this.states.keep(0, [0]);
  }

  get done(): boolean {
    return this.outcome !== undefined;
  }

  /** States that are not expanded yet. */
  get frontier(): Frontier {
    return { states: this.states, first: this.expansion.expanded };
  }

  /** Were all schedules explored, apart from those that the reductions prove redundant? */
  get complete(): boolean {
    return this.outcome === 'complete';
  }

  /** Was it ended by an interrupt or by a bound that may be wider next time? */
  get isCut(): boolean {
    return this.outcome === 'interrupted' || this.bound !== undefined;
  }

  /** Has it learned nothing that would have changed its reductions? An unreduced search has none. */
  get converged(): boolean {
    return this.reducer?.isConverged() ?? true;
  }

  get progress(): Progress {
    const { depth, seconds, moves } = this;
    return {
      states: this.states.count,
      transitions: moves.transitions,
      depth,
      waiting: this.states.count - this.expansion.expanded,
      seconds,
      bytes: this.bytes,
      round: 1,
      roundSeconds: seconds,
    };
  }

  /** What was found so far. */
  get found(): Found {
    const { findings, terminal } = this;
    return {
      violations: findings.violations,
      tally: findings.tally,
      gaveUp: findings.gaveUp,
      ...(terminal.deadlock && { deadlock: terminal.deadlock }),
    };
  }

  /** Explores about `budget` more transitions. */
  advance(budget: number): void {
    const start = performance.now();
    const {
      expansion,
      moves,
      options: { maxStates },
    } = this;
    const piece = this.piece.left > 0 ? this.piece : { left: budget, until: moves.transitions + budget };
    const { until } = piece;
    let { left } = piece;
    // A state without transitions counts too: the caller must get control back.
    for (; left > 0 && this.outcome === undefined && moves.transitions < until; left--) {
      if (this.states.count > maxStates) {
        this.stop('maxStates');
        break;
      }
      if (!expansion.backtrack()) {
        if (expansion.expanded === this.states.count) {
          if (this.backtrackWhereTrapped()) continue;
          this.outcome = this.shallow ? 'bound' : 'complete';
          break;
        }
        if (expansion.expanded === this.layerEnd) {
          this.depth++;
          this.layerEnd = this.states.count;
        }
        this.states.forgetBefore(expansion.expanded);
        this.expand(expansion.expanded++);
      }
      if (moves.stopped) this.outcome = 'stopped-at-violation';
    }
    this.piece = { left: this.bound === 'maxStates' ? left : 0, until };
    this.seconds += (performance.now() - start) / 1000;
    if (this.outcome === undefined && this.bytes > (this.options.maxBytes ?? Infinity)) this.stop('maxBytes');
    if (this.outcome === undefined && this.seconds * 1000 >= (this.options.deadlineMs ?? Infinity))
      this.stop('deadlineMs');
  }

  private get bytes(): number {
    return this.states.bytes + this.terminal.bytes;
  }

  interrupt(): void {
    this.outcome ??= 'interrupted';
  }

  /** To be called between two pieces, or where a bound was met: each state is expanded completely or not at all. */
  save(to: Saving): void {
    const {
      layerEnd,
      depth,
      seconds,
      shallow,
      piece,
      expansion: { expanded, backtracks },
    } = this;
    to.plain('search', {
      expanded,
      layerEnd,
      depth,
      seconds,
      shallow,
      piece,
      backtracks: [...backtracks],
    } satisfies Position);
    this.states.save(to);
    this.findings.save(to);
    this.moves.save(to);
    this.terminal.save(to, expanded);
    this.reducer?.save(to);
  }

  /** Restores a new search from a checkpoint; the learned model must be restored already. */
  load(from: Saved): void {
    const { expanded, backtracks, ...place } = plain<Position>(from, 'search');
    Object.assign(this, place);
    this.expansion.expanded = expanded;
    this.expansion.backtracks.push(...backtracks);
    this.states.load(from, expanded);
    this.findings.load(from);
    this.moves.load(from);
    this.terminal.load(from, expanded);
    this.reducer?.load(from);
  }

  /** The result. Checks first that the code behaves as it did when it was learned. */
  result(): Exploration {
    const { automaton } = this.model;
    if (this.outcome !== 'interrupted') automaton.checkDeterminism();
    const { depth, seconds, terminal, moves } = this;
    const livelock = this.outcome === 'complete' ? this.livelock() : undefined;
    const unended = terminal.unended ?? (this.outcome === 'complete' && !livelock ? this.daemonLivelock() : undefined);
    // Runs of the code before and between searches may reach places that this search does not reach again.
    for (const node of automaton.givenUp)
      this.findings.giveUp(
        automaton.gaveUpAt(node),
        0,
        automaton.roots.includes(node) ? { schedule: () => [] } : undefined,
      );
    return {
      outcome: this.outcome ?? 'interrupted',
      ...(this.outcome === 'bound' && { bound: this.bound ?? 'maxDepth' }),
      ...(this.isCut && {
        cut: {
          by: this.bound === undefined ? 'interrupt' : CUT_BY[this.bound],
          waiting: this.states.count - this.expansion.expanded,
        },
      }),
      states: this.states.count,
      transitions: moves.transitions,
      depth,
      ...terminal.counts,
      nodes: automaton.nodeCount,
      edges: moves.edges,
      replays: automaton.replays,
      rounds: 1,
      seconds,
      ...(this.options.compact && { omissionRisk: this.states.count ** 2 / 2 ** 65 }),
      ...this.found,
      ...(livelock && { neverEnds: livelock }),
      ...(unended && { unended }),
      reached: coverage(automaton),
    };
  }

  /** Computed once: it takes as long as finding the last tenth of all states. */
  private livelock(): Livelock | undefined {
    this.cannotTerminate ??= this.terminal.cannotTerminate();
    const found = this.terminal.firstLivelock(this.cannotTerminate);
    return found && extendToLoop(this.model.system, this.model.automaton, found);
  }

  /** A daemon that does not return to its beginning in a loop in which every enabled process has its turn. */
  private daemonLivelock(): Livelock | undefined {
    const [first] = (this.cannotIdle ??= this.terminal.cannotIdle());
    if (first === undefined) return undefined;
    const { system, automaton } = this.model;
    const trapped = { schedule: this.states.scheduleTo(first), stuck: [] };
    const found = extendToLoop(system, automaton, trapped);
    const stuck = busyInLoop(system, automaton, found);
    return stuck.length > 0 ? { ...found, stuck } : undefined;
  }

  private expand(state: number): void {
    const { next, reducer, expansion } = this;
    reducer?.refresh();
    this.terminal.beginState(state);
    const persistentSet = reducer ? this.states.persistentSet(state) : 0;
    if (persistentSet !== 0) {
      expansion.expand(state, persistentSet);
    } else if (next.findEnabled(state) === 0) {
      this.atTerminalState(state);
    } else if (this.depth >= this.maxDepth) {
      this.shallow = true;
    } else {
      expansion.expand(state, 0);
    }
  }

  /**
   * Schedules backtracks where no terminal state is reachable: a sleeping process may lead to one.
   * @returns were there any?
   */
  private backtrackWhereTrapped(): boolean {
    if (!this.reducer?.sleep || this.shallow) return false;
    this.cannotTerminate = this.terminal.cannotTerminate();
    return this.expansion.backtrackIn(
      this.cannotTerminate.length > 0 ? this.cannotTerminate : (this.cannotIdle = this.terminal.cannotIdle()),
    );
  }

  /** Judges a state in which no process is enabled. */
  private atTerminalState(state: number): void {
    const { finals } = this.model.system;
    const way = (): Schedule => this.states.scheduleTo(state);
    const kind = this.terminal.record(state, this.next.source, way);
    if (kind === 'gave up') this.recordGaveUp(state, way);
    if (kind === 'deadlock' && this.options.stopAtDeadlock) this.outcome = 'stopped-at-violation';
    if (kind !== 'end') return;
    const store = this.next.finalStore();
    if (this.reducer && finals.length > 0) this.model.closure?.checkFinals(this.next.source);
    const held = finals.map((check) => check.holds(store, END_STEP, 0));
    const failures = this.findings.judge(finals, held, state, NO_EDGE, this.reducer?.skipsStates ? -1 : this.depth, {
      schedule: way,
    });
    if (failures > 0 && this.options.stopAtFirst) this.outcome = 'stopped-at-violation';
  }

  /** Records processes that have given up in a state in which no process is enabled. */
  private recordGaveUp(state: number, way: () => Schedule): void {
    const { automaton, system } = this.model;
    for (let p = 0; p < system.processes.length; p++) {
      const node = this.states.node(state, p);
      if (automaton.traits[node]! & TRAIT.gaveUp) this.findings.giveUp(automaton.gaveUpAt(node), 1, { schedule: way });
    }
  }

  private stop(bound: keyof typeof CUT_BY): void {
    this.outcome = 'bound';
    this.bound = bound;
  }
}
