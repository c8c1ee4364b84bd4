/** The search: breadth first over all schedules, every state once. It knows steps and cells, not page tables. */
import type { Schedule } from '../words/system.ts';
import type { Deadlock, Exploration, ExploreOptions, Progress } from './exploration.ts';
import type { Saved } from './checkpoint.ts';
import { END_STEP, Findings } from './findings.ts';
import { Endings } from './endings.ts';
import type { Found } from './found.ts';
import { Likeness } from './likeness.ts';
import type { Knowledge } from './knowledge.ts';
import { plain } from './loading.ts';
import { Moves } from './moves.ts';
import { Reducer } from './reducer.ts';
import type { Mutant } from './reductions.ts';
import type { Frontier } from './rehearsal.ts';
import { coverage } from './report.ts';
import type { Saving } from './saving.ts';
import { States } from './state.ts';
import { Successors } from './successors.ts';

/** Where a search stands. */
interface Place {
  readonly expanded: number;
  readonly layerEnd: number;
  readonly depth: number;
  readonly seconds: number;
  readonly shallow: boolean;
  readonly piece: { readonly left: number; readonly until: number };
  readonly woken: readonly number[];
}

/** Words for bounds. */
const CUT_BY = { maxStates: 'states', maxBytes: 'memory', deadlineMs: 'time' } as const;

/** Where final claims are judged no edge was taken. */
const NO_EDGE = 0x7fffffff;

const leftOut = (mutants: ReadonlySet<Mutant>) => ({
  opened: mutants.has('cycles are opened'),
  enough: mutants.has('everybody is all'),
  oneWay: mutants.has('every way is taken'),
  unmoved: mutants.has('sleepers change places'),
  triedFirst: mutants.has('woken later is tried first'),
  endless: mutants.has('ways to ends are woken'),
});

/** A search that can be advanced piece by piece: reduced where the knowledge is of reductions, unless it is told not to. */
export class Search {
  readonly states: States;
  private readonly findings = new Findings();
  private readonly next: Successors;
  private readonly moves: Moves;
  private readonly reducer: Reducer | undefined;
  private readonly endings: Endings;
  /** States before this one were expanded. */
  private expanded = 0;
  private layerEnd = 1;
  private depth = 0;
  private outcome: Exploration['outcome'] | undefined;
  private bound: keyof typeof CUT_BY | undefined;
  /** Were states at the bound on depth left as they are? */
  private shallow = false;
  /** States without a way to an end, when all were expanded. */
  private endless: readonly number[] | undefined;
  /** Expanded states in which somebody slept who must move after all, each followed by those, as bits. */
  private woken: number[] = [];
  private seconds = 0;
  /** What is left of a piece that a bound has cut short. Whether a search is stale is asked between pieces, so they must not shift. */
  private piece = { left: 0, until: 0 };
  private readonly maxDepth: number;
  /** Rules that a test leaves out. */
  private readonly rules: ReturnType<typeof leftOut>;

  constructor(
    private readonly options: ExploreOptions & { readonly stopAtDeadlock?: boolean },
    readonly knowledge: Knowledge,
    reduced = true,
  ) {
    const { system, automaton, footprints } = knowledge;
    this.maxDepth = options.maxDepth ?? Infinity;
    this.rules = leftOut(knowledge.mutants);
    this.states = new States(system, options.compact, reduced && footprints ? Likeness.room(knowledge.mirror) : 0);
    this.next = new Successors(knowledge, this.states);
    this.reducer = reduced && footprints ? new Reducer(knowledge, this.states, options.compact !== undefined) : undefined;
    const depth = (): number => this.depth;
    this.moves = new Moves(knowledge, this.states, this.next, this.reducer, this.findings, options.stopAtFirst, depth);
    this.endings = new Endings(system, automaton, this.states);
    automaton.roots.forEach((root, p) => this.states.setNode(0, p, root));
    this.states.find();
    this.states.keep(0, [0]);
  }

  get done(): boolean {
    return this.outcome !== undefined;
  }

  /** States that wait to be expanded. */
  get frontier(): Frontier {
    return { states: this.states, first: this.expanded };
  }

  /** Was every schedule tried, apart from what the reductions left out? */
  get complete(): boolean {
    return this.outcome === 'complete';
  }

  /** Was it ended by a bound that may be wider next time, or interrupted? */
  get isCut(): boolean {
    return this.outcome === 'interrupted' || this.bound !== undefined;
  }

  /** Is what was learned on the way nothing that would have changed the way? Without reductions nothing would. */
  get settled(): boolean {
    return this.reducer?.isSettled() ?? true;
  }

  get progress(): Progress {
    const { depth, seconds, moves } = this;
    return { states: this.states.count, transitions: moves.transitions, depth, waiting: this.states.count - this.expanded, seconds, bytes: this.bytes, round: 1, roundSeconds: seconds };
  }

