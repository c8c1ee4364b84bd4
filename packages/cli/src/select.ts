/** Picks by name what the user asked for, with a suggestion when there is no such thing. */
import { didYouMean, Mistake } from '@shootdown/core/mistakes';

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
): T[] {
  if (wanted === undefined || wanted.length === 0) return [...all];
  return [...new Set(wanted)].map((name) => {
    const found = all.find((one) => nameOf(one) === name);
    if (found === undefined) throw unknown(name, all.map(nameOf), code);
    return found;
  });
}

function unknown(name: string, known: readonly string[], code: Code): Error {
  const near = didYouMean(name, known);
  return new Mistake(
    code,
    `there is no ${WORDS[code]} ${name}.`,
    near
      ? `Did you mean ${near}?`
      : LISTS[code]
        ? `See: npx shootdown list ${LISTS[code]}.`
        : `There are ${known.join(', ')}.`,
  );
}

/**
 * A name given with an option has to be known: else the option would do nothing.
 * @param option as it is typed, with what stands there: `--with -ppc_clear_kick`
 * @param what is called so: `change of ppc64-radix`
 * @throws Mistake SD_BAD_OPTION
 */
export function mustBeOneOf(name: string, known: Iterable<string>, option: string, what: string): void {
  const all = [...known];
  if (all.includes(name)) return;
  const near = didYouMean(name, all);
  throw new Mistake(
    'SD_BAD_OPTION',
    `${option}: no ${what} is called ${name}.`,
    near ? `Did you mean ${near}?` : `There are ${all.sort().join(', ')}.`,
  );
}

/**
 * `thp_dontneed=3`: what, and how often it comes (once where nothing is said).
 * @throws Mistake SD_BAD_BOUND
 */
export function weightOf(text: string): { readonly name: string; readonly weight: number } {
  const [, name = '', times] = /^([^=]+)(?:=(.*))?$/.exec(text) ?? [];
  const weight = times === undefined ? 1 : times.trim() === '' ? NaN : Number(times);
  if (name === '' || !Number.isFinite(weight) || weight < 0)
    throw new Mistake(
      'SD_BAD_BOUND',
      `the weight of ${name || text} is ${times ?? 'missing'}.`,
      'Give a number, such as thp_dontneed=3.',
    );
  return { name, weight };
}

/** @throws Mistake SD_BAD_OPTION where a name comes twice: only one of them would be shown */
export function mustDiffer(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new Mistake('SD_BAD_OPTION', `${twice} is named twice.`, 'Name it once, with the sum of its weights.');
}
