/**
 * Warm-up: random walks by PCT, probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and Nagarakatte, "A
 * Randomized Scheduler with Probabilistic Guarantees of Finding Bugs", 2010), so that most of what there is to learn is
 * known before a search relies on it.
 */
import { END_STEP } from '../api/step.ts';
import type { LearnedModel } from '../learned/learned-model.ts';
import { imul } from '../store/hash.ts';
import { classifyTerminal } from './report.ts';
import { States } from '../store/states.ts';
import { Successors } from '../learned/successors.ts';
import { TRAIT } from '../store/traits.ts';

/** A warm-up makes at most so many times `enough` moves; and the length of one walk. */
const MOST = 20;
const LONGEST = 600;

/** States that a search has found and not expanded. */
export interface Frontier {
  readonly states: States;
  readonly first: number;
}

/**
 * Makes random walks from a fixed seed. What they learn is true, and nothing is concluded from it: a search that has
 * less to learn is repeated less often.
 * @param enough moves in a row that teach nothing, after which the warm-up ends
 * @param frontier states in which every second walk begins; absent: all walks begin at the initial state
 */
export function warmUp(model: LearnedModel, enough: number, frontier?: Frontier): void {
  const { system, automaton, accessSets, reduce } = model;
  if (!accessSets || !reduce.rehearse) return;
  const states = new States(system);
  const next = new Successors(model, states);
  let random = 1;
  const upTo = (n: number): number => ((random = (imul(random, 0x0019660d) + 0x3c6ef35f) | 0) >>> 8) % n;
  automaton.roots.forEach((root, p) => states.setNode(0, p, root));
  states.keep(0, [0]);
  let [version, idle] = [model.version, 0];
  let [p, length, changeEvery] = [0, 0, 0];
  const priorities = automaton.roots.map(() => 0);
  for (let moves = 0; moves < MOST * enough && idle < enough; moves++, length++) {
    if (model.version === version) idle++;
    else [version, idle] = [model.version, 0];
    const enabled = length < LONGEST ? next.findEnabled(0) : 0;
    if (enabled === 0) {
      if (length < LONGEST && classifyTerminal(system, automaton, (p) => states.node(0, p)) === 'end')
        for (const check of system.finals) check.holds(next.finalStore(), END_STEP, 0);
      const from =
        frontier && frontier.first < frontier.states.count && upTo(2) === 0
          ? frontier.first + upTo(frontier.states.count - frontier.first)
          : 0;
      states.copyFrom(frontier?.states, from, automaton.roots);
      length = 0;
      changeEvery = 2 ** upTo(6);
      priorities.forEach((_, q) => (priorities[q] = upTo(1 << 16)));
      continue;
    }
    // PCT: the enabled process with the highest priority moves, and gets another priority now and then, more or less
    // often in each walk. Some things are learned only where others stand still for long.
    p = next.enabled[0]!;
    for (let i = 1; i < enabled; i++) if (priorities[next.enabled[i]!]! > priorities[p]!) p = next.enabled[i]!;
    if (upTo(changeEvery) === 0) priorities[p] = upTo(1 << 16);
    const node = states.node(0, p);
    const effect = next.makeCandidate(0, p, upTo(next.outcomes[p]!));
    if (automaton.traits[node]! & TRAIT.judged) next.verdict(node, effect);
    states.overwriteByCandidate(0);
  }
}
