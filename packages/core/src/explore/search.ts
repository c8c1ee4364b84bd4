/** The search: breadth first over all schedules, every state once. It knows steps and cells, not page tables. */
import type { Schedule, System } from '../words/system.ts';
import { Automaton } from './automaton.ts';
import { everyone, type Chooser } from './choose.ts';
import type { Deadlock, Exploration, ExploreOptions, Progress } from './exploration.ts';
import { END_STEP, Findings } from './findings.ts';
import { byHistory, type Identity } from './identity.ts';
import { coverage, endingAt, stuckAt } from './report.ts';
import { States } from './state.ts';
import { Successors } from './successors.ts';
import { TRAIT } from './traits.ts';

/** Where final claims are judged no edge was taken. */
const NO_EDGE = 0x7fffffff;

/** A search that can be advanced piece by piece. */
export class Search {
  readonly automaton: Automaton;
  readonly states: States;
  private readonly findings = new Findings();
  private readonly next: Successors;
  /** States before this one were expanded. */
  private expanded = 0;
  private layerEnd = 1;
  private depth = 0;
  private transitions = 0;
  private ends = 0;
  private bounded = 0;
  private deadlocks = 0;
  private deadlock: Deadlock | undefined;
  private outcome: Exploration['outcome'] | undefined;
  private bound: Exploration['bound'];
  private seconds = 0;
  private readonly maxDepth: number;

  constructor(
    private readonly system: System,
    private readonly options: ExploreOptions,
    identity: Identity = byHistory,
    private readonly choose: Chooser = everyone,
  ) {
    this.maxDepth = options.maxDepth ?? Infinity;
    this.automaton = new Automaton(system, identity);
    this.states = new States(system);
    this.next = new Successors(system, this.automaton, this.states);
    this.automaton.roots.forEach((root, p) => this.states.setNode(0, p, root));
    this.states.find();
    this.states.keep(0, 0);
  }

  get done(): boolean {
    return this.outcome !== undefined;
  }

  get progress(): Progress {
    const { transitions, depth, seconds } = this;
    return { states: this.states.count, transitions, depth, waiting: this.states.count - this.expanded, seconds };
  }

  /** Takes about `budget` transitions more. */
  advance(budget: number): void {
    const start = performance.now();
    const until = this.transitions + budget;
    // A state that takes no transition counts too: the loop has to come back to its caller.
    for (let left = budget; left > 0 && this.outcome === undefined && this.transitions < until; left--) {
      if (this.expanded === this.states.count) {
        this.outcome = this.bound === undefined ? 'complete' : 'bound';
        break;
      }
      if (this.expanded === this.layerEnd) {
        this.depth++;
        this.layerEnd = this.states.count;
      }
      this.expand(this.expanded++);
    }
    this.seconds += (performance.now() - start) / 1000;
    if (this.outcome === undefined && this.seconds * 1000 >= (this.options.deadlineMs ?? Infinity)) this.stop('bound', 'deadlineMs');
  }

  interrupt(): void {
    this.outcome ??= 'interrupted';
  }

  /** What was found. Checks first that the code it was learned from still behaves as it did. */
  result(): Exploration {
    if (this.outcome !== 'interrupted') this.automaton.audit();
    const { transitions, depth, ends, bounded, deadlocks, seconds, findings, automaton } = this;
    return {
      outcome: this.outcome ?? 'interrupted',
      ...(this.outcome === 'bound' && this.bound !== undefined && { bound: this.bound }),
      states: this.states.count,
      transitions,
      depth,
      ends,
      bounded,
      deadlocks,
      nodes: automaton.nodeCount,
      replays: automaton.replays,
      seconds,
      violations: findings.violations,
      tally: findings.tally,
      ...(this.deadlock && { deadlock: this.deadlock }),
      reached: coverage(automaton),
    };
  }

  private expand(state: number): void {
    const { next } = this;
    const able = next.gather(state);
    if (able === 0) {
      this.settle(state);
    } else if (this.depth >= this.maxDepth) {
      this.bound = 'maxDepth';
    } else {
      const count = this.choose(next.ready, able, state, this);
      for (let i = 0; i < count; i++) {
        const p = next.ready[i]!;
        for (let choice = 0; choice < next.ways[p]!; choice++) {
          this.move(state, p, choice);
          if (this.outcome !== undefined) return;
        }
      }
    }
  }

  private move(state: number, p: number, choice: number): void {
    const { automaton, states, next } = this;
    const node = states.node(state, p);
    const edge = next.make(state, p, choice);
    this.transitions++;
    const known = states.find();
    if (automaton.traits[node]! & TRAIT.judged) {
      // Judged before the successor is kept: a claim that fails is a finding even where there is no room for one state more.
      const way = (): Schedule => [...states.scheduleTo(state), { process: p, choice }];
      const after = known < 0 ? states.count : known;
      const failures = this.findings.judge(
        automaton.checks[node]!,
        next.target,
        automaton.steps[node]!,
        next.observed,
        after,
        edge,
        this.depth + 1,
        way,
      );
      if (failures > 0 && this.options.stopAtFirst) this.outcome = 'stopped-at-violation';
    }
    if (known >= 0) return;
    if (states.count < this.options.maxStates) states.keep(state, p + this.system.processes.length * choice);
    else if (this.outcome === undefined) this.stop('bound', 'maxStates');
  }

  /** Judges a state in which nothing can move. */
  private settle(state: number): void {
    const nodeOf = (p: number): number => this.states.node(state, p);
    const ending = endingAt(this.system, this.automaton, nodeOf);
    const way = (): Schedule => this.states.scheduleTo(state);
    if (ending === 'gave up') {
      this.bounded++;
    } else if (ending === 'deadlock') {
      this.deadlocks++;
      this.deadlock ??= { schedule: way(), stuck: stuckAt(this.system, this.automaton, this.next.source, nodeOf) };
    } else {
      this.ends++;
      const failures = this.findings.judge(this.system.finals, this.next.source, END_STEP, 0, state, NO_EDGE, this.depth, way);
      if (failures > 0 && this.options.stopAtFirst) this.outcome = 'stopped-at-violation';
    }
  }

  private stop(outcome: Exploration['outcome'], bound: Exploration['bound']): void {
    this.outcome = outcome;
    this.bound = bound;
  }
}
