/** What a patch made otherwise, for people: differences only, then what nobody came by. */
import type { PatchedCell, PatchedCount } from '@shootdown/core';
import { incidentOf } from './incident.ts';
import { incidentText } from './incident-text.ts';
import type { PatchResult } from './patch-result.ts';
import type { RenderOptions } from './report.ts';
import { styleOf } from './style.ts';
import { count, many, replayCommand, seconds, wordOf } from './words.ts';
import { paragraph } from './wrap.ts';

export function patchText(result: PatchResult, given: RenderOptions): string {
  const { cells, file } = result;
  const options = { ...given, plugin: file.startsWith('/') ? file : `./${file}` };
  const style = styleOf(options);
  const blocks = [
    [
      style.bold(result.name),
      ...paragraph(result.says, options.columns, 0),
      ...paragraph(comesBy(result), options.columns, 0),
    ],
    verdicts('newly broken', cells, 'broken', options),
    traceOf(cells, options),
    verdicts('broken in another way', cells, 'otherwise', options),
    verdicts('newly held', cells, 'held', options),
    verdicts('newly undecided', cells, 'newly undecided', options),
    verdicts('undecided, with and without it', cells, 'undecided', options),
    countsText(result.counts, options),
    unreachedText(result, options),
    untoldText(result, options),
    end(result, options),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function comesBy({ cells, counts, counted, searched, all, archs }: PatchResult): string {
  const different = (of: (cell: PatchedCell) => string): number => new Set(cells.map(of)).size;
  return [
    `${many(
      different(({ workload }) => workload),
      'workload comes',
      'workloads come',
    )} by it, on ${many(
      different(({ arch }) => arch),
      'architecture',
    )} of ${archs.length} (${count(cells.length)} of ${count(searched)} cells`,
    all ? '); ' : ', told by some executions of each: --all searches all); ',
    counted ? many(new Set(counts.map(({ operation }) => operation)).size, 'counted operation') : 'nothing was counted',
    '.',
  ].join('');
}

const TITLES: Readonly<Record<string, 'bad' | 'good' | 'warn'>> = { broken: 'bad', otherwise: 'bad', held: 'good' };

/** One line for each workload, kernel and claim, with its architectures; and a token. */
function verdicts(
  title: string,
  cells: readonly PatchedCell[],
  word: PatchedCell['word'],
  options: RenderOptions,
): string[] {
  const these = cells.filter((one) => one.word === word);
  if (these.length === 0) return [];
  const style = styleOf(options);
  const groups = new Map<string, PatchedCell[]>();
  for (const one of these) {
    const key = `${one.workload} ${one.variant}: ${howOf(one)}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [
    style[TITLES[word] ?? 'warn'](`${title} (${count(these.length)}):`),
    ...[...groups].flatMap(([key, group]) => {
      const token = group.find(({ patched }) => patched.counterexample)?.patched.counterexample?.token;
      return [
        ...paragraph(`${key} on ${group.map(({ arch }) => arch).join(', ')}`, options.columns, 2),
        ...(token === undefined ? [] : [style.dim(`    ${replayCommand(token, options)}`)]),
      ];
    }),
  ];
}

function howOf({ base, patched }: PatchedCell): string {
  const of = ({ outcome, counterexample }: PatchedCell['base']): string =>
    counterexample ? `${wordOf(outcome)} '${counterexample.claim}'` : wordOf(outcome);
  return `${of(base)} -> ${of(patched)}`;
}

/** The shortest execution that breaks and did not. */
function traceOf(cells: readonly PatchedCell[], options: RenderOptions): string[] {
  const [shortest] = cells
    .flatMap(({ word, patched }) => (word === 'broken' && patched.counterexample ? [patched] : []))
    .sort((a, b) => (a.counterexample?.length ?? 0) - (b.counterexample?.length ?? 0));
  const incident = shortest && incidentOf(shortest);
  return incident ? [incidentText(incident, options)] : [];
}

const COLUMN: Readonly<Record<string, string>> = {
  ipis: 'IPIs',
  tlbIpis: 'TLB IPIs',
  syncIpis: 'IPIs that wait for walkers',
  lazyExitIpis: 'IPIs to leave a lazy mm',
  flushCalls: 'flushes',
  syncKicks: 'waits for walkers',
};

/** `collapse on ppc64-hash, lazy3: IPIs 6 -> 3`; kernels and architectures with the same change share a line. */
function countsText(counts: readonly PatchedCount[], options: RenderOptions): string[] {
  const changed = counts.filter((one) => one.changed.length > 0 || one.notModelled !== undefined);
  if (changed.length === 0) return [];
  const style = styleOf(options);
  const groups = new Map<string, Set<string>>();
  for (const { operation, arch, mode, kernel, changed: numbers, notModelled } of changed) {
    const shown = options.full ? numbers : numbers.filter(({ what }) => what in COLUMN);
    const rest = numbers.find(({ what }) => what === 'steps');
    const said = [
      ...(shown.length > 0 || !rest ? shown : [rest]).map(
        ({ what, from, to }) => `${COLUMN[what] ?? what} ${short(from)} -> ${short(to)}`,
      ),
      ...(notModelled === undefined ? [] : [`comes to what is not modelled: ${notModelled}`]),
    ].join(', ');
    const key = `${operation}, ${mode}: ${said || 'functions entered (--full)'}`;
    groups.set(key, (groups.get(key) ?? new Set()).add(`${arch} ${kernel}`));
  }
  return [
    style.warn(`counts that changed (${count(changed.length)} of ${count(counts.length)}):`),
    ...[...groups].flatMap(([key, where]) =>
      paragraph(key.replace(', ', ` on ${[...where].join(', ')}; `), options.columns, 2),
    ),
  ];
}
const short = (n: number): string => (Number.isInteger(n) ? String(n) : n.toFixed(1));

function unreachedText({ unreached }: PatchResult, options: RenderOptions): string[] {
  if (unreached.length === 0) return [];
  return [
    styleOf(options).warn(`no workload reaches these lines, so nothing is known of them (${count(unreached.length)}):`),
    ...unreached.flatMap(({ file, line, in: where, text }) =>
      paragraph(`${file}:${line}  ${where}: ${text}`, options.columns, 2),
    ),
  ];
}

function untoldText({ untold, counted }: PatchResult, options: RenderOptions): string[] {
  if (!untold) return [];
  return paragraph(
    `No workload tells the patch from the kernel that is there: the same states${counted ? ', the same counts' : ' (nothing was counted)'}. Either it does nothing, or nothing goes where it does: tell a story that does.`,
    options.columns,
    0,
  ).map(styleOf(options).warn);
}

function end({ cells, counts, counted, seconds: took, complete }: PatchResult, options: RenderOptions): string[] {
  const sum = (of: (cell: PatchedCell) => number): number => cells.reduce((all, cell) => all + of(cell), 0);
  const broken = cells.some(({ word }) => word === 'broken' || word === 'otherwise');
  const changed = counts.filter((one) => one.changed.length > 0).length;
  return paragraph(
    [
      ...(complete ? [] : ['interrupted']),
      ...(broken ? [] : ['nothing breaks that held']),
      ...(counted ? [`${many(changed, 'count')} changed`] : []),
      `states ${count(sum(({ base }) => base.evidence.states))} -> ${count(sum(({ patched }) => patched.evidence.states))}`,
      `search ${seconds(sum(({ base }) => base.evidence.seconds))} s -> ${seconds(sum(({ patched }) => patched.evidence.seconds))} s`,
      `${seconds(took)} s in all`,
    ].join('; '),
    options.columns,
    0,
  );
}
