/** The page of one race: what breaks, drawn, and what holds it off elsewhere. */
import { claimOf, type RaceCase } from '@shootdown/core';
import { pathOf, type Knowledge } from '../knowledge.ts';
import { code, facts, folded, heading, linker, list, plain, table, type Page } from '../markdown.ts';
import type { HeldOff } from '../pictures.ts';
import { picture } from './picture.ts';
import { LEGEND, many, outcomeWord } from './words.ts';

/** Why the execution that is drawn cannot happen elsewhere. */
function heldOff(words: readonly HeldOff[], linked: (arch: string) => string): string[] {
  return words.length === 0
    ? []
    : [
        heading('What holds it off elsewhere'),
        'The execution above, followed on each architecture that does not break, up to where that goes another way:',
        table(
          ['Architecture', 'What is in the way'],
          words.map(({ arch, says }) => [linked(arch), plain(says)]),
        ),
      ];
}

export function racePage(race: RaceCase, k: Knowledge): Page {
  const { id, scenario } = race;
  const path = pathOf.race(id);
  const link = linker(path);
  const threads = scenario.threads.map((t) => `${code(t.name)} on CPU ${t.cpu}`).join(', ');
  const words = k.archs.flatMap((a) => a.races.filter((r) => r.race === id).map((word) => ({ arch: a.arch.id, word })));
  const tokens = words.flatMap(({ arch, word }) =>
    word.tokens.map((token) => `${arch}: ${code(`npx shootdown replay ${token}`)}`),
  );
  const book = k.pictures.races[id];
  return {
    path,
    title: id,
    headline: plain(race.title),
    blocks: [
      `${plain(scenario.title)} (${race.year}${race.commits.length > 0 ? `, ${race.commits.map(code).join(', ')}` : ''})`,
      picture(book, `npx shootdown run ${id}`) || 'Nothing breaks on these architectures: there is no picture.',
      heading('On each architecture'),
      table(
        ['', ...words.map(({ arch }) => link(pathOf.arch(arch), arch))],
        [
          ['before', ...words.map(({ word }) => outcomeWord(word.before, word.expectedBefore))],
          ['after', ...words.map(({ word }) => outcomeWord(word.after, word.expectedAfter))],
        ],
      ),
      LEGEND,
      ...heldOff(k.pictures.heldOff[id] ?? [], (arch) => link(pathOf.arch(arch), arch)),
      heading('What is run, and what is asked'),
      facts([
        ['Threads', `${threads}; ${many(scenario.cpus, 'CPU')}`],
        ['Asked', scenario.asks.map((ask) => plain(claimOf(ask))).join('; ')],
        ['Before', plain(race.before.says)],
        ['After', plain(race.after.says)],
      ]),
      tokens.length > 0 ? folded('The same in a terminal', [list(tokens)]) : '',
      `All races: ${link(pathOf.races, 'the table')}.`,
    ],
  };
}
