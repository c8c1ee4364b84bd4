/** A schedule as a short token that can be pasted into a command line, and back. */
import { Mistake } from '../api/mistakes.ts';
import type { Move, Schedule } from '../api/system.ts';
import type { TraceEvent } from '../api/trace.ts';
import { imul, mix } from '../store/hash.ts';

const EMPTY = '-';
const PART = /^(\d{1,6})(?::(\d{1,9}))?(?:x(\d{1,7}))?$/;
/** No shortest schedule comes near this; a typing error after an `x` must not fill the memory. */
const LONGEST = 1_000_000;

/**
 * `0x5.1.2:1x3`: process 0 five times, process 1, then process 2 with outcome 1 three times. The empty schedule is `-`.
 */
export function encodeSchedule(schedule: Schedule): string {
  const parts: string[] = [];
  for (let i = 0; i < schedule.length;) {
    const move = schedule[i]!;
    let end = i + 1;
    while (end < schedule.length && sameMove(schedule[end]!, move)) end++;
    const times = end - i;
    parts.push(`${move.process}${move.choice ? `:${move.choice}` : ''}${times > 1 ? `x${times}` : ''}`);
    i = end;
  }
  return parts.length > 0 ? parts.join('.') : EMPTY;
}

/**
 * Decodes a token. Does not say whether a system can follow the schedule.
 * @throws Mistake SD_BAD_TOKEN
 */
export function decodeSchedule(token: string): Schedule {
  if (token === EMPTY) return [];
  const schedule: Move[] = [];
  token.split('.').forEach((part, i) => {
    const found = PART.exec(part);
    if (!found) throw bad(`part ${i + 1} of schedule '${token}' is '${part}'`);
    const times = Number(found[3] ?? 1);
    if (times === 0) throw bad(`part ${i + 1} of schedule '${token}' happens 0 times`);
    if (schedule.length + times > LONGEST) throw bad(`schedule '${token}' has more than ${LONGEST} moves`);
    for (let n = 0; n < times; n++) schedule.push({ process: Number(found[1]), choice: Number(found[2] ?? 0) });
  });
  return schedule;
}

/**
 * A short checksum of the steps that a schedule makes: who makes them and of what kind, not the functions they are in.
 * It tells whether a schedule still makes the steps that it was found for.
 */
export function markOf(events: readonly Pick<TraceEvent, 'process' | 'kind'>[]): string {
  let hash = 0;
  for (const { process, kind } of events)
    for (const letter of `${process}|${kind};`) hash = mix(imul(hash, 31) + letter.codePointAt(0)!);
  return ((hash >>> 0) % 36 ** 4).toString(36).padStart(4, '0');
}

const sameMove = (a: Move, b: Move): boolean => a.process === b.process && a.choice === b.choice;

const bad = (what: string): Mistake =>
  new Mistake(
    'SD_BAD_TOKEN',
    what,
    'Each part is process[:outcome][xTimes], such as 0x5.1.2:1. Copy the whole line that the trace ends with.',
  );
