/** Random programs beside the axioms of the order that they run under, which share no code with the package. */
import { describe, expect, test } from '@jest/globals';
import { litmus } from '../src/index.ts';
import { allowedEnds, type Model, type Program } from './judge/axioms.ts';
import { endText, randomProgram, textOf, type Isa } from './judge/order-programs.ts';

/** So many programs of each kind. `build/` runs more. */
const PROGRAMS = Number(process.env['ORDER_PROGRAMS'] ?? 25);
const FIRST_SEED = Number(process.env['ORDER_SEED'] ?? 0);

function endsOf(program: Program, isa: Isa, memory: 'sc' | 'tso' | 'own'): Set<string> | undefined {
  const answer = litmus(textOf(program, isa), 'random', { memory, maxStates: 300_000 });
  if (!('outcome' in answer)) throw new Error(`${textOf(program, isa)}\n${JSON.stringify(answer)}`);
  if (!answer.outcome.complete) return undefined;
  return new Set(answer.outcome.ends.map((end) => endText(program, isa, end)));
}

/** Instructions, order, axioms, and of which instruction set the programs are made. */
const cases: readonly (readonly [Isa, 'sc' | 'tso' | 'own', Model, Isa])[] = [
  ['X86_64', 'sc', 'sc', 'X86_64'],
  ['X86_64', 'tso', 'tso', 'X86_64'],
  ['AArch64', 'sc', 'sc', 'X86_64'],
  ['AArch64', 'tso', 'tso', 'X86_64'],
  ['AArch64', 'own', 'armv8', 'AArch64'],
  ['PPC', 'own', 'power', 'PPC'],
];

describe.each(cases)('%s under %s', (isa, memory, model, made) => {
  test('ends as the axioms say', () => {
    let judged = 0;
    for (let seed = FIRST_SEED; judged < PROGRAMS; seed++) {
      const program = randomProgram(seed, made);
      const theirs = allowedEnds(program, model);
      const ours = theirs && endsOf(program, isa, memory);
      if (!theirs || !ours) continue;
      judged++;
      const [lost, more] = [[...theirs].filter((end) => !ours.has(end)), [...ours].filter((end) => !theirs.has(end))];
      if (lost.length + more.length > 0)
        throw new Error(
          `seed ${seed}\n${textOf(program, isa)}\nlost (unsound):\n${lost.join('\n')}\nmore (false alarm):\n${more.join('\n')}`,
        );
    }
    expect(judged).toBe(PROGRAMS);
  });
});
