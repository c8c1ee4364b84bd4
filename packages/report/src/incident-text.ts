/** A counterexample in words, in the manner of lockdep and KCSAN. */
import type { Trace, TraceEvent } from '@shootdown/core';
import { breaks, contractOf, otherAccess, type Incident } from './incident.ts';
import { lanesOf } from './lanes.ts';
import { lanesText } from './lanes-text.ts';
import { styleOf, type Style } from './style.ts';
import type { RenderOptions } from './report.ts';
import { evidenceOf, GRADE, many, replayCommand } from './words.ts';
import { paragraph } from './wrap.ts';

export function incidentText(incident: Incident, options: RenderOptions): string {
  const style = styleOf(options);
  const bar = style.dim('='.repeat(Math.min(66, options.columns)));
  const wrapped = (text: string, indent = 0): string[] => paragraph(text, options.columns, indent);
  const blocks = [
    header(incident, style, wrapped),
    accesses(incident, wrapped),
    [title(incident), ...lanesText(incident.trace, incident.breach, options)],
    ending(incident, style, wrapped),
    wrapped(LEGEND),
    [
      ...holders(incident, wrapped),
      `Replay: ${replayCommand(incident.token, options)}`,
      ...wrapped(reporter(incident, options)),
    ],
  ];
  return [
    bar,
    blocks
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join('\n'))
      .join('\n\n'),
    bar,
  ].join('\n');
}

/** What the names in the picture mean. */
const LEGEND =
  'Names: P16 is a page frame, T3 a page table, T3[0] its first entry, page 0 the first base page of an address space. Of an entry: r present, w writable, a accessed, d dirty.';

type Wrapped = (text: string, indent?: number) => string[];

function header(
  { claim, breach, trace, arch, workload, variant, configuration }: Incident,
  style: Style,
  wrapped: Wrapped,
): string[] {
  const lines =
    claim === undefined
      ? [`SHOOTDOWN: nothing broken  [${arch}]`]
      : wrapped(`BUG: SHOOTDOWN: ${breach}${culprits(trace, claim)}  [${arch}]`).map(style.bad);
  const contract = claim === undefined ? undefined : contractOf(claim);
  const what = contract
    ? `contract of ${contract.hook}: '${contract.sentence}' (core/src/contract/hooks/${contract.hook}.ts)`
    : `claim: '${claim}'`;
  return [
    ...lines,
    ...(claim === undefined ? [] : wrapped(what)),
    ...wrapped(`workload: ${workload}, ${variantWords(variant)}: ${configuration}`),
  ];
}

const variantWords = (variant: string): string =>
  variant === 'before' || variant === 'after' ? `${variant} the fix` : variant;

/**
 * ` in gup_pte_range / tlb_batch_pages_flush`: the two functions that meet, by alphabet as KCSAN has it. A claim about
 * the end has no such place: the operations of the threads are named.
 */
function culprits(trace: Trace, claim: string): string {
  const { event } = breaks(trace, claim);
  const other = event && otherAccess(trace, event);
  const met = event
    ? [event, other].flatMap((e) => e?.where.at(-1) ?? [])
    : trace.processes.flatMap((p) => trace.events.find((e) => e.process === p.name)?.where[0] ?? []);
  const names = [...new Set(met)].toSorted();
  return names.length > 0 ? ` in ${names.join(' / ')}` : '';
}

/** The step that broke the claim, what was seen, and the last step of the other process before it. */
function accesses({ trace, claim }: Incident, wrapped: Wrapped): string[] {
  const { event, seen } = claim === undefined ? {} : breaks(trace, claim);
  if (!event) return [];
  const other = otherAccess(trace, event);
  return [
    ...access(event, 'broken', wrapped),
    ...(seen ? wrapped(`seen: ${seen}`, 4) : []),
    ...(other ? access(other, 'last step of the other side', wrapped) : []),
  ];
}
function access(event: TraceEvent, what: string, wrapped: Wrapped): string[] {
  const stack = event.where.toReversed().join(' <- ');
  const values = event.changes.map((c) => `value changed: ${c.cell} ${c.from} -> ${c.to}`);
  return [
    ...wrapped(`${what}: ${event.text}, by ${event.process} on cpu${event.cpu} at step ${event.number}`),
    ...(stack ? wrapped(stack, 4) : []),
    ...values.flatMap((v) => wrapped(v, 4)),
  ];
}

