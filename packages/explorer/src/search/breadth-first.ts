/** The search: breadth first over all schedules, every state once. It knows steps and cells, not page tables. */
import type { Schedule } from '../api/system.ts';
import type { Exploration, ExploreOptions, Livelock, Progress } from '../api/exploration.ts';
import type { Saved } from '../api/checkpoint.ts';
import { END_STEP, Findings } from './findings.ts';
import { Endings } from './terminal-states.ts';
import { Expansion } from './expansion.ts';
import type { Found } from './found.ts';
import { Likeness } from '../symmetry/canonical.ts';
import { busyInLoop, untilItRepeats } from '../replay/loop.ts';
import type { Knowledge } from '../learned/learned-model.ts';
import { plain } from '../store/loading.ts';
import { Moves } from './moves.ts';
import { Reducer } from '../partial-order/reducer.ts';
import type { Frontier } from './warm-up.ts';
import { coverage } from './report.ts';
import type { Saving } from '../store/saving.ts';
import { States } from '../store/states.ts';
import { Successors } from './successors.ts';
import { TRAIT } from '../store/traits.ts';

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

/** A search that can be advanced piece by piece: reduced where the knowledge is of reductions, unless it is told not to. */
export class Search {
  readonly states: States;
  private readonly findings = new Findings();
  private readonly next: Successors;
  private readonly moves: Moves;
  private readonly reducer: Reducer | undefined;
  private readonly endings: Endings;
  private readonly expansion: Expansion;
  private layerEnd = 1;
  private depth = 0;
  private outcome: Exploration['outcome'] | undefined;
  private bound: keyof typeof CUT_BY | undefined;
  /** Were states at the bound on depth left as they are? */
  private shallow = false;
  /** States without a way to an end, when all were expanded. */
  private endless: readonly number[] | undefined;
  /** Where all of those have one: states without a way to where every daemon is back at its beginning too. */
  private restless: readonly number[] | undefined;
  private seconds = 0;
  /** What is left of a piece that a bound has cut short. Whether a search is stale is asked between pieces, so they must not shift. */
  private piece = { left: 0, until: 0 };
  private readonly maxDepth: number;

  constructor(
    private readonly options: ExploreOptions & { readonly stopAtDeadlock?: boolean },
    readonly knowledge: Knowledge,
    reduced = true,
  ) {
    const { system, automaton, footprints } = knowledge;
    this.maxDepth = options.maxDepth ?? Infinity;
    this.states = new States(system, options.compact, reduced && footprints ? Likeness.room(knowledge.mirror) : 0);
    this.next = new Successors(knowledge, this.states);
    this.reducer =
      reduced && footprints ? new Reducer(knowledge, this.states, options.compact !== undefined) : undefined;
    const depth = (): number => this.depth;
    this.moves = new Moves(knowledge, this.states, this.next, this.reducer, this.findings, options.stopAtFirst, depth);
    this.endings = new Endings(system, automaton, this.states);
    this.expansion = new Expansion(knowledge, this.states, this.next, this.moves, this.reducer, this.endings);
    automaton.roots.forEach((root, p) => this.states.setNode(0, p, root));
    this.states.find();
    this.states.keep(0, [0]);
  }

  get done(): boolean {
    return this.outcome !== undefined;
  }

  /** States that wait to be expanded. */
  get frontier(): Frontier {
    return { states: this.states, first: this.expansion.expanded };
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
    const { findings, endings } = this;
    return {
      violations: findings.violations,
      tally: findings.tally,
      gaveUp: findings.gaveUp,
      ...(endings.deadlock && { deadlock: endings.deadlock }),
    };
  }

