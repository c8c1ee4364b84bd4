/** Before a search, and as it grows: schedules at random, so that most of what there is to learn is known before much is concluded from it. */
import { END_STEP } from './findings.ts';
import type { Knowledge } from '../learned/learned-model.ts';
import { imul } from '../store/hash.ts';
import { endingAt } from './report.ts';
import { States } from '../store/states.ts';
import { Successors } from './successors.ts';
import { TRAIT } from '../store/traits.ts';

/** As many times the moves in a row that teach nothing; moves of one schedule. */
const MOST = 20;
const LONGEST = 600;

/** States that a search has found and not expanded. */
export interface Frontier {
  readonly states: States;
  readonly first: number;
}

/**
 * Follows schedules chosen by a fixed rule. What is learned is true, and nothing is concluded from it: a search that has less to learn
 * is repeated less often.
 * @param enough moves in a row that teach nothing, after which there is an end of it
 * @param frontier states in which every second schedule begins; without it all begin at the start
 */
export function rehearse(knowledge: Knowledge, enough: number, frontier?: Frontier): void {
  const { system, automaton, footprints, reduce } = knowledge;
  if (!footprints || !reduce.rehearse) return;
  const states = new States(system);
  const next = new Successors(knowledge, states);
  let random = 1;
  const upTo = (n: number): number => ((random = (imul(random, 0x0019660d) + 0x3c6ef35f) | 0) >>> 8) % n;
  automaton.roots.forEach((root, p) => states.setNode(0, p, root));
  states.keep(0, [0]);
  let [version, quiet] = [knowledge.version, 0];
  let [p, length, rarely] = [0, 0, 0];
  const ranks = automaton.roots.map(() => 0);
  for (let moves = 0; moves < MOST * enough && quiet < enough; moves++, length++) {
    if (knowledge.version === version) quiet++;
    else [version, quiet] = [knowledge.version, 0];
    const able = length < LONGEST ? next.gather(0) : 0;
    if (able === 0) {
      if (length < LONGEST && endingAt(system, automaton, (p) => states.node(0, p)) === 'end')
        for (const check of system.finals) check.holds(next.atEnd(), END_STEP, 0);
      const from =
        frontier && frontier.first < frontier.states.count && upTo(2) === 0
          ? frontier.first + upTo(frontier.states.count - frontier.first)
          : 0;
      states.take(frontier?.states, from, automaton.roots);
      length = 0;
      rarely = 2 ** upTo(6);
      ranks.forEach((_, q) => (ranks[q] = upTo(1 << 16)));
      continue;
    }
    // The first by rank goes on, and loses it now and then, more often or less in each schedule: some of what there is to learn is seen only
    // where others stand still for long (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees", 2010).
    p = next.ready[0]!;
    for (let i = 1; i < able; i++) if (ranks[next.ready[i]!]! > ranks[p]!) p = next.ready[i]!;
    if (upTo(rarely) === 0) ranks[p] = upTo(1 << 16);
    const node = states.node(0, p);
    const effect = next.make(0, p, upTo(next.ways[p]!));
    if (automaton.traits[node]! & TRAIT.judged) next.verdict(node, effect);
    states.replace(0);
  }
}
