/** Compares outcomes with reference verdicts. */
import type { Answer } from './litmus.ts';
import { badLitmus } from './mistakes.ts';
import type { End, Outcome } from './outcome.ts';

/** What a reference says of a test. */
export interface Reference {
  /** Path of the test; its last part tells tests apart. */
  readonly file: string;
  readonly verdict: Outcome['verdict'];
  /** Every end, complete when `states_complete`. */
  readonly states: readonly { readonly vals: Readonly<Record<string, string>> }[];
  readonly states_complete: boolean;
}

/**
 * `unsound`: something that happens on real machines is forbidden here, so bugs are missed. `false alarm`: something that never
 * happens is allowed here. `ends differ`: the verdict is right, and the set of ends is not. `stronger`: of C the reference says what
 * any machine that runs Linux may do, and this one does less. `deadlock`: an execution never ends, of which no reference speaks.
 */
export type Agreement =
  'equal' | 'stronger' | 'unsound' | 'false alarm' | 'ends differ' | 'deadlock' | 'not modelled' | 'bound' | 'not read';

/**
 * @param json contents of a file of references: `{ tests: [Reference, ..] }`
 * @throws Mistake SD_BAD_LITMUS
 */
export function readReferences(json: unknown, file: string): readonly Reference[] {
  const tests = (json as { tests?: unknown } | null)?.tests;
  const first = Array.isArray(tests)
    ? tests.findIndex(
        (t: Partial<Reference> | null) =>
          typeof t?.file !== 'string' || typeof t.verdict !== 'string' || !Array.isArray(t.states),
      )
    : 0;
  if (!Array.isArray(tests) || first >= 0)
    throw badLitmus(
      file,
      Array.isArray(tests) ? `test ${first} has no file, verdict or states` : 'there is no list of tests',
      'A file of references is { "tests": [{ "file", "verdict", "states", "states_complete" }] }.',
    );
  return tests as Reference[];
}

export function agreementOf(answer: Answer, reference: Reference): Agreement {
  if ('mistake' in answer) return 'not read';
  if ('notModelled' in answer) return 'not modelled';
  const { verdict, ends, complete, deadlock } = answer.outcome;
  if (deadlock) return 'deadlock';
  if (!complete) return 'bound';
  const ours = new Set(ends.map(wordsOf));
  const theirs = new Set(
    reference.states.map(({ vals }) =>
      wordsOf(
        Object.fromEntries(
          Object.entries(vals)
            .flatMap(elementsOf)
            .map(([name, value]) => [
              name,
              asHere(
                value,
                ends.map((end) => end[name]),
              ),
            ]),
        ),
      ),
    ),
  );
  const added = [...ours].some((end) => !theirs.has(end));
  const more =
    (verdict === 'Allowed' && reference.verdict === 'Forbidden') ||
    (verdict === 'NotRequired' && reference.verdict === 'Required');
  if (answer.isa === 'C')
    return more || (reference.states_complete && added)
      ? 'false alarm'
      : ours.size === theirs.size
        ? 'equal'
        : 'stronger';
  if (verdict !== reference.verdict) return ['Forbidden', 'Required'].includes(verdict) ? 'unsound' : 'false alarm';
  if (!reference.states_complete) return 'equal';
  return ours.size === theirs.size && !added ? 'equal' : 'ends differ';
}

/** An array that is listed whole, element by element. */
function elementsOf([name, value]: readonly [string, string]): readonly (readonly [string, string])[] {
  const inside = /^\{(.*)\}$/.exec(value)?.[1];
  return inside === undefined
    ? [[name, value]]
    : inside.split(',').map((one, i) => [`${name.replace(/^\[|\]$/g, '')}[${i}]`, one.trim()]);
}

const wordsOf = (end: End): string =>
  Object.keys(end)
    .sort()
    .map((name) => `${name}=${end[name]}`)
    .join(';');

/** A value of the reference as it is written here. Bits without a declared sign may be shown as negative there and not here, or the other way round. */
function asHere(value: string, here: readonly (string | undefined)[]): string {
  const [, minus, digits] = /^(-?)((?:0x)?\d[0-9a-fA-F]*)$/.exec(value) ?? [];
  if (digits === undefined) return value;
  const n = minus ? -BigInt(digits) : BigInt(digits);
  if (here.includes(String(n))) return String(n);
  const turned = [8n, 16n, 32n, 64n]
    .flatMap((bits) => (n < 0n ? [n + (1n << bits)] : [n - (1n << bits)]))
    .find((m) => n < 0n !== m < 0n && here.includes(String(m)));
  return String(turned ?? n);
}
