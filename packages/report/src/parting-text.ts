/** Where two architectures part: the steps both take, then what each does, side by side. */
import type { Obstacle, Parting, PartingStep, Trace, TraceEvent, Verdict } from '@shootdown/core';
import { cell, GAP, rowLines, rule } from './grid.ts';
import { styleOf } from './style.ts';
import type { RenderOptions } from './report.ts';
import { isBroken, many, MEANING, replayCommand, wordOf } from './words.ts';
import { paragraph } from './wrap.ts';

type Followed = NonNullable<Parting['followed']>;

/** @param verdicts with those of both architectures among them */
export function partingText(parting: Parting, verdicts: readonly Verdict[], options: RenderOptions): string {
  const { workload, variant, archs, leader, followed, token } = parting;
  const wrapped = (text: string, indent = 0): string[] => paragraph(text, options.columns, indent);
  const verdictOn = (arch: string): Verdict | undefined =>
    verdicts.find((v) => v.workload === workload && v.variant === variant && v.arch === arch);
  const head = wrapped(`${archs.join(' and ')}: ${workload}, ${variant}`).map(styleOf(options).bold);
  const leading = leader === undefined ? undefined : verdictOn(leader)?.counterexample;
  if (!leading || !followed || leader === undefined)
    return [
      ...head,
      ...wrapped(
        `There is no counterexample to follow: ${archs.map((arch) => `on ${arch} ${outcomeOf(verdictOn(arch))}`).join(', ')}.`,
      ),
    ].join('\n');
  const other = archs.find((arch) => arch !== leader)!;
  const lines = [
    head,
    wrapped(how(followed, leader, other, leading.trace, verdictOn(other))),
    followed.part
      ? sideBySide(followed, followed.part, leading.trace, [leader, other], options)
      : seenOtherwise(followed, leading.trace, leader, other, wrapped),
    followed.part ? reasons(followed.part, followed.trace, other, wrapped) : [],
    [
      `Replay on ${leader}: ${replayCommand(leading.token, options)}`,
      ...(token === undefined
        ? []
        : [`${followed.part ? 'So far on' : 'The same on'} ${other}: ${replayCommand(token, options)}`]),
    ],
  ];
  return lines
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

const outcomeOf = (verdict: Verdict | undefined): string =>
  verdict ? (verdict.reason ?? MEANING[wordOf(verdict.outcome)] ?? verdict.outcome) : 'nothing was judged';
const brokenIn = ({ events, brokenAtEnd }: Trace): string | undefined =>
  [...events.flatMap((e) => e.broken), ...brokenAtEnd][0]?.claim;

function how(followed: Followed, leader: string, other: string, trace: Trace, verdict: Verdict | undefined): string {
  const steps = many(trace.events.length, 'step');
  const both = verdict && isBroken(verdict.outcome) ? ` (${other} breaks too, in its own way)` : '';
  if (followed.part) {
    const before = followed.part.step - 1;
    return `The shortest counterexample of ${leader} has ${steps}. ${other} can follow the first ${before}; at step ${before + 1} they part${both}.`;
  }
  const claim = brokenIn(followed.trace);
  return `${other} can follow the shortest counterexample of ${leader} through all its ${steps}${claim === undefined ? ', and nothing breaks along it' : `, and '${claim}' breaks there too`}.`;
}

/** From the last step that the process took on both, up to where they part. */
function sideBySide(
  followed: Followed,
  part: PartingStep,
  trace: Trace,
  archs: readonly [string, string],
  options: RenderOptions,
): string[] {
  const style = styleOf(options);
  const common = followed.pairs.filter(([led]) => led < part.step);
  const last = common.findLastIndex(([led]) => trace.events[led - 1]?.process === part.process);
  const shown = common.slice(Math.max(0, last));
  const rows: (readonly [string, string, string])[] = [];
  let [led, own] = shown[0] ? [shown[0][0] - 1, shown[0][1] - 1] : [0, 0];
  let alike: string[] = [];
  const fold = (): void => {
    if (alike.length > 0)
      rows.push(['', `(${many(alike.length, 'step')} of ${[...new Set(alike)].join(', ')})`, '(the same)']);
    alike = [];
  };
  const apart = (left: readonly TraceEvent[], right: readonly TraceEvent[]): void => {
    if (left.length + right.length > 0) fold();
    for (let i = 0; i < Math.max(left.length, right.length); i++)
      rows.push([numberOf(left[i]), stepText(left[i]), stepText(right[i])]);
  };
  for (const [i, pair] of shown.entries()) {
    apart(trace.events.slice(led, pair[0] - 1), followed.trace.events.slice(own, pair[1] - 1));
    [led, own] = pair;
    const event = trace.events[led - 1]!;
    if (i === 0) rows.push([numberOf(event), stepText(event), stepText(followed.trace.events[own - 1])]);
    else alike.push(event.process);
  }
  // The step at which they part has a row of its own.
  const taken =
    part.how === 'another way'
      ? followed.trace.events.slice(own).findLast((e) => e.process === part.process)
      : undefined;
  apart(
    trace.events.slice(led, part.step - 1),
    followed.trace.events.slice(own).filter((e) => e !== taken),
  );
  fold();
  rows.push([
    numberOf(trace.events[part.step - 1]),
    stepText(trace.events[part.step - 1]),
    taken ? stepText(taken) : standing(part),
  ]);
  const width = Math.floor((options.columns - 5 - 2 * GAP.length) / 2);
  const widths = [4, width, width];
  return [
    ...rowLines([cell(' #'), cell(archs[0], style.bold), cell(archs[1], style.bold)], widths),
    style.dim(rule(widths)),
    ...rows.flatMap((row, i) =>
      rowLines(
        row.map((text) => cell(text, i === rows.length - 1 ? style.bad : undefined)),
        widths,
      ),
    ),
  ];
}

const numberOf = (event: TraceEvent | undefined): string => (event ? String(event.number).padStart(3) : '');
const stepText = (event: TraceEvent | undefined): string =>
  event ? `${event.process}${inside(event.where)}:\n  ${event.text}` : '';
const inside = (where: readonly string[]): string => (where.length > 0 ? ` in ${where.slice(-2).join(' > ')}` : '');

function standing({ process, how, at }: PartingStep): string {
  if (how === 'ended') return `${process}: has ended`;
  if (how === 'no such process' || !at) return `there is no ${process}`;
  return `${process}${inside(at.where)}:\n  ${how === 'waits' ? 'waits' : 'comes to'}: ${at.why ?? at.kind}`;
}

/** What a wait is for, from the one who waits on. */
function reasons(
  { how, process, obstacles }: PartingStep,
  trace: Trace,
  other: string,
  wrapped: (text: string) => string[],
): string[] {
  if (how !== 'waits') return [];
  const since = ({ since }: Obstacle): string => {
    const event = since === undefined ? undefined : trace.events[since - 1];
    return event ? `, set by ${event.process}${inside(event.where)} (${event.text})` : '';
  };
  const told = (who: string): string =>
    obstacles
      .filter((o) => o.process === who)
      .map((o) => `${o.cell} is ${o.value}${since(o)}`)
      .join('; ');
  const others = [...new Set(obstacles.map((o) => o.process))].filter((who) => who !== process);
  return wrapped(
    `On ${other}, ${process} cannot go on: ${told(process)}.${others.map((who) => ` Nor can ${who}: ${told(who)}.`).join('')}`,
  );
}

/** Where all steps can be followed, the difference is in what they see. */
function seenOtherwise(
  { otherwise, missing, trace }: Followed,
  leading: Trace,
  leader: string,
  other: string,
  wrapped: (text: string, indent?: number) => string[],
): string[] {
  const shown = [...new Set([otherwise[0], otherwise.at(-1)])].flatMap((pair) => (pair ? [pair] : []));
  return [
    ...missing
      .slice(0, 1)
      .flatMap((number) =>
        wrapped(
          `Not on ${other}: ${leading.events[number - 1]?.text}, step ${number} of ${leader}, by ${leading.events[number - 1]?.process}.`,
        ),
      ),
    ...shown.flatMap(([led, own]) => {
      const event = leading.events[led - 1];
      return wrapped(
        `Seen otherwise at step ${led}, by ${event?.process}${inside(event?.where ?? [])}: on ${leader} ${event?.text}; on ${other} ${trace.events[own - 1]?.text}.`,
      );
    }),
  ];
}
