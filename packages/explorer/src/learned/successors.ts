/** Successors of a packed state: which processes are enabled, and the state that each of their moves leads to. */
import { Mistake } from '../api/mistakes.ts';
import type { Check, System } from '../api/system.ts';
import type { Step, Store } from '../api/step.ts';
import type { Cell } from '../api/cell.ts';
import type { Automaton } from './automaton.ts';
import type { TransitionCache } from './transition-cache.ts';
import type { AccessSets } from './access-sets.ts';
import { assert, ASSERTS } from '../store/assert.ts';
import { HEADER } from '../store/packing.ts';
import type { PackedStore } from '../store/packed-store.ts';
import type { States } from '../store/states.ts';
import { TRAIT } from '../store/traits.ts';
import { WatchedStore } from './watched-store.ts';

const STOPPED = TRAIT.ended | TRAIT.gaveUp;
const ASKS = TRAIT.waits | TRAIT.chooses;

/** What successors are computed from; `LearnedModel` has it. */
export interface Learned {
  readonly system: System;
  readonly automaton: Automaton;
  readonly cache: TransitionCache;
  readonly accessSets: AccessSets | undefined;
}

/**
 * Status of a process in a state: it has terminated or given up; a gate is closed; its step is blocked; its step is
 * enabled.
 */
export const TERMINATED = 0;
export const GATED = 1;
export const BLOCKED = 2;
export const ENABLED = 3;

/**
 * Works on one state at a time. Meanings and claims run only for what the transition cache does not know; nothing else
 * here allocates.
 */
export class Successors {
  /** The enabled processes, in order of their numbers. */
  readonly enabled: Int32Array;
  /** How many they are. */
  count = 0;
  /** Per enabled process: the number of outcomes of its step. */
  readonly outcomes: Int32Array;
  /** Per process: TERMINATED, GATED, BLOCKED or ENABLED. */
  readonly status: Uint8Array;
  /**
   * Per gated process: number of an enabling set; per blocked one: number of a list of alternatives, where access sets
   * are learned.
   */
  readonly blockedOn: Int32Array;
  /** Lists of alternative necessary enabling sets, by number: for a reduction any one set of a list will do. */
  readonly alternatives: readonly (readonly number[])[];
  /** Necessary enabling sets, by number: slots of cells. A step stays disabled until one of the cells is written. */
  readonly enablingSets: readonly (readonly number[])[];
  /** The state that was asked about last. */
  readonly source: PackedStore;
  /** The candidate that was made last. */
  readonly target: PackedStore;
  private readonly gates: readonly Int32Array[];
  /** Per gate: what records hold where it is open. */
  private readonly open: readonly Int32Array[];
  /** Per gate: the enabling set for it, the gate alone. */
  private readonly gateEnablingSets: readonly Int32Array[];
  private readonly automaton: Automaton;
  private readonly cache: TransitionCache;
  private readonly accessSets: AccessSets | undefined;
  private answers = 0;
  private readonly asked: WatchedStore;
  private readonly applied: WatchedStore;

  constructor(
    { system, automaton, cache, accessSets }: Learned,
    private readonly states: States,
  ) {
    this.automaton = automaton;
    this.cache = cache;
    this.accessSets = accessSets;
    this.alternatives = cache.alternatives.all;
    this.enablingSets = cache.enablingSets.all;
    this.gates = system.processes.map((process) => Int32Array.from(process.gates ?? []));
    this.open = this.gates.map((gates) => gates.map((gate) => states.layout.rawOf(gate, 0)));
    this.gateEnablingSets = system.processes.map(({ gates = [] }) =>
      Int32Array.from(gates, (gate) => cache.enablingSets.numberOf(accessSets ? [accessSets.slot(gate)] : [])),
    );
    this.enabled = new Int32Array(this.gates.length);
    this.outcomes = new Int32Array(this.gates.length);
    this.status = new Uint8Array(this.gates.length);
    this.blockedOn = new Int32Array(this.gates.length);
    this.source = states.view();
    this.target = states.view();
    this.asked = new WatchedStore(this.source, accessSets);
    this.applied = new WatchedStore(this.target, accessSets);
  }

