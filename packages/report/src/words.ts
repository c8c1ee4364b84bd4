/** The short words of a table, and how numbers are written. */
import type { Evidence, Expected, MetLimit, RaceCell, Verdict } from '@shootdown/core';
import type { Cell } from './grid.ts';
import type { RenderOptions } from './report.ts';
import type { Accent, Style } from './style.ts';

type Outcome = Verdict['outcome'];

const WORD: Readonly<Record<Outcome, string>> = {
  clean: 'ok',
  violates: 'FAIL',
  deadlock: 'HANG',
  'never-ends': 'HANG',
  'n/a': 'N/A',
  bound: '?',
  interrupted: '..',
};
/** What the words mean, for the legend. */
export const MEANING: Readonly<Record<string, string>> = {
  ok: 'no interleaving breaks a claim',
  FAIL: 'an interleaving breaks one',
  HANG: 'somebody waits for ever',
  'N/A': 'does not apply',
  '?': 'not proved: a bound was hit or code gave up, and nothing was found so far',
  '..': 'interrupted',
  '!': 'differs from the reference',
  '*': 'prediction: the reference says nothing',
};

/** Was the search cut short with nothing found? */
export const isOpen = (outcome: Outcome): boolean => outcome === 'bound' || outcome === 'interrupted';
export const wordOf = (outcome: Outcome): string => WORD[outcome];

export function accentOf(outcome: Outcome, style: Style): Accent {
  switch (outcome) {
    case 'clean':
      return style.good;
    case 'violates':
    case 'deadlock':
    case 'never-ends':
      return style.bad;
    case 'bound':
    case 'interrupted':
      return style.warn;
    case 'n/a':
      return style.dim;
  }
}

export const isBroken = (outcome: Outcome): boolean =>
  outcome === 'violates' || outcome === 'deadlock' || outcome === 'never-ends';
const isJudged = (outcome: Outcome): boolean => outcome === 'clean' || isBroken(outcome);

/** Does a verdict say something else than the reference? */
export const contradicts = (expected: Expected, outcome: Outcome): boolean =>
  isJudged(outcome) &&
  (expected === 'violates' || expected === 'clean') &&
  (expected === 'violates') !== isBroken(outcome);

/** `!` or `*` or nothing. */
export const markOf = (expected: Expected, outcome: Outcome): string =>
  contradicts(expected, outcome) ? '!' : expected === 'unstated' && isJudged(outcome) ? '*' : '';

/** The two halves of a race's cell, with what the reference says about each. */
export const halves = (
  c: RaceCell,
): readonly { readonly variant: 'before' | 'after'; readonly verdict: Verdict; readonly expected: Expected }[] => [
  { variant: 'before', verdict: c.before, expected: c.expectedBefore },
  { variant: 'after', verdict: c.after, expected: c.expectedAfter },
];

/** `12,345`. */
export const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
/** `1 CPU`, `2 CPUs`. */
export const many = (n: number, one: string, more = `${one}s`): string => `${count(n)} ${n === 1 ? one : more}`;
export const seconds = (s: number): string => (s < 9.95 ? s.toFixed(1) : String(Math.round(s)));

/** Sizes within which a verdict holds: `2 CPUs, tables 2x2x2x2, sc`. */
export const sizesOf = (e: Evidence): string =>
  [many(e.cpus, 'CPU'), ...(e.geometry ? [`tables ${e.geometry}`] : []), e.memory].join(', ');

/** What a verdict rests on, in one line. */
export function evidenceOf(e: Evidence): string {
  const gaveUp = e.limits ? [`code gave up at ${many(e.limits.length, 'place')}`] : [];
  const omission = e.compact ? [`omission risk ${risk(e.compact.omissionRisk)}`] : [];
  const cut = e.cut
    ? [
        e.grade === 'found'
          ? `${CUT[e.cut.by]}, so that a shorter interleaving may break it too`
          : `${CUT[e.cut.by]} with ${count(e.cut.waiting)} of them still to go on from`,
      ]
    : [];
  return [sizesOf(e), many(e.states, 'state'), `depth ${e.depth}`, ...gaveUp, ...cut, ...omission].join(', ');
}

/** What code gave up at, one line each: `'swap is not modelled', in do_fault (thread F), 3 states`. */
export const limitLine = ({ why, where, process, states }: MetLimit): string =>
  `'${why}', ${where.length > 0 ? `in ${where.at(-1)} (${process})` : `in ${process}`}${states > 0 ? `, ${many(states, 'state')}` : ''}`;

const CUT: Readonly<Record<NonNullable<Evidence['cut']>['by'], string>> = {
  states: 'bound on states met',
  memory: 'bound on memory met',
  time: 'time was up',
  interrupt: 'interrupted',
};

const risk = (r: number): string => (r === 0 ? '0' : r.toExponential(1));

/** How likely it is that a state was missed in any of these searches. Nothing where nothing was searched. */
export function omissionOf(verdicts: readonly Verdict[]): string | undefined {
  const searched = verdicts.flatMap(({ evidence }) => (evidence.grade === 'none' ? [] : [evidence.compact]));
  if (searched.length === 0) return undefined;
  const compact = searched.flatMap((c) => c ?? []);
  if (compact.length === 0) return 'omission risk: none (states are compared in full)';
  const seeds = [...new Set(compact.map(({ seed }) => seed))];
  const sum = compact.reduce((all, { omissionRisk }) => all + omissionRisk, 0);
  return `omission risk: ${risk(sum)} (64-bit fingerprints, seed ${seeds.join(', ')}: states^2 / 2^65${compact.length > 1 ? ', summed over the verdicts' : ''})`;
}

export type Grade = Evidence['grade'];
/** What a grade means. */
export const GRADE: Readonly<Record<Exclude<Grade, 'none'>, string>> = {
  proved: 'every interleaving within these sizes was tried',
  found: 'no interleaving that breaks it is shorter',
  partial: 'not every interleaving was tried to its end',
};

export const broke = (verdict: Verdict, style: Style): Cell => ({
  text: wordOf(verdict.outcome),
  accent: accentOf(verdict.outcome, style),
});

/** A token as a shell takes it. */
export const quoted = (token: string): string =>
  /^[\w.:/@-]+$/.test(token) ? token : `'${token.replaceAll("'", `'\\''`)}'`;
/** What shows an execution again, as it can be pasted into a shell. */
export const replayCommand = (token: string, options: Pick<RenderOptions, 'program' | 'plugin'>): string =>
  `${programOf(options)} replay ${options.plugin === undefined ? '' : `--plugin ${quoted(options.plugin)} `}${quoted(token)}`;
/** How the command line is called. */
export const programOf = ({ program = 'npx shootdown' }: Pick<RenderOptions, 'program'>): string => program;
