/** How often each claim of a hook holds on each architecture, and why. */
import type { Frequency, HookFacts } from '@shootdown/core';
import { cell, rowLines, rowWidth, rule, widest } from './grid.ts';
import { paintOf, type Ink, type Paint } from './paint.ts';
import { split } from './race-table.ts';
import type { Look } from './report.ts';
import { many, replayCommand } from './words.ts';
import { paragraph } from './wrap.ts';

export function claimsText(frequencies: readonly Frequency[], facts: readonly HookFacts[], look: Look): string {
  const hooks = [...new Set(frequencies.map((f) => f.hook))];
  return hooks
    .map((hook) =>
      hookText(
        hook,
        frequencies.filter((f) => f.hook === hook),
        facts.filter((f) => f.hook === hook),
        look,
      ),
    )
    .join('\n\n');
}

function hookText(hook: string, frequencies: readonly Frequency[], facts: readonly HookFacts[], look: Look): string {
  const paint = paintOf(look);
  const notes = new Map(frequencies.filter((f) => f.word === 'sometimes' || isBroken(f)).map((f, i) => [f, i + 1]));
  const blocks = [
    [paint.bold(hook), ...table(frequencies, notes, look, paint)],
    why(facts, look),
    examples(notes, look, paint),
    legend(facts, look, paint),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** A promise that every architecture has to keep, and one does not. */
const isBroken = (f: Frequency): boolean => f.kind === 'must' && (f.word === 'sometimes' || f.word === 'never');

function inkOf(f: Frequency, paint: Paint): Ink | undefined {
  if (isBroken(f)) return paint.bad;
  return f.word === 'sometimes' ? paint.warn : f.word === 'not reached' ? paint.dim : undefined;
}

function table(
  frequencies: readonly Frequency[],
  notes: ReadonlyMap<Frequency, number>,
  look: Look,
  paint: Paint,
): string[] {
  const archs = [...new Set(frequencies.map((f) => f.arch))];
  const claims = [...new Map(frequencies.map((f) => [f.claim, f.kind]))];
  const wordOf = (f: Frequency): string =>
    (f.word === 'not reached' ? '-' : f.word) + (notes.has(f) ? ` [${notes.get(f)}]` : '');
  const longest = widest(claims.map(([claim]) => claim));
  const widthsWith = (titles: readonly string[]): number[] =>
    archs.map((arch, i) => widest([titles[i] ?? '', ...frequencies.filter((f) => f.arch === arch).map(wordOf)]));
  const fits = rowWidth([longest, 4, ...widthsWith(archs)]) <= look.columns;
  const titles = fits ? archs : archs.map(split);
  const own = widthsWith(titles);
  const first = Math.min(longest, Math.max(24, look.columns - rowWidth([4, ...own]) - 2));
  const widths = [first, 4, ...own];
  const body = claims.flatMap(([claim, kind]) =>
    rowLines(
      [
        cell(claim),
        cell(kind, paint.dim),
        ...archs.map((arch) => {
          const f = frequencies.find((one) => one.arch === arch && one.claim === claim);
          return f ? cell(wordOf(f), inkOf(f, paint)) : cell('-', paint.dim);
        }),
      ],
      widths,
    ),
  );
  return [
    ...rowLines([cell('claim'), cell(''), ...titles.map((t) => cell(t))], widths),
    paint.dim(rule(widths)),
    ...body,
  ];
}

function why(facts: readonly HookFacts[], look: Look): string[] {
  const width = widest(facts.map((f) => f.arch));
  return facts.flatMap((f) => {
    const body =
      f.layer === ''
        ? 'no workload reaches it'
        : `${f.layer}${f.source ? ` (${f.source.version} ${f.source.file} ${f.source.symbol})` : ''}`;
    const waits =
      f.layer === '' ? '' : f.waits.length > 0 ? `; waits until ${f.waits.join(', and until ')}` : '; waits for nobody';
    return rowLines([cell(f.arch), cell(`${body}${waits}`)], [width, look.columns - width - 2]);
  });
}

/** A shortest execution for each side of a `sometimes`. */
function examples(notes: ReadonlyMap<Frequency, number>, look: Look, paint: Paint): string[] {
  return [...notes].flatMap(([f, n]) => [
    ...paragraph(
      `[${n}] ${f.arch}, '${f.claim}': holds in ${f.held} of ${many(f.held + f.failed, 'state')}`,
      look.columns,
      0,
    ),
    ...(f.heldAt ? [`    holds: ${paint.dim(replayCommand(f.heldAt))}`] : []),
    ...(f.failedAt ? [`    fails: ${paint.dim(replayCommand(f.failedAt))}`] : []),
  ]);
}

function legend(facts: readonly HookFacts[], look: Look, paint: Paint): string[] {
  const states = facts.reduce((sum, f) => sum + f.states, 0);
  const cut = facts.filter((f) => !f.complete).map((f) => f.arch);
  const proved =
    cut.length === 0
      ? 'every interleaving of the workloads that reach the hook was tried'
      : `not every interleaving was tried to its end on ${cut.join(', ')}: always and never are not proved there`;
  const reasons = [...new Set(facts.flatMap((f) => f.gaveUp ?? []))].map((why) => ` Code gave up: '${why}'.`).join('');
  return paragraph(
    `must: the same on every architecture; may: allowed to differ, and measured. ${many(states, 'state')}; ${proved}. -: no workload reaches it.${reasons}`,
    look.columns,
    0,
  ).map(paint.dim);
}
