/** The contract of a hook in the terminal, in the order of its page in the docs. */
import type { Source } from '@shootdown/core';
import { cell, rowLines, widest } from './grid.ts';
import { styleOf } from './style.ts';
import type { HookPage, RenderOptions } from './report.ts';
import { paragraph } from './wrap.ts';

const LABEL = 14;
const citation = ({ version, file, symbol }: Source): string => `${version} ${file} ${symbol}`;

export function hookText(page: HookPage, options: RenderOptions): string {
  const style = styleOf(options);
  const width = options.columns - LABEL - 2;
  const part = (label: string, sentences: readonly string[]): string[] =>
    sentences.flatMap((sentence, i) =>
      rowLines([cell(i === 0 ? label : '', style.bold), cell(sentence)], [LABEL, width]),
    );
  const contract = [
    ...part('called by', [page.calledBy.join(', ')]),
    ...part('locks', page.locks.length > 0 ? page.locks : ['none required']),
    ...part('before', page.before),
    ...part('after', page.after),
    ...part('may differ', page.mayDiffer),
    ...part('waits', [page.waits]),
    ...part('sleeps', [page.sleeps]),
    ...part('doubts', page.doubts),
    ...part('source', [citation(page.source)]),
  ];
  return [
    `${style.bold(page.hook)}  ${style.dim(`(${page.group})`)}`,
    ...paragraph(page.does, options.columns, 2),
    '',
    ...contract,
    '',
    ...answers(page, options),
  ].join('\n');
}

/** Which layer answers on each architecture. */
function answers(page: HookPage, options: RenderOptions): string[] {
  if (page.answers.length === 0) return [];
  const archs = Math.max(LABEL, widest(page.answers.map((a) => a.arch)));
  const layers = widest(page.answers.map((a) => a.layer));
  const widths = [archs, layers, Math.max(20, options.columns - archs - layers - 4)];
  return page.answers.flatMap((a) =>
    rowLines(
      [
        cell(a.arch),
        cell(a.layer),
        cell(`${a.source ? citation(a.source) : ''}${a.own ? '' : ' (not its own)'}`.trim()),
      ],
      widths,
    ),
  );
}
