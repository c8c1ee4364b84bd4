/** How often each claim of a hook holds on each architecture, and why. */
import type { Frequency, HookFacts } from '@shootdown/core';
import { cell, rowLines, rowWidth, rule, widest } from './grid.ts';
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
  const blocks = [
    [style.bold(hook), ...table(frequencies, notes, options, style)],
    why(facts, options),
    examples(notes, options, style),
    legend(facts, options, style),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** A promise that every architecture has to keep, and one does not. */
const isBroken = (f: Frequency): boolean => f.kind === 'must' && (f.word === 'sometimes' || f.word === 'never');

function accentOf(f: Frequency, style: Style): Accent | undefined {
  if (isBroken(f)) return style.bad;
  return f.word === 'sometimes' ? style.warn : f.word === 'not reached' ? style.dim : undefined;
}

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
  const longest = widest(claims.map(([claim]) => claim));
  const widthsWith = (titles: readonly string[]): number[] =>
    archs.map((arch, i) => widest([titles[i] ?? '', ...frequencies.filter((f) => f.arch === arch).map(wordOf)]));
  const fits = rowWidth([longest, 4, ...widthsWith(archs)]) <= options.columns;
  const titles = fits ? archs : archs.map(split);
  const own = widthsWith(titles);
  const first = Math.min(longest, Math.max(24, options.columns - rowWidth([4, ...own]) - 2));
  const widths = [first, 4, ...own];
  const body = claims.flatMap(([claim, kind]) =>
    rowLines(
      [
        cell(claim),
        cell(kind, style.dim),
        ...archs.map((arch) => {
          const f = frequencies.find((one) => one.arch === arch && one.claim === claim);
          return f ? cell(wordOf(f), accentOf(f, style)) : cell('-', style.dim);
        }),
      ],
      widths,
    ),
  );
  return [
    ...rowLines([cell('claim'), cell(''), ...titles.map((t) => cell(t))], widths),
    style.dim(rule(widths)),
    ...body,
  ];
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

/** A shortest execution for each side of a `sometimes`. */
function examples(notes: ReadonlyMap<Frequency, number>, options: RenderOptions, style: Style): string[] {
  return [...notes].flatMap(([f, n]) => [
    ...paragraph(
      `[${n}] ${f.arch}, '${f.claim}': holds in ${f.held} of ${many(f.held + f.failed, 'state')}`,
      options.columns,
      0,
    ),
    ...(f.heldAt ? [`    holds: ${style.dim(replayCommand(f.heldAt))}`] : []),
    ...(f.failedAt ? [`    fails: ${style.dim(replayCommand(f.failedAt))}`] : []),
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
