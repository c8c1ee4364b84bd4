/** A litmus file from text to outcome. */
import { Mistake } from '@shootdown/core';
import { explore, exploreSync } from '@shootdown/core/testing';
import { c } from './c.ts';
import { NotModelled } from './mistakes.ts';
import type { Outcome } from './outcome.ts';
import { isaOf, parseLitmus } from './parse.ts';
import { readyLitmus, type Ready, type RunOptions } from './run.ts';
import { x86 } from './x86.ts';

const sets = [x86, c];

/** Default bound on states: hundreds of times what tests of four threads need, and some hundred megabytes. */
export const LITMUS_STATES = 2_000_000;

/** Why files of these instruction sets are not run. */
const NOT_MODELLED: Readonly<Record<string, string>> = {
  AArch64: 'the memory model of Arm is not modelled: the machine reorders no loads',
  PPC: 'the memory model of POWER is not modelled: the machine has one memory that every CPU sees alike',
};

/** A test that was run, or the reason why it was not: nobody models its machine, or the file is not understood. */
export type Answer = { readonly file: string; readonly isa: string } & (
  { readonly outcome: Outcome } | { readonly notModelled: string } | { readonly mistake: string }
);

/**
 * @param text contents of a `.litmus` file
 * @param file its name, for messages
 * @param options `memory`: another memory model than that of the instruction set; bounds of the exploration
 * @throws Mistake SD_BAD_LITMUS
 */
export function litmus(text: string, file: string, options: Partial<RunOptions> = {}): Answer {
  const frame = { file, isa: isaOf(text) };
  try {
    const ready = prepared(text, file, frame.isa, options);
    return typeof ready === 'string'
      ? { ...frame, notModelled: ready }
      : { ...frame, outcome: ready.outcome(exploreSync(ready.system, ready.options)) };
  } catch (error) {
    return { ...frame, notModelled: reasonOf(error) };
  }
}

/** The same for one of many files: a mistake in it is its answer. */
export function litmusOfMany(text: string, file: string, options: Partial<RunOptions> = {}): Answer {
  try {
    return litmus(text, file, options);
  } catch (error) {
    return { file, isa: isaOf(text), ...saidOf(error) };
  }
}

/**
 * The same, letting other work be done meanwhile: `options.signal` can end it.
 * @param among is the file one of many, so that a mistake in it is its answer?
 * @throws Mistake SD_BAD_LITMUS where it is the only one
 */
export async function answerLitmus(
  text: string,
  file: string,
  among: 'many' | 'one',
  options: Partial<RunOptions> = {},
): Promise<Answer> {
  const frame = { file, isa: isaOf(text) };
  try {
    const ready = prepared(text, file, frame.isa, options);
    return typeof ready === 'string'
      ? { ...frame, notModelled: ready }
      : { ...frame, outcome: ready.outcome(await explore(ready.system, ready.options)) };
  } catch (error) {
    return among === 'many' ? { ...frame, ...saidOf(error) } : { ...frame, notModelled: reasonOf(error) };
  }
}

/** @returns why it cannot be run, where nobody models its instructions */
function prepared(text: string, file: string, isa: string, options: Partial<RunOptions>): Ready | string {
  const set = sets.find(({ isas }) => isas.includes(isa));
  if (!set)
    return (
      NOT_MODELLED[isa] ?? `nothing is known of "${isa}"; known are ${sets.flatMap(({ isas }) => isas).join(', ')}`
    );
  return readyLitmus(parseLitmus(text, file), set, file, { maxStates: LITMUS_STATES, ...options });
}

/** What a thread throws while it runs is the cause of what the search throws. */
function reasonOf(error: unknown): string {
  const reason = [error, (error as Error).cause].find((one) => one instanceof NotModelled);
  if (!reason) throw error;
  return reason.reason;
}

/** What became of one of many files: whatever went wrong in it, the others are answered. */
function saidOf(error: unknown): { readonly notModelled: string } | { readonly mistake: string } {
  const causes = [error, (error as Error).cause];
  const reason = causes.find((one) => one instanceof NotModelled);
  if (reason) return { notModelled: reason.reason };
  const mistake = causes.find((one) => one instanceof Mistake);
  return {
    mistake: mistake ? mistake.what : `the tool failed: ${error instanceof Error ? error.message : String(error)}`,
  };
}
