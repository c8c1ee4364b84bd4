/** How often each claim of a hook holds on each architecture, and why. */
import type { Frequency, HookFacts } from '@shootdown/core';
import { cell, fits, GAP, partsOf, rowLines, rowWidth, rule, widest } from './grid.ts';
import { styleOf, type Accent, type Style } from './style.ts';
import { split } from './race-table.ts';
import type { RenderOptions } from './report.ts';
import { many, replayCommand } from './words.ts';
import { paragraph } from './wrap.ts';

export function claimsText(
  frequencies: readonly Frequency[],
  facts: readonly HookFacts[],
  options: RenderOptions,
): string {
  const hooks = [...new Set(frequencies.map((f) => f.hook))];
  return hooks
    .map((hook) =>
      hookText(
        hook,
        frequencies.filter((f) => f.hook === hook),
        facts.filter((f) => f.hook === hook),
        options,
      ),
    )
    .join('\n\n');
}

function hookText(
  hook: string,
  frequencies: readonly Frequency[],
  facts: readonly HookFacts[],
  options: RenderOptions,
): string {
  const style = styleOf(options);
  const notes = new Map(frequencies.filter((f) => f.word === 'sometimes' || isBroken(f)).map((f, i) => [f, i + 1]));
  const said = (commands: boolean): string =>
    [
      [style.bold(hook), ...table(frequencies, notes, options, style)],
      why(facts, options),
      [
        ...examples(notes, commands, options, style),
        ...(commands || notes.size === 0 ? [] : ['Executions for each side of these are shown with --verbose.']),
      ],
      legend(facts, options, style),
    ]
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join('\n'))
      .join('\n\n');
  const whole = said(true);
  return options.verbose === true || fits(whole, options) ? whole : said(false);
}

/** A promise that every architecture has to keep, and one does not. */
const isBroken = (f: Frequency): boolean => f.kind === 'must' && (f.word === 'sometimes' || f.word === 'never');

function accentOf(f: Frequency, style: Style): Accent | undefined {
  if (isBroken(f)) return style.bad;
  return f.word === 'sometimes' ? style.warn : f.word === 'not reached' ? style.dim : undefined;
}

/** Claims down, architectures across. Too many for the width: more tables below each other, as few and as equal as can be. */
function table(
  frequencies: readonly Frequency[],
  notes: ReadonlyMap<Frequency, number>,
  options: RenderOptions,
  style: Style,
): string[] {
  const archs = [...new Set(frequencies.map((f) => f.arch))];
  const claims = [...new Map(frequencies.map((f) => [f.claim, f.kind]))];
  const wordOf = (f: Frequency): string =>
    (f.word === 'not reached' ? '-' : f.word) + (notes.has(f) ? ` [${notes.get(f)}]` : '');
  const columnsOf = (part: readonly string[], titles: readonly string[]): number[] =>
    part.map((arch, i) => widest([titles[i] ?? '', ...frequencies.filter((f) => f.arch === arch).map(wordOf)]));
  const longest = widest(claims.map(([claim]) => claim));
  const whole = rowWidth([longest, 4, ...columnsOf(archs, archs)]) <= options.columns;
  const titleOf = (arch: string): string => (whole ? arch : split(arch));
  const layoutOf = (part: readonly string[]): Layout => {
    const titles = part.map(titleOf);
    const own = columnsOf(part, titles);
    const room = options.columns - rowWidth([4, ...own]) - GAP.length;
    return { part, titles, widths: [Math.min(longest, Math.max(NARROWEST, room)), 4, ...own] };
  };
  const linesOf = ({ part, titles, widths }: Layout): string[] => [
    ...rowLines([cell('claim'), cell(''), ...titles.map((t) => cell(t))], widths),
    style.dim(rule(widths)),
    ...claims.flatMap(([claim, kind]) =>
      rowLines(
        [
          cell(claim),
          cell(kind, style.dim),
          ...part.map((arch) => {
            const f = frequencies.find((one) => one.arch === arch && one.claim === claim);
            return f ? cell(wordOf(f), accentOf(f, style)) : cell('-', style.dim);
          }),
        ],
        widths,
      ),
    ),
  ];
  return partsOf(archs, (part) => rowWidth(layoutOf(part).widths) <= options.columns).flatMap((part, i) => [
    ...(i > 0 ? [''] : []),
    ...linesOf(layoutOf(part)),
  ]);
}

/** A claim is not squeezed into less. */
const NARROWEST = 24;

/** A table of some of the architectures. */
interface Layout {
  readonly part: readonly string[];
  readonly titles: readonly string[];
  readonly widths: readonly number[];
}

function why(facts: readonly HookFacts[], options: RenderOptions): string[] {
  const width = widest(facts.map((f) => f.arch));
  return facts.flatMap((f) => {
    const body =
      f.layer === ''
        ? 'no workload reaches it'
        : `${f.layer}${f.source ? ` (${f.source.version} ${f.source.file} ${f.source.symbol})` : ''}`;
    const waits =
      f.layer === '' ? '' : f.waits.length > 0 ? `; waits until ${f.waits.join(', and until ')}` : '; waits for nobody';
    return rowLines([cell(f.arch), cell(`${body}${waits}`)], [width, options.columns - width - 2]);
  });
}

/** In how many states a `sometimes` holds; and a shortest execution for each side of it, where that is asked for or fits the screen. */
function examples(
  notes: ReadonlyMap<Frequency, number>,
  commands: boolean,
  options: RenderOptions,
  style: Style,
): string[] {
  return [...notes].flatMap(([f, n]) => [
    ...paragraph(
      `[${n}] ${f.arch}, '${f.claim}': holds in ${f.held} of ${many(f.held + f.failed, 'state')}`,
      options.columns,
      0,
    ),
    ...(commands && f.heldAt ? [`    holds: ${style.dim(replayCommand(f.heldAt, options))}`] : []),
    ...(commands && f.failedAt ? [`    fails: ${style.dim(replayCommand(f.failedAt, options))}`] : []),
  ]);
}

function legend(facts: readonly HookFacts[], options: RenderOptions, style: Style): string[] {
  const states = facts.reduce((sum, f) => sum + f.states, 0);
  const cut = facts.filter((f) => !f.complete).map((f) => f.arch);
  const proved =
    cut.length === 0
      ? 'every interleaving of the workloads that reach the hook was tried'
      : `not every interleaving was tried to its end on ${cut.join(', ')}: always and never are not proved there`;
  const reasons = [...new Set(facts.flatMap((f) => f.gaveUp ?? []))].map((why) => ` Code gave up: '${why}'.`).join('');
  return paragraph(
    `must: the same on every architecture; may: allowed to differ, and measured. ${many(states, 'state')}; ${proved}. -: no workload reaches it.${reasons}`,
    options.columns,
    0,
  ).map(style.dim);
}
