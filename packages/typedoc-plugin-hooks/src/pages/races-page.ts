/** Races of the past on every architecture, before their fix and after. */
import { claimOf, type RaceCase } from '@shootdown/core';
import { pathOf, type Knowledge } from '../knowledge.ts';
import { code, facts, folded, heading, linker, list, plain, table, type Page } from '../markdown.ts';
import { LEGEND, many, outcomeWord } from './words.ts';

export function racesPage(k: Knowledge): Page {
  const link = linker(pathOf.races);
  const cells = (race: string): string[] => k.archs.map((a) => cellOf(a.races.find((r) => r.race === race)));
  const states = k.archs.flatMap((a) => a.races).reduce((sum, r) => sum + r.states, 0);
  return {
    path: pathOf.races,
    title: 'Races',
    blocks: [
      'Each story is told twice: to the kernel before its fix, and to the kernel after. What a cell says holds for every interleaving of the story.',
      table(
        ['Race', ...k.archs.map((a) => link(pathOf.arch(a.arch.id), a.arch.id))],
        k.races.map((race) => [link(`#${race.id}`, plain(race.id)), ...cells(race.id)]),
      ),
      `Above: before the fix. Below: after. ${LEGEND}`,
      `${many(states, 'state')} were searched for this table. The same table in a terminal: \`npm start\`.`,
      ...k.races.flatMap((race) => raceSection(race, k)),
    ],
  };
}

function cellOf(word: Knowledge['archs'][number]['races'][number] | undefined): string {
  if (!word) return '';
  if (word.before === 'n/a' && word.after === 'n/a') return outcomeWord('n/a', 'n/a');
  return `${outcomeWord(word.before, word.expectedBefore)}<br>${outcomeWord(word.after, word.expectedAfter)}`;
}

function raceSection(race: RaceCase, k: Knowledge): string[] {
  const { scenario } = race;
  const threads = scenario.threads.map((t) => `${code(t.name)} on CPU ${t.cpu}`).join(', ');
  const tokens = k.archs.flatMap((a) =>
    a.races.filter((r) => r.race === race.id).flatMap((r) => r.tokens.map((token) => `${a.arch.id}: ${code(token)}`)),
  );
  return [
    heading(race.id),
    `${plain(race.title)} (${race.year}${race.commits.length > 0 ? `, ${race.commits.map(code).join(', ')}` : ''}). ${plain(scenario.title)}`,
    facts([
      ['Threads', `${threads}; ${many(scenario.cpus, 'CPU')}`],
      ['Asked', scenario.asks.map((ask) => plain(claimOf(ask))).join('; ')],
      ['Before', plain(race.before.says)],
      ['After', plain(race.after.says)],
    ]),
    tokens.length > 0
      ? folded('Shortest counterexamples', [list(tokens), 'Shown by `npx shootdown replay` and the token.'])
      : '',
  ];
}
