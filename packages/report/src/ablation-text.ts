/** What a story needs: each synchronising step that was left out, and what broke without it. */
import type { Ablated, Removal } from '@shootdown/core';
import { cell, rowLines, rule, widest } from './grid.ts';
import { styleOf } from './style.ts';
import type { RenderOptions } from './report.ts';
import { evidenceOf, many, replayCommand } from './words.ts';
import { paragraph } from './wrap.ts';

export const ablationText = (ablated: readonly Ablated[], options: RenderOptions): string =>
  ablated.map((one) => onArch(one, options)).join('\n\n');

function onArch({ workload, variant, arch, base, removals }: Ablated, options: RenderOptions): string {
  const style = styleOf(options);
  const needed = removals.filter((r) => r.word === 'needed');
  const head = [
    style.bold(`${workload}, ${variant}, on ${arch}`),
    ...paragraph(
      `${base.configuration}. As it is: clean (${evidenceOf(base.evidence)}). ${many(removals.length, 'step')} left out, one call site at a time:`,
      options.columns,
      0,
    ),
  ];
  const blocks = [
    head,
    table(needed, options),
    tokens(needed, options),
    rest(removals, 'not shown to be needed', options),
    rest(removals, 'open', options),
    outside(removals, options),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function table(needed: readonly Removal[], options: RenderOptions): string[] {
  if (needed.length === 0) return ['Nothing is shown to be needed.'];
  const style = styleOf(options);
  const rows = needed.map((r, i) => [
    r.step,
    r.in,
    r.verdict.counterexample?.breach ?? r.verdict.outcome,
    String(r.verdict.counterexample?.length ?? ''),
    `[${i + 1}]`,
  ]);
  const head = ['needed', 'in', 'without it', 'steps', ''];
  const widths = head.map((title, c) => widest([title, ...rows.map((row) => row[c] ?? '')]));
  return [
    ...rowLines(
      head.map((t) => cell(t)),
      widths,
    ),
    style.dim(rule(widths)),
    ...rows.flatMap((row) =>
      rowLines(
        row.map((t, c) => cell(t, c === 2 ? style.bad : undefined)),
        widths,
      ),
    ),
  ];
}

function tokens(needed: readonly Removal[], options: RenderOptions): string[] {
  const style = styleOf(options);
  return needed.flatMap(({ verdict }, i) =>
    verdict.counterexample ? [`[${i + 1}] ${style.dim(replayCommand(verdict.counterexample.token, options))}`] : [],
  );
}

/** Steps that came to nothing, by what they are. */
function rest(removals: readonly Removal[], word: Removal['word'], options: RenderOptions): string[] {
  const these = removals.filter((r) => r.word === word && !r.mistake);
  if (these.length === 0) return [];
  const kinds = [...new Set(these.map((r) => r.step))].sort();
  const title =
    word === 'open' ? 'The search did not end without:' : 'Not shown to be needed by this story, for what it asks:';
  return [
    title,
    ...kinds.flatMap((kind) =>
      paragraph(
        `${kind}: ${these
          .filter((r) => r.step === kind)
          .map((r) => r.in)
          .join(', ')}`,
        options.columns,
        2,
      ),
    ),
  ];
}

/** Steps without which code came to a state that the model was not made for: nothing is known of them. */
function outside(removals: readonly Removal[], options: RenderOptions): string[] {
  const these = removals.flatMap((r) => (r.mistake ? [{ ...r, mistake: r.mistake }] : []));
  if (these.length === 0) return [];
  return [
    'Without these the code left what is modelled, and nothing is said of them:',
    ...these.flatMap(({ step, in: where, mistake }) =>
      paragraph(`${step} in ${where}: ${mistake.code}: ${mistake.what}`, options.columns, 2),
    ),
  ];
}