const title = ({ trace, switches, evidence, claim }: Incident): string =>
  ` ${claim === undefined ? 'Interleaving' : 'Unsafe interleaving'} (${many(trace.events.length, 'step')}, ${many(switches, 'switch', 'switches')}${evidence?.grade === 'found' ? ', shortest' : ''}):`;

/** What is wrong where everything has ended, and who waits for ever. */
function ending({ trace }: Incident, style: Style, wrapped: Wrapped): string[] {
  const cpuOf = new Map(trace.processes.map((p) => [p.name, p.cpu]));
  return [
    ...trace.brokenAtEnd.map(
      ({ claim, seen }) => `where everything has ended: '${claim}' broken${seen ? `; seen: ${seen}` : ''}`,
    ),
    ...loopLines(trace, cpuOf),
    ...(trace.gaveUp ?? []).map(
      ({ process, where, why }) =>
        `${process} on cpu${cpuOf.get(process) ?? '?'} gave up${where.length > 0 ? ` in ${where.at(-1)}` : ''}: ${why}`,
    ),
    ...trace.stuck.map(
      ({ process, waitsFor }) => `${process} on cpu${cpuOf.get(process) ?? '?'} waits for ever: ${waitsFor}`,
    ),
  ].flatMap((line) => wrapped(line, 1).map(style.bad));
}

/** The steps that happen again and again, and in which function that is. */
function loopLines({ loop, events }: Trace, cpuOf: ReadonlyMap<string, number>): string[] {
  if (!loop) return [];
  const steps = events.slice(loop.from - 1);
  const moving = new Set(steps.map(({ process }) => process));
  const who = loop.processes.map(({ process, where }) => {
    const around = commonStack(steps.filter((step) => step.process === process).map((step) => step.where));
    const goes = moving.has(process)
      ? `goes round in ${around.at(-1) ?? 'its own code'}`
      : `stands in ${where.at(-1) ?? 'its own code'}`;
    return `${process} on cpu${cpuOf.get(process) ?? '?'} ${goes}, and never ends`;
  });
  return [
    `steps ${loop.from} to ${events.length} lead back to the state before step ${loop.from}: they happen again and again`,
    ...who,
  ];
}

/** The functions that all these stacks begin with. */
function commonStack([first = [], ...rest]: readonly (readonly string[])[]): readonly string[] {
  const parts = first.findIndex((name, i) => rest.some((stack) => stack[i] !== name));
  return parts < 0 ? first : first.slice(0, parts);
}

/** What the threads hold where it broke. At the end of everything nothing is held. */
function holders({ trace, claim }: Incident, wrapped: Wrapped): string[] {
  const at = breaks(trace, claim).event?.number ?? (trace.stuck.length > 0 ? trace.events.at(-1)?.number : undefined);
  if (at === undefined) return [];
  const held = (process: string): readonly string[] =>
    (trace.events.findLast((event) => event.process === process && event.number <= at)?.held ?? []).map(
      ({ text }) => text,
    );
  const busy = trace.processes.filter(
    ({ name }) => lanesOf(trace).some((lane) => lane.title.endsWith(` ${name}`)) || held(name).length > 0,
  );
  return wrapped(
    `held at step ${at}: ${busy.map(({ name }) => `${name}: ${held(name).join(', ') || 'nothing'}`).join('   ')}`,
  );
}

function reporter({ arch, evidence }: Incident, options: RenderOptions): string {
  if (!evidence) return `Replayed-by: shootdown ${options.version} on ${arch}`;
  return `Reported-by: shootdown ${options.version} on ${arch}: ${evidenceOf(evidence)}; ${evidence.grade === 'none' ? 'not searched' : `${evidence.grade}: ${GRADE[evidence.grade]}`}`;
}
