/** Reports of a search: which code it reached, what kind a terminal state is, and which processes are stuck. */
import type { Store } from '../api/step.ts';
import type { System } from '../api/system.ts';
import type { Automaton } from '../learned/automaton.ts';
import type { Deadlock, Reached } from '../api/exploration.ts';
import { TRAIT } from '../store/traits.ts';

/** Every step of the code that was reached, by the functions it is in. */
export function coverage(automaton: Automaton): Reached[] {
  const found = new Map<string, Reached & { count: number }>();
  automaton.steps.forEach((step, node) => {
    if (step === undefined) return;
    const where = automaton.where[node]!;
    const key = JSON.stringify([where, step.kind]);
    const known = found.get(key);
    if (known) known.count++;
    else found.set(key, { where, kind: step.kind, count: 1 });
  });
  return [...found.values()];
}

/** The kind of a state in which no process is enabled: a proper end, a deadlock, or one where code gave up. */
export function classifyTerminal(
  system: System,
  automaton: Automaton,
  nodeOf: (process: number) => number,
): 'end' | 'deadlock' | 'gave up' {
  let mainsLeft = 0;
  for (let p = 0; p < system.processes.length; p++) {
    const traits = automaton.traits[nodeOf(p)]!;
    if (traits & TRAIT.gaveUp) return 'gave up';
    if (!(traits & TRAIT.ended) && system.processes[p]!.role === 'main') mainsLeft++;
  }
  return mainsLeft > 0 ? 'deadlock' : 'end';
}

/**
 * The processes that are stuck where no process is enabled, and what each waits for. A daemon at its beginning is idle,
 * not stuck.
 */
export function stuckAt(
  system: System,
  automaton: Automaton,
  store: Store,
  nodeOf: (process: number) => number,
): Deadlock['stuck'] {
  return system.processes.flatMap((process, p) => {
    const node = nodeOf(p);
    const step = automaton.steps[node];
    if (step === undefined || (process.role === 'daemon' && node === automaton.roots[p])) return [];
    const shut = process.gates?.find((gate) => store.get(gate) !== 0);
    return [
      { process: process.name, waitsFor: shut === undefined ? (step.why ?? step.kind) : system.names.name(shut) },
    ];
  });
}
