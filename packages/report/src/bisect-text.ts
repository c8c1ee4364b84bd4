/** How a story goes over the releases: its turns, and what makes them. Architectures of which the same is to be said share a block. */
import type { Bisected } from '@shootdown/core';
import type { RenderOptions } from './report.ts';
import { styleOf } from './style.ts';
import { wordOf } from './words.ts';
import { paragraph } from './wrap.ts';

export function bisectText(bisected: readonly Bisected[], options: RenderOptions): string {
  const blocks = new Map<string, string[]>();
  for (const one of bisected) {
    const key = `${one.workload}\n${linesOf(one, options).join('\n')}`;
    blocks.set(key, [...(blocks.get(key) ?? []), one.arch]);
  }
  const style = styleOf(options);
  return [...blocks]
    .map(([key, archs]) => {
      const [workload = '', ...lines] = key.split('\n');
      return [...paragraph(`${workload} on ${archs.join(', ')}`, options.columns, 0).map(style.bold), ...lines].join(
        '\n',
      );
    })
    .join('\n\n');
}

function linesOf({ verdicts, turns, alsoHeldOffBy }: Bisected, options: RenderOptions): string[] {
  const spans: { word: string; from: string; to: string }[] = [];
  for (const { outcome, variant } of verdicts) {
    const last = spans.at(-1);
    if (last?.word === wordOf(outcome)) last.to = variant;
    else spans.push({ word: wordOf(outcome), from: variant, to: variant });
  }
  const said = [
    spans.map(({ word, from, to }) => `${word} ${from === to ? from : `${from} to ${to}`}`).join(', '),
    ...turns.map(
      ({ to, word, by }) =>
        `${word} in ${to} ${by.length === 0 ? 'by several changes together' : `by ${by.map(({ name, commit, how }) => `${commit} (${how === 'removed' ? 'the end of ' : ''}${name})`).join(' or ')}`}`,
    ),
    ...(alsoHeldOffBy.length > 0 ? [`also held off by ${alsoHeldOffBy.map(({ name }) => name).join(', ')}`] : []),
  ];
  return said.flatMap((text) => paragraph(text, options.columns, 2));
}
