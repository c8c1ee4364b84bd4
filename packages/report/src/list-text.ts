/** A list in the terminal: name, facts, what it is. */
import { cell, rowLines, widest } from './grid.ts';
import { styleOf } from './style.ts';
import type { Item, RenderOptions } from './report.ts';

export function listText(items: readonly Item[], options: RenderOptions): string {
  const style = styleOf(options);
  const facts = (item: Item): string => item.facts.join(' ');
  const names = Math.min(widest(items.map((i) => i.name)), Math.floor(options.columns / 2));
  const middle = Math.min(widest(items.map(facts)), Math.floor(options.columns / 4));
  const widths = [names, ...(middle > 0 ? [middle] : []), Math.max(20, options.columns - names - middle - 4)];
  return items
    .flatMap((i) =>
      rowLines([cell(i.name, style.bold), ...(middle > 0 ? [cell(facts(i), style.dim)] : []), cell(i.says)], widths),
    )
    .join('\n');
}