  /**
   * Finds the enabled processes of a state.
   * @param among only these processes are asked, as bits
   * @returns how many are enabled
   */
  findEnabled(state: number, among = -1): number {
    const { states, enabled } = this;
    this.source.seek(state);
    const record = states.chunkOf(state);
    const base = states.baseOf(state);
    let count = 0;
    for (let p = 0; p < this.status.length; p++)
      if ((among >>> p) & 1 && this.statusOf(p, record, base) === ENABLED) enabled[count++] = p;
    return (this.count = count);
  }

  /** Finds the status of a process in the state that `source` points to. */
  statusOf(p: number, record: Int32Array, base: number): number {
    const { status, cache } = this;
    const node = record[base + HEADER.size + p]!;
    const traits = this.automaton.traits[node]!;
    if (traits & STOPPED) return (status[p] = TERMINATED);
    if (this.findClosedGate(p, record, base)) return (status[p] = GATED);
    let outcomes = 1;
    if (traits & ASKS) {
      let answer = cache.guards.find(node, 0, record, base, this.states.layout.wordOf);
      if (answer < 0) {
        answer = this.ask(node, traits);
        if (ASSERTS) {
          const found = cache.guards.find(node, 0, record, base, this.states.layout.wordOf);
          assert(found === answer, 'a guard that was learned is found again');
        }
      } else if (ASSERTS && this.isSample()) this.checkGuard(node, answer);
      outcomes = cache.outcomes[answer]!;
      if (outcomes < 1) {
        this.blockedOn[p] = cache.blockedOn[answer]!;
        return (status[p] = BLOCKED);
      }
    }
    this.outcomes[p] = outcomes;
    return (status[p] = ENABLED);
  }

  /** The first `count` of the enabled processes, as bits. */
  bits(count: number): number {
    let bits = 0;
    for (let i = 0; i < count; i++) bits |= 1 << this.enabled[i]!;
    return bits;
  }

  /**
   * Makes the candidate the successor of a state by a move of process `p`.
   * @returns the number of the effect of its step
   */
  makeCandidate(state: number, p: number, choice: number): number {
    this.states.copyToCandidate(state);
    return this.moveOn(p, choice);
  }

  /**
   * Lets process `p` move on in the candidate.
   * @returns the number of the effect of its step
   */
  moveOn(p: number, choice: number): number {
    const { states, automaton } = this;
    const { updates, effects } = this.cache;
    const node = states.candidate[states.at + HEADER.size + p]!;
    let effect = updates.find(node, choice, states.candidate, states.at, states.layout.wordOf);
    if (ASSERTS && effect >= 0 && this.isSample()) this.checkUpdate(node, choice, effect);
    if (effect >= 0) states.overwrite(effects.cell, effects.raw, effects.first[effect]!, effects.first[effect + 1]!);
    else effect = this.apply(node, choice);
    states.write(states.candidate, states.at, HEADER.size + p, automaton.edges.to[effects.edge[effect]!]!);
    states.candidate[states.at + HEADER.persistent] = 0;
    return effect;
  }

  /**
   * What the claims of `node` say about the candidate, per claim; undefined where all hold and none is counted.
   * @param effect effect of the step that made the candidate
   */
  verdict(node: number, effect: number): readonly boolean[] | undefined {
    const { states, cache } = this;
    const edge = cache.effects.edge[effect]!;
    const known = cache.judgements.find(edge, 0, states.candidate, states.at, states.layout.wordOf);
    return cache.verdicts[known >= 0 ? known : this.judge(node, edge, cache.effects.observed[effect]!)];
  }

  /** The store that claims about a terminal state read: the state that was asked about last. */
  finalStore(): Store {
    return this.asked.begin(0, 'final');
  }

  /** Is a gate of process `p` closed in a state? */
  isGated(p: number, state: number): boolean {
    return this.findClosedGate(p, this.states.chunkOf(state), this.states.baseOf(state));
  }

  /** One closed gate disables a process. */
  private findClosedGate(p: number, record: Int32Array, base: number): boolean {
    const gates = this.gates[p]!;
    const { wordOf } = this.states.layout;
    for (let i = 0; i < gates.length; i++) {
      const word = wordOf[gates[i]!]!;
      // A cell without a word in the records holds its initial value.
      if ((word >= 0 ? record[base + word] : 0) === this.open[p]![i]) continue;
      this.blockedOn[p] = this.gateEnablingSets[p]![i]!;
      return true;
    }
    return false;
  }

