/** What the records say, as tables of Markdown. README.md has them. */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

const TARGETS = ['machine', 'x86', 'arm64', 'ppc64', 'xen', 'explorer'];
/** Of the tests that notice: what kind of judge they are, by their files. */
const JUDGES = [
  ['known answers', /\/known\.test\.ts$/],
  ['laws', /steps\/laws\.test\.ts$/],
  ['small systems', /systems\.test\.ts$/],
  ['references', /reference\.test\.ts$|conformance\.test\.ts$/],
];
const judgeOf = ({ file }) =>
  file === undefined ? 'comes to no end' : (JUDGES.find(([, names]) => names.test(file))?.[0] ?? 'other tests');

/** @returns the records that there are, by target */
export function recordsThere() {
  const paths = TARGETS.map((target) => [target, new URL(`record/${target}.json`, import.meta.url)]);
  return Object.fromEntries(
    paths
      .filter(([, path]) => existsSync(path))
      .map(([target, path]) => [target, JSON.parse(readFileSync(path, 'utf8'))]),
  );
}

const isKilled = ({ test }) => test !== undefined;
const isEquivalent = (it) => !isKilled(it) && it.because !== undefined;
const isLeft = (it) => !isKilled(it) && !isEquivalent(it);
const percent = (part, all) => (all === 0 ? '' : `${((100 * part) / all).toFixed(1)} %`);

function table(heads, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function targets(records) {
  const judges = [...JUDGES.map(([name]) => name), 'other tests', 'comes to no end'];
  const rows = Object.entries(records).map(([target, record]) => {
    const all = Object.values(record);
    const killed = all.filter(isKilled);
    const equivalent = all.filter(isEquivalent).length;
    return [
      target,
      all.length,
      killed.length,
      ...judges.map((judge) => killed.filter((it) => judgeOf(it) === judge).length),
      equivalent,
      all.length - killed.length - equivalent,
      percent(killed.length, all.length - equivalent),
    ];
  });
  return table(['target', 'made', 'noticed', ...judges, 'equivalent', 'left', 'noticed of those that matter'], rows);
}

/** Steps are in machine/steps/ROOM/KIND.ts. */
function kinds(record) {
  const rows = new Map();
  for (const [key, found] of Object.entries(record)) {
    const [, room, kind] = /machine\/steps\/(\w+)\/([\w-]+)\.ts /.exec(key) ?? [];
    if (kind) rows.set(`${room}/${kind}`, [...(rows.get(`${room}/${kind}`) ?? []), found]);
  }
  const judges = ['known answers', 'laws', 'other tests'];
  return table(
    ['step', 'made', ...judges, 'equivalent', 'left'],
    [...rows].map(([name, all]) => {
      const killed = all.filter(isKilled);
      return [
        name,
        all.length,
        ...judges.map((judge) => killed.filter((it) => judgeOf(it) === judge).length),
        all.filter(isEquivalent).length,
        all.filter(isLeft).length,
      ];
    }),
  );
}

const short = (at = '') => {
  const [place, ...rest] = at.split(' ');
  return `\`${basename(place)} ${rest.join(' ').replaceAll('`', "'")}\``;
};
const listed = (records, which, more) =>
  Object.entries(records).flatMap(([target, record]) =>
    Object.entries(record)
      .filter(([, it]) => which(it))
      .map(([key, it]) => `- ${target}: ${it.at ? short(it.at) : key}${more(it)}`),
  );

/** @param records by target, as they stand in record/ */
export function reportOf(records) {
  return [
    '### By target',
    targets(records),
    '### Steps of the machine',
    kinds(records.machine ?? {}),
    '### Left',
    listed(records, isLeft, () => '').join('\n') || 'Nothing.',
    '### Equivalent',
    listed(records, isEquivalent, ({ because }) => `: ${because}`).join('\n') || 'Nothing.',
  ].join('\n\n');
}
