/** A litmus file from text to outcome. */
import { Mistake } from '@shootdown/core';
import { explore, exploreSync } from '@shootdown/core/testing';
import { setImmediate } from 'node:timers/promises';
import { assemblyIsas, beyond, readyAssembly, type AssemblyRun } from './assembly-run.ts';
import { c } from './c.ts';
import { NotModelled } from './mistakes.ts';
import type { Outcome } from './outcome.ts';
import { isaOf, parseLitmus, withoutComments } from './parse.ts';
import { readyLitmus, type Ready, type RunOptions } from './run.ts';
import { x86 } from './x86.ts';

const sets = [x86, c];

/** Default bound on states: hundreds of times what tests of four threads need, and some hundred megabytes. */
export const LITMUS_STATES = 2_000_000;

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
      : 'search' in ready
        ? { ...frame, outcome: searched(ready) }
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
      : 'search' in ready
        ? { ...frame, outcome: await searchedMeanwhile(ready, options) }
        : { ...frame, outcome: ready.outcome(await explore(ready.system, ready.options)) };
  } catch (error) {
    return among === 'many' ? { ...frame, ...saidOf(error) } : { ...frame, notModelled: reasonOf(error) };
  }
}

/** @returns why it cannot be run, where nobody models its instructions */
function prepared(text: string, file: string, isa: string, options: Partial<RunOptions>): Ready | AssemblyRun | string {
  const bounded = { maxStates: LITMUS_STATES, ...options };
  if (assemblyIsas.includes(isa))
    return (
      beyond(withoutComments(text)) ?? readyAssembly(parseLitmus(text, file), file, options.memory ?? 'own', bounded)
    );
  const set = sets.find(({ isas }) => isas.includes(isa));
  if (!set)
    return `nothing is known of "${isa}"; known are ${[...sets.flatMap(({ isas }) => isas), ...assemblyIsas].join(', ')}`;
  return readyLitmus(parseLitmus(text, file), set, file, bounded);
}

function searched({ search, outcome }: AssemblyRun): Outcome {
  while (search.advance());
  return outcome();
}

/** How long other work waits at most, where one memory takes no longer. */
const SLICE_MS = 50;

async function searchedMeanwhile({ search, outcome }: AssemblyRun, options: Partial<RunOptions>): Promise<Outcome> {
  const begun = Date.now();
  for (let slice = begun; search.advance();) {
    if (Date.now() - slice < SLICE_MS) continue;
    const seconds = (Date.now() - begun) / 1000;
    const { states } = search;
    options.onProgress?.({
      states,
      transitions: states,
      depth: 0,
      waiting: 0,
      seconds,
      bytes: 0,
      round: 1,
      roundSeconds: seconds,
    });
    await setImmediate();
    slice = Date.now();
  }
  return outcome();
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