  /** Runs the guard of a step: in such a state it was not asked before. */
  private ask(node: number, traits: number): number {
    const { asked, cache } = this;
    const meaning = this.automaton.meanings[node]!;
    const step = this.automaton.steps[node]!;
    let outcomes = 1;
    let alternatives: readonly (readonly Cell[])[] = [];
    asked.begin(node, 'enabled');
    if (traits & TRAIT.waits && !meaning.enabled!(step, asked)) {
      outcomes = 0;
      alternatives = meaning.needs?.(step).enablingSets(asked) ?? [];
    } else if (meaning.needs?.(step).holds(this.source) === false) throw needsMore(step);
    else if (traits & TRAIT.chooses) {
      asked.asking = 'choices';
      outcomes = meaning.choices!(step, asked);
    }
    cache.guards.learn(node, asked.cells, asked.values, cache.outcomes.length);
    const { accessSets } = this;
    cache.blockedOn.push(
      cache.alternativesFor(
        accessSets && alternatives.length > 0
          ? alternatives.map((cells) => cells.map((cell) => accessSets.slot(cell)))
          : [asked.slots],
      ),
    );
    return cache.outcomes.push(outcomes) - 1;
  }

  /** Applies the step of a node to the candidate: in such a state it was not applied before. */
  private apply(node: number, choice: number): number {
    const { applied, automaton, cache, target } = this;
    target.seek(this.states.count);
    applied.begin(node, 'apply');
    if (automaton.traits[node]! & TRAIT.chooses) applied.noteChoice(choice);
    target.writable = true;
    const observed = automaton.meanings[node]!.apply(automaton.steps[node]!, applied, choice);
    target.writable = false;
    const edge = automaton.take(node, observed);
    const effect = cache.effects.add(edge, observed, applied.written);
    cache.updates.learn(node, applied.cells, applied.values, effect);
    return effect;
  }

  /** For assertions: one in so many answers of the cache is computed anew. */
  private isSample(): boolean {
    return (this.answers++ & 63) === 0;
  }

  /** A guard that was looked up says what the meaning says now. */
  private checkGuard(node: number, answer: number): void {
    const [meaning, step] = [this.automaton.meanings[node]!, this.automaton.steps[node]!];
    const isBlocked = meaning.enabled?.(step, this.source) === false;
    const outcomes = isBlocked ? 0 : (meaning.choices?.(step, this.source) ?? 1);
    assert(outcomes === this.cache.outcomes[answer], `a guard of kind ${step.kind} is what the cache says`);
  }

  /** An update that was looked up does what the meaning does now. To be called before the candidate is changed. */
  private checkUpdate(node: number, choice: number, effect: number): void {
    const { automaton, target, states } = this;
    const { first, cell, raw, observed } = this.cache.effects;
    const step = automaton.steps[node]!;
    const written = new Map<Cell, number>();
    target.seek(states.count);
    const saw = automaton.meanings[node]!.apply(
      step,
      { get: (c) => written.get(c) ?? target.get(c), set: (c, value) => void written.set(c, value) },
      choice,
    );
    let same = saw === observed[effect] && written.size === first[effect + 1]! - first[effect]!;
    for (let i = first[effect]!; i < first[effect + 1]!; i++)
      same &&= written.has(cell[i]!) && states.layout.rawOf(cell[i]!, written.get(cell[i]!)!) === raw[i];
    assert(same, `an update of kind ${step.kind} is what the cache says`);
  }

  /** Judges the claims of a node about the candidate: nothing like it was judged before. */
  private judge(node: number, edge: number, observed: number): number {
    const { applied, automaton, cache, target } = this;
    target.seek(this.states.count);
    applied.begin(node, 'claim');
    const checks: readonly Check[] = automaton.checks[node]!;
    const held = checks.map((check) => check.holds(applied, automaton.steps[node]!, observed));
    const quiet = checks.every((check, i) => check.on === 'violation' && held[i]);
    cache.judgements.learn(edge, applied.cells, applied.values, cache.verdicts.length);
    return cache.verdicts.push(quiet ? undefined : held) - 1;
  }
}

const needsMore = (step: Step): Mistake =>
  new Mistake(
    'SD_BAD_STEP',
    `a step of kind ${step.kind} may happen (\`enabled\`) where what it \`needs\` does not hold`,
    'A meaning that waits for less than the one it is made from has to say itself what it needs: leave `needs` out, or put a condition there.',
  );
