/** What a story needs: each synchronising step that was left out, and what broke without it. */
import type { Ablated, Removal } from '@shootdown/core';
import { cell, rowLines, rule, widest } from './grid.ts';
import { paintOf } from './paint.ts';
import type { Look } from './report.ts';
import { evidenceOf, many, replayCommand } from './words.ts';
import { paragraph } from './wrap.ts';

export const ablationText = (ablated: readonly Ablated[], look: Look): string =>
  ablated.map((one) => onArch(one, look)).join('\n\n');

function onArch({ workload, variant, arch, base, removals }: Ablated, look: Look): string {
  const paint = paintOf(look);
  const needed = removals.filter((r) => r.word === 'needed');
  const head = [
    paint.bold(`${workload}, ${variant}, on ${arch}`),
    ...paragraph(
      `${base.configuration}. As it is: clean (${evidenceOf(base.evidence)}). ${many(removals.length, 'step')} left out, one call site at a time:`,
      look.columns,
      0,
    ),
  ];
  const blocks = [
    head,
    table(needed, look),
    tokens(needed, look),
    rest(removals, 'not shown to be needed', look),
    rest(removals, 'open', look),
    outside(removals, look),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function table(needed: readonly Removal[], look: Look): string[] {
  if (needed.length === 0) return ['Nothing is shown to be needed.'];
  const paint = paintOf(look);
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
    paint.dim(rule(widths)),
    ...rows.flatMap((row) =>
      rowLines(
        row.map((t, c) => cell(t, c === 2 ? paint.bad : undefined)),
        widths,
      ),
    ),
  ];
}

function tokens(needed: readonly Removal[], look: Look): string[] {
  const paint = paintOf(look);
  return needed.flatMap(({ verdict }, i) =>
    verdict.counterexample ? [`[${i + 1}] ${paint.dim(replayCommand(verdict.counterexample.token))}`] : [],
  );
}

/** Steps that came to nothing, by what they are. */
function rest(removals: readonly Removal[], word: Removal['word'], look: Look): string[] {
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
        look.columns,
        2,
      ),
    ),
  ];
}

/** Steps without which code came to a state that the model was not made for: nothing is known of them. */
function outside(removals: readonly Removal[], look: Look): string[] {
  const these = removals.flatMap((r) => (r.mistake ? [{ ...r, mistake: r.mistake }] : []));
  if (these.length === 0) return [];
  return [
    'Without these the code left what is modelled, and nothing is said of them:',
    ...these.flatMap(({ step, in: where, mistake }) =>
      paragraph(`${step} in ${where}: ${mistake.code}: ${mistake.what}`, look.columns, 2),
    ),
  ];
}