  /** What was found so far. */
  get found(): Found {
    const { findings, endings } = this;
    return { violations: findings.violations, tally: findings.tally, ...(endings.deadlock && { deadlock: endings.deadlock }) };
  }

  /** Takes about `budget` transitions more. */
  advance(budget: number): void {
    const start = performance.now();
    const { maxStates } = this.options;
    let { left, until } = this.piece.left > 0 ? this.piece : { left: budget, until: this.moves.transitions + budget };
    // A state that takes no transition counts too: the loop has to come back to its caller.
    for (; left > 0 && this.outcome === undefined && this.moves.transitions < until; left--) {
      if (this.states.count > maxStates) {
        this.stop('maxStates');
        break;
      }
      if (this.woken.length > 0) {
        this.wake(this.woken.pop()!, this.woken.pop()!);
        continue;
      }
      if (this.expanded === this.states.count) {
        if (this.lookForEnds()) continue;
        this.outcome = this.shallow ? 'bound' : 'complete';
        break;
      }
      if (this.expanded === this.layerEnd) {
        this.depth++;
        this.layerEnd = this.states.count;
      }
      this.states.forgetBefore(this.expanded);
      this.expand(this.expanded++);
    }
    this.piece = { left: this.bound === 'maxStates' ? left : 0, until };
    this.seconds += (performance.now() - start) / 1000;
    if (this.outcome === undefined && this.bytes > (this.options.maxBytes ?? Infinity)) this.stop('maxBytes');
    if (this.outcome === undefined && this.seconds * 1000 >= (this.options.deadlineMs ?? Infinity)) this.stop('deadlineMs');
  }

  private get bytes(): number {
    return this.states.bytes + this.endings.bytes;
  }

  interrupt(): void {
    this.outcome ??= 'interrupted';
  }

  /** Between two pieces, or where a bound was met: every state is expanded to its end, or not at all. */
  save(to: Saving): void {
    const { expanded, layerEnd, depth, seconds, shallow, piece, woken } = this;
    to.plain('search', { expanded, layerEnd, depth, seconds, shallow, piece, woken: [...woken] } satisfies Place);
    this.states.save(to);
    this.findings.save(to);
    this.moves.save(to);
    this.endings.save(to, expanded);
    this.reducer?.save(to);
  }

  /** Of a search that was just made, with the knowledge of the one that was saved. */
  load(from: Saved): void {
    const { woken, ...place } = plain<Place>(from, 'search');
    Object.assign(this, { ...place, woken: [...woken] });
    this.states.load(from, place.expanded);
    this.findings.load(from);
    this.moves.load(from);
    this.endings.load(from, place.expanded);
    this.reducer?.load(from);
  }

  /** What was found. Checks first that the code it was learned from still behaves as it did. */
  result(): Exploration {
    const { automaton } = this.knowledge;
    if (this.outcome !== 'interrupted') automaton.audit();
    const { depth, seconds, endings, moves } = this;
    const neverEnds = this.outcome === 'complete' ? this.neverEnds() : undefined;
    return {
      outcome: this.outcome ?? 'interrupted',
      ...(this.outcome === 'bound' && { bound: this.bound ?? 'maxDepth' }),
      ...(this.isCut && { cut: { by: this.bound === undefined ? 'interrupt' : CUT_BY[this.bound], waiting: this.states.count - this.expanded } }),
      states: this.states.count,
      transitions: moves.transitions,
      depth,
      ...endings.counts,
      nodes: automaton.nodeCount,
      edges: moves.edges,
      replays: automaton.replays,
      rounds: 1,
      seconds,
      ...(this.options.compact && { omissionRisk: this.states.count ** 2 / 2 ** 65 }),
      ...this.found,
      ...(neverEnds && { neverEnds }),
      reached: coverage(automaton),
    };
  }

  /** Asked once: it takes as long as finding the last tenth of all states. */
  private neverEnds(): Deadlock | undefined {
    this.endless ??= this.endings.endless();
    return this.endings.neverEnds(this.endless);
  }

  private expand(state: number): void {
    const { next, reducer } = this;
    reducer?.refresh();
    this.endings.expands(state);
    const movers = reducer ? this.states.movers(state) : 0;
    if (movers !== 0) {
      this.eachMove(state, movers);
    } else if (next.gather(state) === 0) {
      this.settle(state);
    } else if (this.depth >= this.maxDepth) {
      this.shallow = true;
    } else {
      this.eachMove(state, 0);
    }
  }