  /** Takes about `budget` transitions more. */
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
    // A state that takes no transition counts too: the loop has to come back to its caller.
    for (; left > 0 && this.outcome === undefined && moves.transitions < until; left--) {
      if (this.states.count > maxStates) {
        this.stop('maxStates');
        break;
      }
      if (!expansion.wakes()) {
        if (expansion.expanded === this.states.count) {
          if (this.lookForEnds()) continue;
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
    return this.states.bytes + this.endings.bytes;
  }

  interrupt(): void {
    this.outcome ??= 'interrupted';
  }

  /** Between two pieces, or where a bound was met: every state is expanded to its end, or not at all. */
  save(to: Saving): void {
    const {
      layerEnd,
      depth,
      seconds,
      shallow,
      piece,
      expansion: { expanded, woken },
    } = this;
    to.plain('search', { expanded, layerEnd, depth, seconds, shallow, piece, woken: [...woken] } satisfies Place);
    this.states.save(to);
    this.findings.save(to);
    this.moves.save(to);
    this.endings.save(to, expanded);
    this.reducer?.save(to);
  }

  /** Of a search that was just made, with the knowledge of the one that was saved. */
  load(from: Saved): void {
    const { expanded, woken, ...place } = plain<Place>(from, 'search');
    Object.assign(this, place);
    this.expansion.expanded = expanded;
    this.expansion.woken.push(...woken);
    this.states.load(from, expanded);
    this.findings.load(from);
    this.moves.load(from);
    this.endings.load(from, expanded);
    this.reducer?.load(from);
  }

  /** What was found. Checks first that the code it was learned from still behaves as it did. */
  result(): Exploration {
    const { automaton } = this.knowledge;
    if (this.outcome !== 'interrupted') automaton.audit();
    const { depth, seconds, endings, moves } = this;
    const neverEnds = this.outcome === 'complete' ? this.neverEnds() : undefined;
    const unended = endings.unended ?? (this.outcome === 'complete' && !neverEnds ? this.goesRound() : undefined);
    // Runs that learn code, before and between searches, come to places that a search need not come to again.
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
      ...endings.counts,
      nodes: automaton.nodeCount,
      edges: moves.edges,
      replays: automaton.replays,
      rounds: 1,
      seconds,
      ...(this.options.compact && { omissionRisk: this.states.count ** 2 / 2 ** 65 }),
      ...this.found,
      ...(neverEnds && { neverEnds }),
      ...(unended && { unended }),
      reached: coverage(automaton),
    };
  }

  /** Asked once: it takes as long as finding the last tenth of all states. */
  private neverEnds(): Livelock | undefined {
    this.endless ??= this.endings.endless();
    const found = this.endings.neverEnds(this.endless);
    return found && untilItRepeats(this.knowledge.system, this.knowledge.automaton, found);
  }

  /** A daemon that, in a loop in which everybody has his turn, is never back at its beginning. */
  private goesRound(): Livelock | undefined {
    const [first] = (this.restless ??= this.endings.neverIdle());
    if (first === undefined) return undefined;
    const { system, automaton } = this.knowledge;
    const trapped = { schedule: this.states.scheduleTo(first), stuck: [] };
    const found = untilItRepeats(system, automaton, trapped);
    const stuck = busyInLoop(system, automaton, found);
    return stuck.length > 0 ? { ...found, stuck } : undefined;
  }

  private expand(state: number): void {
    const { next, reducer, expansion } = this;
    reducer?.refresh();
    this.endings.expands(state);
    const movers = reducer ? this.states.movers(state) : 0;
    if (movers !== 0) {
      expansion.eachMove(state, movers);
    } else if (next.gather(state) === 0) {
      this.settle(state);
    } else if (this.depth >= this.maxDepth) {
      this.shallow = true;
    } else {
      expansion.eachMove(state, 0);
    }
  }

  /** Wakes somebody wherever no way to an end is known: it may be one of those that were not tried. Says whether there are any. */
  private lookForEnds(): boolean {
    if (!this.reducer?.sleep || this.shallow) return false;
    this.endless = this.endings.endless();
    return this.expansion.wakeIn(this.endless.length > 0 ? this.endless : (this.restless = this.endings.neverIdle()));
  }

  /** Judges a state in which nothing can move. */
  private settle(state: number): void {
    const { finals } = this.knowledge.system;
    const way = (): Schedule => this.states.scheduleTo(state);
    const ending = this.endings.note(state, this.next.source, way);
    if (ending === 'gave up') this.givesUp(state, way);
    if (ending === 'deadlock' && this.options.stopAtDeadlock) this.outcome = 'stopped-at-violation';
    if (ending !== 'end') return;
    const store = this.next.atEnd();
    if (this.reducer && finals.length > 0) this.knowledge.mirror?.mustEndAlike(this.next.source);
    const held = finals.map((check) => check.holds(store, END_STEP, 0));
    const failures = this.findings.judge(finals, held, state, NO_EDGE, this.reducer?.jumps ? -1 : this.depth, {
      schedule: way,
    });
    if (failures > 0 && this.options.stopAtFirst) this.outcome = 'stopped-at-violation';
  }

  /** Nothing can move in a state, and in it some code has given up. */
  private givesUp(state: number, way: () => Schedule): void {
    const { automaton, system } = this.knowledge;
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
