/** A list in the terminal: name, facts, what it is. */
import { cell, rowLines, widest } from './grid.ts';
import { paintOf } from './paint.ts';
import type { Item, Look } from './report.ts';

export function listText(items: readonly Item[], look: Look): string {
  const paint = paintOf(look);
  const facts = (item: Item): string => item.facts.join(' ');
  const names = Math.min(widest(items.map((i) => i.name)), Math.floor(look.columns / 2));
  const middle = Math.min(widest(items.map(facts)), Math.floor(look.columns / 4));
  const widths = [names, ...(middle > 0 ? [middle] : []), Math.max(20, look.columns - names - middle - 4)];
  return items
    .flatMap((i) =>
      rowLines([cell(i.name, paint.bold), ...(middle > 0 ? [cell(facts(i), paint.dim)] : []), cell(i.says)], widths),
    )
    .join('\n');
}
