/** Before a search: schedules at random, so that most of what there is to learn is known when it begins. */
import { END_STEP } from './findings.ts';
import type { Knowledge } from './knowledge.ts';
import { imul } from './mix.ts';
import { endingAt } from './report.ts';
import { States } from './state.ts';
import { Successors } from './successors.ts';
import { TRAIT } from './traits.ts';

/** Moves in a row that teach nothing, after which there is an end of it: before a search, and once it turns out to be a large one. */
export const QUIET = { small: 1500, large: 12_000 };
/** Moves in all, in as many times; moves of one schedule. */
const MOST = 20;
const LONGEST = 600;

/**
 * Follows schedules chosen by a fixed rule from the start. What is learned is true, and nothing is concluded from it: a search that has
 * less to learn is repeated less often.
 * @param most moves in a row that teach nothing
 */
export function rehearse(knowledge: Knowledge, most: number): void {
  const { system, automaton, footprints, reduce } = knowledge;
  if (!footprints || !reduce.rehearse) return;
  const states = new States(system);
  const next = new Successors(knowledge, states);
  const begin = (): void => automaton.roots.forEach((root, p) => states.setNode(0, p, root));
  begin();
  states.keep(0, [0]);
  const initial = states.chunkOf(0).slice(states.baseOf(0), states.baseOf(0) + states.layout.width);
  let random = 1;
  const upTo = (n: number): number => ((random = (imul(random, 0x0019660d) + 0x3c6ef35f) | 0) >>> 8) % n;
  let [version, quiet, moves] = [knowledge.version, 0, 0];
  let [p, stays] = [0, 0];
  for (let length = 0; moves < MOST * most && quiet < most; moves++, length++) {
    if (knowledge.version === version) quiet++;
    else [version, quiet] = [knowledge.version, 0];
    const able = length < LONGEST ? next.gather(0) : 0;
    if (able === 0) {
      if (length < LONGEST && endingAt(system, automaton, (p) => states.node(0, p)) === 'end') for (const check of system.finals) check.holds(next.atEnd(), END_STEP, 0);
      const record = states.chunkOf(0);
      record.fill(0, states.baseOf(0), states.baseOf(0) + states.layout.width);
      record.set(initial, states.baseOf(0));
      length = 0;
      stays = upTo(3) * 3.5;
      continue;
    }
    // Who moved last goes on, more often or less in each schedule: some of what there is to learn is seen where others stand still for long.
    if (upTo(8) >= stays || !next.ready.subarray(0, able).includes(p)) p = next.ready[upTo(able)]!;
    const node = states.node(0, p);
    const effect = next.make(0, p, upTo(next.ways[p]!));
    if (automaton.traits[node]! & TRAIT.judged) next.verdict(node, effect);
    states.replace(0);
  }
}
