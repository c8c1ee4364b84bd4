/** How layers become one architecture: the topmost layer that defines a hook answers for it. */
import type { MmHooks } from '../contract/mm-hooks.ts';
import { allHooks } from '../contract/mm-hooks.ts';
import type { Returns } from '../contract/hook.ts';
import { Mistake, type Op, WRITTEN_AS_GENERATOR, didYouMean } from '@shootdown/explorer';
import type { Cpu } from '../words/cpu.ts';
import type { Source } from '../words/source.ts';
import { fromOf } from './from.ts';
import type { Generic } from './generic.ts';

/** What an architecture must bring: every hook the kernel has no body for. What it may replace: all others. */
export type ArchHooks = Omit<MmHooks, keyof Generic> & Partial<MmHooks>;
/** A layer replaces some hooks of what is below it. */
export type Layer = Partial<MmHooks>;
/** One hook of a stack: which layer answers, and where its body stands in Linux. */
export interface Body {
  readonly hookName: string;
  readonly layer: string;
  readonly source: Source | undefined;
  readonly run: (cpu: Cpu, ...args: readonly unknown[]) => Op<unknown>;
}
export type Bodies = ReadonlyMap<string, Body>;

/** Was it written as a generator, in whichever form it is? */
export const isGenerator = (f: unknown): boolean =>
  typeof f === 'function' &&
  (WRITTEN_AS_GENERATOR in f || Object.prototype.toString.call(f) === '[object GeneratorFunction]');

/** The hooks that one layer defines, checked: names that no contract declares and bodies that are no generators are mistakes. */
export function bodiesOf(instance: object): Map<string, Body> {
  const layer = instance.constructor.name;
  const out = new Map<string, Body>();
  for (
    let proto = Object.getPrototypeOf(instance) as object;
    proto !== Object.prototype;
    proto = Object.getPrototypeOf(proto) as object
  ) {
    for (const name of Object.getOwnPropertyNames(proto)) {
      if (name === 'constructor' || out.has(name)) continue;
      if (!allHooks.has(name)) {
        const near = didYouMean(name, allHooks.keys());
        throw new Mistake(
          'SD_UNKNOWN_HOOK',
          `layer ${layer} defines ${name}, which no contract declares.`,
          `${near ? `Did you mean ${near}? ` : ''}Helpers are #private or plain functions.`,
        );
      }
      const method = (instance as Record<string, unknown>)[name];
      if (!isGenerator(method))
        throw new Mistake(
          'SD_HOOK_NOT_GENERATOR',
          `${layer}.${name} is not a generator method.`,
          `Write *${name}(cpu, ...) and reach other hooks and steps with yield*.`,
        );
      const run = (method as Body['run']).bind(instance);
      out.set(name, { hookName: name, layer, source: fromOf(instance, name), run });
    }
  }
  return out;
}

/** Puts the bodies of `above` over those of `below`. */
export const overlay = (below: Bodies, above: Bodies): Bodies => new Map([...below, ...above]);

/** Every declared hook has a body, or the architecture is incomplete. */
export function requireAll(arch: string, bodies: Bodies): void {
  const missing = [...allHooks.keys()].filter((name) => !bodies.has(name));
  if (missing.length > 0)
    throw new Mistake(
      'SD_MISSING_HOOK',
      `architecture ${arch} lacks ${missing.join(', ')}.`,
      `Generic has no body for ${missing.length === 1 ? 'it' : 'them'}: write ${missing.length === 1 ? 'it' : 'them'} in a layer.`,
    );
}

/** Checks what a body gave back against its contract. */
export function checkResult(body: Body, returns: Returns, result: unknown): void {
  const fits =
    returns === 'nothing'
      ? result === undefined
      : returns === 'boolean'
        ? typeof result === 'boolean'
        : typeof result === 'number' && Number.isSafeInteger(result) && result >= 0;
  if (!fits)
    throw new Mistake(
      'SD_WRONG_RESULT',
      `${body.layer}.${body.hookName} returned ${result === undefined ? 'nothing' : JSON.stringify(result)}, but its contract says it returns ${returns === 'nothing' ? 'nothing' : `a value of kind ${returns}`}.`,
      returns === 'entry'
        ? 'A missing `return old`, or a value that is no page-table entry.'
        : 'Compare the body with the contract of the hook.',
    );
}
