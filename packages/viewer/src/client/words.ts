/** Short words for values, as pictures show them. */
import type { Verdict } from '@shootdown/core';
import type { Value } from '../model/states.ts';

const LETTERS: Readonly<Record<string, string>> = { present: 'r', write: 'w', accessed: 'a', dirty: 'd' };
/** Flags that an entry has anyway, or that its picture shows otherwise. */
const SILENT = new Set(['user', 'leaf', 'table', 'faulted']);

/** `P16 rwad`, `T3`, `–`. */
export function short(value: Pick<Value, 'text' | 'refers' | 'flags'> | undefined): string {
  if (!value || value.text === 'none') return '–';
  const { refers, flags = [] } = value;
  if (!refers) return value.text;
  if (refers.to === 'table') return `→ T${refers.n}`;
  const letters = flags.map((flag) => LETTERS[flag] ?? '').join('');
  const rest = flags.filter((flag) => !(flag in LETTERS) && !SILENT.has(flag));
  return [`P${refers.n}`, letters, ...rest].filter(Boolean).join(' ');
}

/** The same for a value of which only the words are known: `table T3`, `P16 r w a d`. */
export const shortText = (text: string): string =>
  text.replace('table ', '').replace(/(?: [rwad])+(?= |$)/, (flags) => ` ${flags.replaceAll(' ', '')}`);

const WORDS: Readonly<Record<Verdict['outcome'], string>> = {
  clean: 'ok',
  violates: 'FAIL',
  deadlock: 'HANG',
  'never-ends': 'HANG',
  'n/a': 'N/A',
  bound: '?',
  interrupted: '..',
};
export const wordOf = (outcome: Verdict['outcome']): string => WORDS[outcome];
/** Class of the colour of an outcome. */
export const toneOf = (outcome: Verdict['outcome']): string =>
  outcome === 'clean'
    ? 'good'
    : outcome === 'n/a'
      ? 'none'
      : outcome === 'bound' || outcome === 'interrupted'
        ? 'open'
        : 'bad';

/** `after the fix`, `v6.1`; of `after/lock/zap_huge_pmd`: `after the fix, without the lock in zap_huge_pmd`. */
export function variantWords(variant: string): string {
  const [kernel = variant, step, where] = variant.split('/');
  const words = kernel === 'before' || kernel === 'after' ? `${kernel} the fix` : kernel;
  return step === undefined || where === undefined ? words : `${words}, without ${step} in ${where}`;
}

/** What makes a verdict anew. */
export const searchCommand = ({ workload, variant, arch }: Pick<Verdict, 'workload' | 'variant' | 'arch'>): string => {
  const [kernel, step, where] = variant.split('/');
  const command = step === undefined || where === undefined ? 'run' : 'ablate';
  return `npx shootdown ${command} ${workload} --arch ${arch} --variant ${kernel}`;
};

const count = (n: number): string => n.toLocaleString('en-US');

/** How large the search was, in one sentence. */
export function searchWords({ evidence, outcome }: Verdict): string {
  const { grade, states, transitions, depth, seconds, cpus, geometry, memory } = evidence;
  if (outcome === 'n/a') return 'Nothing was searched.';
  const grades = {
    proved: 'Proved: every interleaving within these sizes was tried.',
    found: 'Found: no interleaving that breaks it is shorter.',
    partial: 'Not proved: the search did not come to its end.',
    none: 'Nothing was searched.',
  };
  return `${grades[grade]} ${count(states)} states, ${count(transitions)} transitions, depth ${depth}, ${seconds < 9.95 ? seconds.toFixed(2) : Math.round(seconds)} s; ${cpus} CPUs, tables of ${geometry} entries, memory order ${memory}.`;
}
