/** What one failing execution is about: which claim, where it broke, who was in the way. */
import type { Evidence, Trace, TraceEvent, Verdict } from '@shootdown/core';
import type { Replay } from './report.ts';

/** A failing (or merely replayed) execution, however it was come by. */
export interface Incident {
  readonly workload: string;
  readonly variant: string;
  readonly configuration: string;
  readonly arch: string;
  /** Absent when nothing is broken. */
  readonly claim?: string;
  readonly breach: string;
  readonly token: string;
  readonly trace: Trace;
  readonly switches: number;
  readonly evidence?: Evidence;
}

export function incidentOf(verdict: Verdict): Incident | undefined {
  const { counterexample: c, workload, variant, configuration, arch, evidence } = verdict;
  return (
    c && {
      workload,
      variant,
      configuration,
      arch,
      evidence,
      claim: c.claim,
      breach: c.breach,
      token: c.token,
      trace: c.trace,
      switches: c.switches,
    }
  );
}

export function incidentOfReplay({ token, workload, variant, configuration, arch, trace, broken }: Replay): Incident {
  const switches = trace.events.filter((e, i) => i > 0 && e.process !== trace.events[i - 1]?.process).length;
  return {
    workload,
    variant,
    configuration,
    arch,
    token,
    trace,
    switches,
    breach: broken?.breach ?? '',
    ...(broken && { claim: broken.claim }),
  };
}

/** Where a claim broke first: at a step, or where everything had ended. */
export function breaks(trace: Trace, claim?: string): { claim?: string; seen?: string; event?: TraceEvent } {
  const fits = (b: { claim: string }): boolean => claim === undefined || b.claim === claim;
  for (const event of trace.events) {
    const found = event.broken.find(fits);
    if (found) return { ...found, event };
  }
  return trace.brokenAtEnd.find(fits) ?? {};
}

/** The last step of another process before `event`: the other access of the race. Code says more than a TLB at work. */
export function otherAccess(trace: Trace, event: TraceEvent): TraceEvent | undefined {
  const others = trace.events.filter((e) => e.number < event.number && e.process !== event.process);
  return others.findLast((e) => e.where.length > 0) ?? others.at(-1);
}

/** The hook that promises it, when the claim is part of a contract. */
export function contractOf(claim: string): { hook: string; sentence: string } | undefined {
  const found = /^(\w+): (.+)$/.exec(claim);
  return found ? { hook: found[1]!, sentence: found[2]! } : undefined;
}