  /**
   * Makes the moves that must be made in a state.
   * In a cycle of states someone who may wait could wait for ever. So some move has to lead to a state with a higher number, or
   * everybody moves: along such moves numbers grow until everybody moves (Bosnacki, Leue, Lluch-Lafuente 2009).
   * @param movers those that must move, as bits; 0: that was not asked yet, and all that can move were gathered
   */
  private eachMove(state: number, movers: number): void {
    const { next, reducer, rules } = this;
    let asleep = reducer?.sleep ? this.states.asleep(state) : 0;
    let onwards = rules.opened;
    let begun = 0;
    if (movers !== 0 && (movers & ~asleep) !== 0) {
      // Nobody else need be asked who can move, unless there is no way on.
      const few = next.gather(state, movers);
      for (; begun < few; begun++) {
        const led = this.eachWay(state, next.ready[begun]!, asleep);
        if (this.outcome !== undefined) return;
        onwards ||= led;
        if (reducer!.sleep) asleep |= 1 << next.ready[begun]!;
      }
      if (onwards) return;
    }
    const able = movers === 0 ? next.count : next.gather(state);
    const few = reducer ? reducer.choose(next, able, state) : able;
    if (begun === 0 && reducer?.sleep) asleep = reducer.sleep.in(state, next.bits(few), next.bits(able));
    for (let i = begun; i < able; i++) {
      if (i >= few && onwards) return;
      const led = this.eachWay(state, next.ready[i]!, asleep);
      if (this.outcome !== undefined) return;
      // Once everybody moves, all of them do.
      if (i < few || rules.enough) onwards ||= led;
      // For those that are tried after it.
      if (reducer?.sleep) asleep |= 1 << next.ready[i]!;
    }
  }

  /** Makes a move in each way it can go, unless its process sleeps; says whether one of them leads to a state with a higher number. */
  private eachWay(state: number, p: number, asleep: number): boolean {
    if ((asleep >>> p) & 1) return false;
    const ways = this.rules.oneWay ? 1 : this.next.ways[p]!;
    let onwards = false;
    for (let choice = 0; choice < ways && this.outcome === undefined; choice++) {
      const to = this.move(state, p, choice, asleep);
      this.endings.leadsTo(state, to, this.moves.way.length);
      onwards ||= to > state;
    }
    return onwards;
  }

  /** Makes the moves of those that slept in a state when it was expanded. */
  private wake(movers: number, state: number): void {
    const { next, states, rules } = this;
    const able = next.gather(state);
    let asleep = states.asleep(state) | (rules.triedFirst ? next.bits(able) & ~movers : 0);
    for (let i = 0; i < able; i++) {
      const p = next.ready[i]!;
      if (((movers >>> p) & 1) === 0) continue;
      this.eachWay(state, p, asleep);
      if (this.outcome !== undefined) return;
      asleep |= 1 << p;
    }
  }

  /** Wakes somebody wherever no way to an end is known: it may be one of those that were not tried. Says whether there are any. */
  private lookForEnds(): boolean {
    const { states, reducer } = this;
    if (!reducer?.sleep || this.shallow || this.rules.endless) return false;
    this.endless = this.endings.endless();
    for (const state of this.endless) {
      const asleep = states.asleep(state);
      const one = asleep & -asleep;
      if (one === 0) continue;
      states.setAsleep(state, asleep & ~one);
      this.woken.push(state, one);
    }
    return this.woken.length > 0;
  }

  /** Makes a move; returns the number of the state it leads to. */
  private move(state: number, p: number, choice: number, asleep: number): number {
    const { states, moves, reducer } = this;
    const to = moves.follow(state, p, choice, asleep);
    if (moves.stopped) this.outcome = 'stopped-at-violation';
    if (to >= 0) {
      if (reducer?.sleep) {
        const slept = this.rules.unmoved ? moves.asleep : states.whereFound(moves.asleep);
        const woken = reducer.sleep.reach(to, slept);
        // Before it is expanded it is enough that they do not sleep.
        if (woken !== 0 && to < this.expanded) this.woken.push(to, woken);
      }
      return to;
    }
    if (reducer?.sleep) states.setAsleep(states.count, moves.asleep);
    // The last state that is expanded is expanded to its end, so that the search can go on from there under a wider bound.
    states.keep(state, moves.way);
    return states.count - 1;
  }

  /** Judges a state in which nothing can move. */
  private settle(state: number): void {
    const { finals } = this.knowledge.system;
    const way = (): Schedule => this.states.scheduleTo(state);
    const ending = this.endings.note(state, this.next.source, way);
    if (ending === 'deadlock' && this.options.stopAtDeadlock) this.outcome = 'stopped-at-violation';
    if (ending !== 'end') return;
    const store = this.next.atEnd();
    if (this.reducer && finals.length > 0) this.knowledge.mirror?.mustEndAlike(this.next.source);
    const held = finals.map((check) => check.holds(store, END_STEP, 0));
    const failures = this.findings.judge(finals, held, state, NO_EDGE, this.reducer?.jumps ? -1 : this.depth, { schedule: way });
    if (failures > 0 && this.options.stopAtFirst) this.outcome = 'stopped-at-violation';
  }

  private stop(bound: keyof typeof CUT_BY): void {
    this.outcome = 'bound';
    this.bound = bound;
  }
}
