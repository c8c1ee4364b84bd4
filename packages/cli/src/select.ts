/** Picks by name what the user asked for, with a suggestion when there is no such thing. */
import type { Core } from './tokens.ts';

const WORDS = {
  SD_UNKNOWN_ARCH: 'architecture',
  SD_UNKNOWN_WORKLOAD: 'workload',
  SD_UNKNOWN_HOOK_NAME: 'hook',
  SD_UNKNOWN_OPERATION: 'operation',
  SD_UNKNOWN_MODE: 'mode',
} as const;
const LISTS = {
  SD_UNKNOWN_ARCH: 'archs',
  SD_UNKNOWN_WORKLOAD: 'workloads',
  SD_UNKNOWN_HOOK_NAME: 'hooks',
  SD_UNKNOWN_OPERATION: 'operations',
  SD_UNKNOWN_MODE: undefined,
} as const;
type Code = keyof typeof WORDS;

/**
 * Those of `all` that are named, in the order of the names; all of them when none are.
 * @throws Mistake of the given code
 */
export function select<T>(
  all: readonly T[],
  nameOf: (one: T) => string,
  wanted: readonly string[] | undefined,
  code: Code,
  core: Core,
): T[] {
  if (wanted === undefined || wanted.length === 0) return [...all];
  return [...new Set(wanted)].map((name) => {
    const found = all.find((one) => nameOf(one) === name);
    if (found === undefined) throw unknown(name, all.map(nameOf), code, core);
    return found;
  });
}

function unknown(name: string, known: readonly string[], code: Code, core: Core): Error {
  const near = core.didYouMean(name, known);
  return new core.Mistake(
    code,
    `there is no ${WORDS[code]} ${name}.`,
    near ? `Did you mean ${near}?` : LISTS[code] ? `See: shootdown list ${LISTS[code]}.` : `There are ${known.join(', ')}.`,
  );
}
