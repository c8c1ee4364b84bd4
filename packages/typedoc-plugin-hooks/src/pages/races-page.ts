/** Races of the past on every architecture, before their fix and after. */
import type { RaceWord } from '../facts.ts';
import { pathOf, type Knowledge } from '../knowledge.ts';
import { linker, plain, table, type Page } from '../markdown.ts';
import { LEGEND, many, outcomeWord } from './words.ts';

export function racesPage(k: Knowledge): Page {
  const link = linker(pathOf.races);
  const cells = (race: string): string[] =>
    k.archs.map((a) =>
      cellOf(
        a.races.find((r) => r.race === race),
        (word) => link(pathOf.race(race), word),
      ),
    );
  const states = k.archs.flatMap((a) => a.races).reduce((sum, r) => sum + r.states, 0);
  return {
    path: pathOf.races,
    title: 'Races',
    children: k.races.map(({ id }) => pathOf.race(id)),
    blocks: [
      'Each story is told twice: to the kernel before its fix, and to the kernel after. What a cell says holds for every interleaving of the story.',
      `In each cell above: before the fix; below: after. A race, and each \`FAIL\`, leads to its picture. On a narrow screen the table scrolls sideways. ${LEGEND}`,
      table(
        ['Race', ...k.archs.map((a) => link(pathOf.arch(a.arch.id), a.arch.id))],
        k.races.map((race) => [link(pathOf.race(race.id), plain(race.id)), ...cells(race.id)]),
      ),
      `${many(states, 'state')} were searched for this table. The same table in a terminal: \`npm start\`.`,
    ],
  };
}

/** @param drawn makes a word that breaks a link to its picture */
function cellOf(
  word: Knowledge['archs'][number]['races'][number] | undefined,
  drawn: (word: string) => string,
): string {
  if (!word) return '';
  if (word.before === 'n/a' && word.after === 'n/a') return outcomeWord('n/a', 'n/a');
  const shown = (outcome: RaceWord['before'], expected: RaceWord['expectedBefore']): string => {
    const text = outcomeWord(outcome, expected);
    return outcome === 'clean' || outcome === 'n/a' ? text : drawn(text);
  };
  return `${shown(word.before, word.expectedBefore)}<br>${shown(word.after, word.expectedAfter)}`;
}
