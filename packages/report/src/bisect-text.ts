/** How a story goes over the releases: its turns, and what makes them. Architectures of which the same is to be said share a block. */
import type { Bisected, Turn } from '@shootdown/core';
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

function turnText({ to, word, by, undecided }: Turn): string {
  if (word === 'undecided') return `undecided in ${to}`;
  const alone = by.map(({ name, commit, how }) => `${commit} (${how === 'removed' ? 'the end of ' : ''}${name})`);
  const open = undecided.length > 0 ? `; not decided: ${undecided.join(', ')}` : '';
  if (alone.length > 0) return `${word} in ${to} by ${alone.join(' or ')}${open}`;
  return `${word} in ${to}${open || ' by no change alone'}`;
}

function linesOf({ verdicts, turns, alsoHeldOffBy, complete }: Bisected, options: RenderOptions): string[] {
  const spans: { word: string; from: string; to: string }[] = [];
  for (const { outcome, variant } of verdicts) {
    const last = spans.at(-1);
    if (last?.word === wordOf(outcome)) last.to = variant;
    else spans.push({ word: wordOf(outcome), from: variant, to: variant });
  }
  const said = [
    spans.map(({ word, from, to }) => `${word} ${from === to ? from : `${from} to ${to}`}`).join(', '),
    ...turns.map(turnText),
    ...(alsoHeldOffBy.length > 0 ? [`also held off by ${alsoHeldOffBy.map(({ name }) => name).join(', ')}`] : []),
    ...(complete ? [] : ['not all searches ended: there may be more to say']),
  ];
  return said.flatMap((text) => paragraph(text, options.columns, 2));
}
