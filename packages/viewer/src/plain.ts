/** A book as plain tables: what is seen where no script runs. */
import type { Trace, Verdict } from '@shootdown/core';
import { verdictsIn, type Book } from './book.ts';
import { breachOf, storyOf } from './model/story.ts';

/** Of more traces than these only the steps that matter are written out. */
const IN_FULL = 12;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);

export function plainTables(book: Book): string {
  const verdicts = verdictsIn(book);
  const broken = verdicts.filter(({ counterexample }) => counterexample);
  return [
    `<h1>${escaped(book.title)}</h1>`,
    `<p>Made by <code>${escaped(book.command)}</code> (shootdown ${escaped(book.version)}). With a script this page draws what follows.</p>`,
    table(
      ['race', 'kernel', 'architecture', 'verdict', 'evidence', 'claim that breaks', 'run it again'],
      verdicts.map((verdict) => [
        verdict.workload,
        `${verdict.variant}: ${verdict.configuration}`,
        verdict.arch,
        verdict.outcome,
        `${verdict.evidence.grade}, ${verdict.evidence.states} states`,
        verdict.counterexample?.claim ?? '',
        verdict.counterexample ? `npx shootdown replay ${verdict.counterexample.token}` : '',
      ]),
    ),
    ...(book.leftOut?.length
      ? [`<p>Not judged, because the searches are long: ${escaped(book.leftOut.join(', '))}.</p>`]
      : []),
    ...(book.ablated ?? []).map(({ workload, variant, arch, removals }) =>
      [
        `<h2>${escaped(workload)}, ${escaped(variant)}, ${escaped(arch)}: steps that were left out</h2>`,
        table(
          ['step', 'in', 'is it needed', 'what breaks without it'],
          removals.map(({ step, in: where, word, verdict }) => [
            step,
            where,
            word,
            verdict.counterexample?.claim ?? '',
          ]),
        ),
      ].join('\n'),
    ),
    ...broken.map((verdict) => traceTable(verdict, broken.length <= IN_FULL)),
  ].join('\n');
}

function traceTable({ workload, variant, arch, counterexample }: Verdict, full: boolean): string {
  const { trace } = counterexample!;
  const breach = breachOf(trace);
  const told = new Set(storyOf(trace).map(({ step }) => step));
  const events = trace.events.filter(({ number }) => full || told.has(number));
  return [
    `<h2>${escaped(workload)}, ${escaped(variant)}, ${escaped(arch)}</h2>`,
    breach ? `<p>Broken: ${escaped(breach.claim)}${breach.seen ? `; ${escaped(breach.seen)}` : ''}</p>` : '',
    full ? '' : '<p>Only the steps that matter; the command above shows all.</p>',
    table(
      ['step', 'CPU', 'who', 'in', 'what', 'changes'],
      events.map((event) => rowOf(event, told)),
    ),
  ].join('\n');
}

const rowOf = (event: Trace['events'][number], told: ReadonlySet<number>): string[] => [
  `${event.number}${told.has(event.number) ? ' *' : ''}`,
  String(event.cpu),
  event.process,
  event.where.at(-1) ?? '',
  event.text,
  [
    ...event.changes.filter(({ ghost }) => !ghost).map(({ cell, from, to }) => `${cell}: ${from} to ${to}`),
    ...event.broken.map(({ claim }) => `BROKEN: ${claim}`),
  ].join('; '),
];

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    '<div class="sd-scroll"><table>',
    `<thead><tr>${heads.map((head) => `<th>${escaped(head)}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`).join('\n')}</tbody>`,
    '</table></div>',
  ].join('');
