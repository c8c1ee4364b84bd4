/** Code that no execution reached, by file and function; then how much of each part and of each architecture's hooks was. */
import type { CodeCoverage, CoveredFunction, CoveredSite } from '@shootdown/core';
import { cell, rowLines, rule, widest } from './grid.ts';
import { styleOf, type Style } from './style.ts';
import type { RenderOptions } from './report.ts';
import { many } from './words.ts';
import { paragraph } from './wrap.ts';

export function coverageText(coverage: CodeCoverage, options: RenderOptions): string {
  const style = styleOf(options);
  const files = [...new Set(coverage.functions.map(({ file }) => file))];
  const blocks = [
    // The tables come last: in a terminal they are what is left on the screen.
    ...files.map((file) =>
      fileLines(
        coverage.functions.filter((one) => one.file === file),
        file,
        options,
        style,
      ),
    ),
    unseen(coverage, options),
    table(['code', 'functions entered', 'sites reached', 'in set-up only'], folders(coverage), style),
    table(
      ['architecture', 'own hooks entered', 'their sites', 'inherited hooks entered', 'their sites'],
      coverage.archs.map((arch) => hooksOn(coverage, arch)),
      style,
    ),
    ending(coverage, options, style),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

const isReached = (site: CoveredSite): boolean => site.explored.length > 0;
const isWhole = (one: CoveredFunction): boolean => one.entered.length > 0 && one.sites.every(isReached);
const sitesOf = (functions: readonly CoveredFunction[]): CoveredSite[] => functions.flatMap(({ sites }) => sites);
const share = <T>(all: readonly T[], is: (one: T) => boolean): string => `${all.filter(is).length}/${all.length}`;

/** Functions of a file where something is missing; all of them when everything is wanted. */
function fileLines(
  functions: readonly CoveredFunction[],
  file: string,
  options: RenderOptions,
  style: Style,
): string[] {
  const shown = functions.filter((one) => options.full === true || !isWhole(one));
  if (shown.length === 0) return [];
  return [
    style.bold(`${file}  ${share(sitesOf(functions), isReached)}`),
    ...shown.flatMap((one) => functionLines(one, options, style)),
  ];
}

function functionLines(one: CoveredFunction, options: RenderOptions, style: Style): string[] {
  const name = `  ${one.hookOf ? 'hook ' : ''}${one.name}`;
  const setUp = one.sites.some(({ setUpOnly }) => setUpOnly.length > 0);
  if (one.entered.length === 0)
    return [
      `${name}  ${style.bad(setUp ? 'in set-up only' : 'never entered')}, line ${one.line}${one.sites.length > 0 ? ` (${many(one.sites.length, 'site')})` : ''}`,
    ];
  const missing = one.sites.filter((site) => !isReached(site));
  return [
    `${name}  ${share(one.sites, isReached)}${byArch(one)}`,
    ...missing.flatMap((site) => siteLines(site, options, style)),
  ];
}

/** On which architectures more or less of a hook is reached, when they differ. */
function byArch({ hookOf = [], sites }: CoveredFunction): string {
  const shares = hookOf.map((arch) => `${arch} ${share(sites, ({ explored }) => explored.includes(arch))}`);
  return new Set(shares.map((text) => text.replace(/.* /, ''))).size > 1 ? ` (${shares.join(', ')})` : '';
}

function siteLines(site: CoveredSite, options: RenderOptions, style: Style): string[] {
  const text = `${site.kind === 'arm' ? 'arm: ' : ''}${site.text}${site.setUpOnly.length > 0 ? '  (in set-up only)' : ''}`;
  const [first = '', ...rest] = paragraph(text, options.columns - 12, 0);
  return [`    ${String(site.line).padStart(5)}   ${first}`, ...rest.map((line) => ' '.repeat(12) + line)].map(
    style.bad,
  );
}

/** How much of each folder was reached. */
function folders({ functions }: CodeCoverage): string[][] {
  const folderOf = ({ file }: CoveredFunction): string => file.replace(/[/\\][^/\\]*$/, '');
  return [...new Set(functions.map(folderOf))].map((folder) => {
    const here = functions.filter((one) => folderOf(one) === folder);
    const setUp = sitesOf(here).filter((site) => !isReached(site) && site.setUpOnly.length > 0).length;
    return [folder, share(here, ({ entered }) => entered.length > 0), share(sitesOf(here), isReached), String(setUp)];
  });
}

/** What an architecture reaches of the hooks it brings, and of those it inherits from the kernel. */
function hooksOn({ functions }: CodeCoverage, arch: string): string[] {
  const hooks = functions.filter(({ hookOf }) => hookOf?.includes(arch));
  const reached = ({ explored }: CoveredSite): boolean => explored.includes(arch);
  const of = (some: readonly CoveredFunction[]): string[] => [
    share(some, ({ entered }) => entered.includes(arch)),
    share(sitesOf(some), reached),
  ];
  return [arch, ...of(hooks.filter(({ part }) => part === 'arch')), ...of(hooks.filter(({ part }) => part !== 'arch'))];
}

function table(head: readonly string[], rows: readonly (readonly string[])[], style: Style): string[] {
  if (rows.length === 0) return [];
  const widths = head.map((title, column) => widest([title, ...rows.map((row) => row[column] ?? '')]));
  return [
    ...rowLines(
      head.map((title) => cell(title)),
      widths,
    ),
    style.dim(rule(widths)),
    ...rows.flatMap((row) =>
      rowLines(
        row.map((text) => cell(text)),
        widths,
      ),
    ),
  ];
}

const unseen = (coverage: CodeCoverage, options: RenderOptions): string[] =>
  coverage.unseen.length === 0
    ? []
    : paragraph(
        `Not instrumented, so nothing is known of: ${coverage.unseen.join(', ')}. The build of the workspace instruments its packages; others import the pass from @shootdown/core/instrument.`,
        options.columns,
        0,
      );

function ending(coverage: CodeCoverage, options: RenderOptions, style: Style): string[] {
  const { functions, unfinished } = coverage;
  const cut =
    unfinished.length > 0
      ? paragraph(
          `${many(unfinished.length, 'search', 'searches')} did not end: ${unfinished.join(', ')}. What is listed may be reached there.`,
          options.columns,
          0,
        ).map(style.warn)
      : [];
  const words = `${many(coverage.workloads.length, 'kernel and workload', 'kernels and workloads')} on ${many(coverage.archs.length, 'architecture')}, ${many(coverage.searches, 'search', 'searches')}, ${many(coverage.states, 'state')}: ${share(sitesOf(functions), isReached)} sites reached, ${share(functions, ({ entered }) => entered.length > 0)} functions entered.`;
  return [
    ...cut,
    ...paragraph(words, options.columns, 0),
    ...paragraph(
      'A site is a step, a call of what takes steps, or an arm of an if or switch without one. A clean verdict says nothing about those that no interleaving reached.',
      options.columns,
      0,
    ).map(style.dim),
  ];
}
