/** Exit codes of results. Those of mistakes belong to the mistakes. */
import type { Comparison, Frequency, HookFacts, Trace, Verdict } from '@shootdown/core';

export const EXIT = {
  ok: 0,
  differs: 1,
  nothing: 4,
  deadlock: 11,
  violation: 12,
  usage: 64,
  notRead: 65,
  internal: 70,
  /** A checkpoint cannot be read or written, or another process has it. */
  checkpoint: 74,
  bound: 75,
  interrupted: 130,
  terminated: 143,
} as const;

type Outcome = Verdict['outcome'];
const is =
  (...outcomes: readonly Outcome[]) =>
  (verdict: Verdict): boolean =>
    outcomes.includes(verdict.outcome);

/** A violation beats a deadlock, which beats a bound. */
export function exitOfVerdicts(verdicts: readonly Verdict[]): number {
  if (verdicts.some(is('violates'))) return EXIT.violation;
  if (verdicts.some(is('deadlock', 'never-ends'))) return EXIT.deadlock;
  if (verdicts.some(is('bound', 'interrupted'))) return EXIT.bound;
  return verdicts.every(is('n/a')) ? EXIT.nothing : EXIT.ok;
}

/**
 * That of the first race that could not be judged; else a cell beside the reference, or a kernel after its fix that breaks a claim, is a
 * violation; one after its fix that waits for ever comes next. A race that breaks before its fix is as expected where the reference does
 * not say otherwise.
 */
export function exitOfComparison(comparison: Comparison): number {
  const wrong = comparison.rows.flatMap((row) => row.mistakes ?? [])[0];
  if (wrong) return wrong.exitClass;
  const cells = comparison.rows.flatMap((row) => row.cells);
  const after = cells.map((c) => c.after);
  if (cells.some((c) => c.agreement === 'disagree') || after.some(is('violates'))) return EXIT.violation;
  if (after.some(is('deadlock', 'never-ends'))) return EXIT.deadlock;
  if (!comparison.complete) return EXIT.bound;
  return cells.every((c) => c.agreement === 'n/a') ? EXIT.nothing : EXIT.ok;
}

/** What every architecture must keep, and one does not, is a violation. */
export function exitOfClaims(frequencies: readonly Frequency[], facts: readonly HookFacts[]): number {
  if (frequencies.some((f) => f.kind === 'must' && f.failed > 0)) return EXIT.violation;
  if (facts.some((f) => !f.complete)) return EXIT.bound;
  return frequencies.every((f) => f.word === 'not reached') ? EXIT.nothing : EXIT.ok;
}

export function exitOfTrace(trace: Trace): number {
  if (trace.brokenAtEnd.length > 0 || trace.events.some((e) => e.broken.length > 0)) return EXIT.violation;
  return trace.stuck.length > 0 || trace.loop ? EXIT.deadlock : trace.gaveUp ? EXIT.bound : EXIT.ok;
}
