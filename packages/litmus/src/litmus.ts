/** A litmus file from text to outcome. */
import { MAX_STATES, Mistake } from '@shootdown/core';
import { c } from './c.ts';
import { isaOf, parseLitmus } from './parse.ts';
import { runLitmus, type Outcome } from './run.ts';
import { x86 } from './x86.ts';

const sets = [x86, c];

/** Why files of these instruction sets are not run. */
const NOT_MODELLED: Readonly<Record<string, string>> = {
  AArch64: 'the memory model of Arm is not modelled: the machine reorders no loads',
  PPC: 'the memory model of POWER is not modelled: the machine has one memory that every CPU sees alike',
};

/** A test that was run, or the reason why it was not: nobody models its machine, or the file is not understood. */
export type Answer = { readonly file: string; readonly isa: string } & ({ readonly outcome: Outcome } | { readonly notModelled: string } | { readonly mistake: string });

/**
 * @param text contents of a `.litmus` file
 * @param file its name, for messages
 * @param options `memory`: another memory model than that of the instruction set; `maxStates`: bound of the exploration
 * @throws Mistake SD_BAD_LITMUS
 */
export function litmus(text: string, file: string, options: { readonly memory?: 'sc' | 'tso'; readonly maxStates?: number } = {}): Answer {
  const isa = isaOf(text);
  const set = sets.find(({ isas }) => isas.includes(isa));
  if (!set) return { file, isa, notModelled: NOT_MODELLED[isa] ?? `nothing is known of "${isa}"; known are ${sets.flatMap(({ isas }) => isas).join(', ')}` };
  return { file, isa, outcome: runLitmus(parseLitmus(text, file, set.register), set, file, { maxStates: MAX_STATES, ...options }) };
}

/** The same for one of many files: a mistake in it is its answer. */
export function litmusOfMany(text: string, file: string, options: Parameters<typeof litmus>[2] = {}): Answer {
  try {
    return litmus(text, file, options);
  } catch (error) {
    if (error instanceof Mistake && error.code === 'SD_BAD_LITMUS') return { file, isa: isaOf(text), mistake: error.what };
    throw error;
  }
}
