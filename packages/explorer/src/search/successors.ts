/** What can happen next in a packed state, and the state it leads to. */
import { Mistake } from '../api/mistakes.ts';
import type { Check } from '../api/system.ts';
import type { Step, Store } from '../api/step.ts';
import type { Cell } from '../api/cell.ts';
import type { Automaton } from '../learned/automaton.ts';
import type { Behaviour } from '../learned/transition-cache.ts';
import type { Footprints } from '../learned/access-sets.ts';
import type { Knowledge } from '../learned/learned-model.ts';
import { HEADER } from '../store/packing.ts';
import type { PackedStore } from '../store/packed-store.ts';
import type { States } from '../store/states.ts';
import { TRAIT } from '../store/traits.ts';
import { WatchedStore } from '../learned/watched-store.ts';

const STOPPED = TRAIT.ended | TRAIT.gaveUp;
const ASKS = TRAIT.waits | TRAIT.chooses;

/** What a process can do in the state gathered last: nothing ever, nothing while its gate is closed, nothing yet, or its next step. */
export const DONE = 0;
export const HELD = 1;
export const WAITS = 2;
export const READY = 3;

/** The moves of one state at a time. Code of steps and claims runs only for what was not seen before; nothing else here allocates. */
export class Successors {
  /** Processes that can move, in order. */
  readonly ready: Int32Array;
  /** How many. */
  count = 0;
  /** Per process that can move: in how many ways. */
  readonly ways: Int32Array;
  /** Per process: DONE, HELD, WAITS or READY. */
  readonly status: Uint8Array;
  /** Per process that is held up: for which of `reasons`; that waits: for which of `obstacles`, where footprints are learned. */
  readonly because: Int32Array;
  /** Reasons, each of which is enough to wait. */
  readonly obstacles: readonly (readonly number[])[];
  /** Per reason to wait: slots of the cells that were read to find it. */
  readonly reasons: readonly (readonly number[])[];
  /** The state that was gathered last. */
  readonly source: PackedStore;
  /** The candidate that was made last. */
  readonly target: PackedStore;
  private readonly gates: readonly Int32Array[];
  /** Per gate: what records hold where it is open. */
  private readonly open: readonly Int32Array[];
  /** Per gate: the reason that it is closed. */
  private readonly gateReasons: readonly Int32Array[];
  private readonly automaton: Automaton;
  private readonly behaviour: Behaviour;
  private readonly footprints: Footprints | undefined;
  private readonly asked: WatchedStore;
  private readonly applied: WatchedStore;

  constructor(
    knowledge: Knowledge,
    private readonly states: States,
  ) {
    const { system, automaton, behaviour, footprints, mutants } = knowledge;
    this.automaton = automaton;
    this.behaviour = behaviour;
    this.footprints = footprints;
    this.obstacles = behaviour.obstacles.all;
    this.reasons = behaviour.reasons.all;
    this.gates = system.processes.map((process) => Int32Array.from(process.gates ?? []));
    this.open = this.gates.map((gates) => gates.map((gate) => states.layout.rawOf(gate, 0)));
    this.gateReasons = system.processes.map(({ gates = [] }) =>
      Int32Array.from(gates, (gate) => behaviour.reasons.numberOf(footprints ? [footprints.slot(gate)] : [])),
    );
    this.ready = new Int32Array(this.gates.length);
    this.ways = new Int32Array(this.gates.length);
    this.status = new Uint8Array(this.gates.length);
    this.because = new Int32Array(this.gates.length);
    this.source = states.view();
    this.target = states.view();
    this.asked = new WatchedStore(this.source, footprints, mutants);
    this.applied = new WatchedStore(this.target, footprints, mutants);
  }

  /**
   * Finds the processes that can move in a state; returns how many.
   * @param among only these processes are asked, as bits
   */
  gather(state: number, among = -1): number {
    const { states, ready } = this;
    this.source.seek(state);
    const record = states.chunkOf(state);
    const base = states.baseOf(state);
    let count = 0;
    for (let p = 0; p < this.status.length; p++)
      if ((among >>> p) & 1 && this.look(p, record, base) === READY) ready[count++] = p;
    return (this.count = count);
  }

  /** Finds what a process can do in a state that `source` points to. @returns its status */
  look(p: number, record: Int32Array, base: number): number {
    const { status, behaviour } = this;
    const node = record[base + HEADER.size + p]!;
    const asks = this.automaton.traits[node]!;
    if (asks & STOPPED) return (status[p] = DONE);
    if (this.isHeld(p, record, base)) return (status[p] = HELD);
    let ways = 1;
    if (asks & ASKS) {
      let answer = behaviour.asked.find(node, 0, record, base, this.states.layout.wordOf);
      if (answer < 0) answer = this.ask(node, asks);
      ways = behaviour.ways[answer]!;
      if (ways < 1) {
        this.because[p] = behaviour.because[answer]!;
        return (status[p] = WAITS);
      }
    }
    this.ways[p] = ways;
    return (status[p] = READY);
  }

  /** The first `count` of those that can move, as bits. */
  bits(count: number): number {
    let bits = 0;
    for (let i = 0; i < count; i++) bits |= 1 << this.ready[i]!;
    return bits;
  }

