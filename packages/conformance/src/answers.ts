/** Known answers of an architecture: what a hook, or a part of one, does to a state that is given, step by step as its source has it. */
import { describe, expect, test } from '@jest/globals';
import { alone, type Alone } from '@shootdown/core/testing';

/** One answer: what is run, and what is known of it. */
export interface Answer extends Omit<Alone, 'arch'> {
  /** What is known, as a sentence. */
  readonly says: string;
  /** Its steps, as `alone` tells them, in the order of the source; lines of one text. Absent: nothing is said of them. */
  readonly does?: string;
  /** It ends with a refusal (`Cpu.refuse_if`): of this rule. */
  readonly refused?: string;
  /** What it returns (default: nothing). */
  readonly gives?: unknown;
  /** Cells that hold something else in the end, and no other. Absent: nothing is said of them. */
  readonly left?: Readonly<Record<string, unknown>>;
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/**
 * Tests of an architecture, one for each answer.
 * @param arch on whose machine, and with whose hooks
 * @param answers each with a sentence of its own
 */
export function describeAnswers(arch: Alone['arch'], answers: readonly Answer[]): void {
  describe(`${arch.id} does as its source says`, () => {
    test.each(answers.map((answer) => [answer.says, answer] as const))('%s', (_says, answer) => {
      const { does, refused, gives, left, ...what } = answer;
      const found = alone({ arch, ...what });
      if (does !== undefined) expect(found.does).toEqual(linesOf(does));
      if (refused !== undefined) expect(found.does.at(-1)).toBe(`refused (${refused})`);
      expect(found.gives).toEqual(gives);
      if (left !== undefined) expect(found.left).toEqual(left);
    });
  });
}