  /** Makes the candidate what `state` becomes when process `p` moves; returns the effect of its step. */
  make(state: number, p: number, choice: number): number {
    this.states.branch(state);
    return this.moveOn(p, choice);
  }

  /** Lets process `p` move in the candidate; returns the effect of its step. */
  moveOn(p: number, choice: number): number {
    const { states, automaton } = this;
    const { applied, effects } = this.behaviour;
    const node = states.candidate[states.at + HEADER.size + p]!;
    let effect = applied.find(node, choice, states.candidate, states.at, states.layout.wordOf);
    if (effect >= 0) states.overwrite(effects.cell, effects.raw, effects.first[effect]!, effects.first[effect + 1]!);
    else effect = this.apply(node, choice);
    states.write(states.candidate, states.at, HEADER.size + p, automaton.edges.to[effects.edge[effect]!]!);
    states.candidate[states.at + HEADER.movers] = 0;
    return effect;
  }

  /**
   * What the claims say about the candidate, per claim of `node` whether it holds; nothing where all hold and none is counted.
   * @param effect what the step of `node` did that made it
   */
  verdict(node: number, effect: number): readonly boolean[] | undefined {
    const { states, behaviour } = this;
    const edge = behaviour.effects.edge[effect]!;
    const known = behaviour.judged.find(edge, 0, states.candidate, states.at, states.layout.wordOf);
    return behaviour.verdicts[known >= 0 ? known : this.judge(node, edge, behaviour.effects.observed[effect]!)];
  }

  /** The store that claims about the state gathered last are handed where everything has ended. */
  atEnd(): Store {
    return this.asked.begin(0, 'final');
  }

  /** Is a gate of process `p` closed in a state? */
  isHeldUp(p: number, state: number): boolean {
    return this.isHeld(p, this.states.chunkOf(state), this.states.baseOf(state));
  }

  /** One closed gate is enough to wait for. */
  private isHeld(p: number, record: Int32Array, base: number): boolean {
    const gates = this.gates[p]!;
    const { wordOf } = this.states.layout;
    for (let i = 0; i < gates.length; i++) {
      const word = wordOf[gates[i]!]!;
      // Without a place in records it holds what it began with.
      if ((word >= 0 ? record[base + word] : 0) === this.open[p]![i]) continue;
      this.because[p] = this.gateReasons[p]![i]!;
      return true;
    }
    return false;
  }

  /** Asks the step of a node, which was not seen in such a state before. */
  private ask(node: number, asks: number): number {
    const { asked, behaviour } = this;
    const meaning = this.automaton.meanings[node]!;
    const step = this.automaton.steps[node]!;
    let ways = 1;
    let obstacles: readonly (readonly Cell[])[] = [];
    asked.begin(node, 'enabled');
    if (asks & TRAIT.waits && !meaning.enabled!(step, asked)) {
      ways = 0;
      obstacles = meaning.needs?.(step).obstacles(asked) ?? [];
    } else if (meaning.needs?.(step).holds(this.source) === false) throw needsMore(step);
    else if (asks & TRAIT.chooses) {
      asked.asking = 'choices';
      ways = meaning.choices!(step, asked);
    }
    behaviour.asked.learn(node, asked.cells, asked.values, behaviour.ways.length);
    const { footprints } = this;
    behaviour.because.push(
      behaviour.obstaclesFor(
        footprints && obstacles.length > 0
          ? obstacles.map((cells) => cells.map((cell) => footprints.slot(cell)))
          : [asked.slots],
      ),
    );
    return behaviour.ways.push(ways) - 1;
  }

  /** Does the step of a node to the candidate, which was not seen in such a state before. */
  private apply(node: number, choice: number): number {
    const { applied, automaton, behaviour, target } = this;
    target.seek(this.states.count);
    applied.begin(node, 'apply');
    if (automaton.traits[node]! & TRAIT.chooses) applied.noteChoice(choice);
    target.writable = true;
    const observed = automaton.meanings[node]!.apply(automaton.steps[node]!, applied, choice);
    target.writable = false;
    const edge = automaton.follow(node, observed);
    const effect = behaviour.effects.add(edge, observed, applied.written);
    behaviour.applied.learn(node, applied.cells, applied.values, effect);
    return effect;
  }

  /** Judges the claims of a node about the candidate, about which nothing like it is known. */
  private judge(node: number, edge: number, observed: number): number {
    const { applied, automaton, behaviour, target } = this;
    target.seek(this.states.count);
    applied.begin(node, 'claim');
    const checks: readonly Check[] = automaton.checks[node]!;
    const held = checks.map((check) => check.holds(applied, automaton.steps[node]!, observed));
    const quiet = checks.every((check, i) => check.on === 'violation' && held[i]);
    behaviour.judged.learn(edge, applied.cells, applied.values, behaviour.verdicts.length);
    return behaviour.verdicts.push(quiet ? undefined : held) - 1;
  }
}

const needsMore = (step: Step): Mistake =>
  new Mistake(
    'SD_BAD_STEP',
    `a step of kind ${step.kind} may happen (\`enabled\`) where what it \`needs\` does not hold`,
    'A meaning that waits for less than the one it is made from has to say itself what it needs: leave `needs` out, or put a condition there.',
  );
