/** How often the claims of a hook hold on each architecture, measured over workloads; and who waits for whom in it. */
import type { ArchSpec } from '../arch/declaration.ts';
import { allHooks } from '../contract/mm-hooks.ts';
import { Mistake, type Schedule, didYouMean, explore } from '@shootdown/explorer';
import type { Frequency } from './verdict.ts';
import type { Source } from '../words/source.ts';
import type { Configuration, Scenario } from '../workload/scenario.ts';
import { sentencesOf } from '../rig/claims.ts';
import { checkBounds, turnOfEvents, type Bounds } from './judge.ts';
import { countHook, notApplicable, rig } from '../rig/rig.ts';
import { encodeToken } from './token.ts';

/** A scenario under one kernel. */
export interface Workload {
  readonly scenario: Scenario;
  readonly configuration: Configuration;
}

/** Why the claims come out as they do: whose body it is, and what it waits for. */
export interface HookFacts {
  readonly arch: string;
  readonly hook: string;
  readonly layer: string;
  readonly source?: Source;
  /** Kinds of waiting steps inside the hook, in words. */
  readonly waits: readonly string[];
  readonly states: number;
  /** False when a bound was hit, the search was interrupted, or code gave up: `always` and `never` are not proved then. */
  readonly complete: boolean;
  /** Why code gave up, each reason once. Absent: nowhere. */
  readonly gaveUp?: readonly string[];
}

/** Steps that wait for others, in words. */
const WAITING: Readonly<Record<string, string>> = {
  'ipi.wait': 'every target of its interrupts has run the handler',
  'tlb.sync': 'every CPU has done the broadcast invalidation',
  'rcu.wait': 'an RCU grace period',
  wait_clear: 'a flag of an entry',
};

/**
 * Measures one hook.
 * @param workloads each is explored in full on each architecture it applies to
 * @throws Mistake SD_UNKNOWN_HOOK_NAME
 */
export async function measureClaims(
  hookName: string,
  archs: readonly ArchSpec[],
  workloads: readonly Workload[],
  bounds: Bounds,
): Promise<{ frequencies: Frequency[]; facts: HookFacts[] }> {
  checkBounds(bounds);
  const contract = allHooks.get(hookName);
  if (!contract) {
    const near = didYouMean(hookName, allHooks.keys());
    throw new Mistake(
      'SD_UNKNOWN_HOOK_NAME',
      `no contract declares ${hookName}.`,
      near ? `Did you mean ${near}?` : 'See: shootdown list hooks.',
    );
  }
  const frequencies: Frequency[] = [];
  const facts: HookFacts[] = [];
  for (const arch of archs) {
    const counted = new Map(
      sentencesOf(contract).map((s) => [
        s.sentence,
        {
          kind: s.kind,
          held: 0,
          failed: 0,
          heldAt: undefined as string | undefined,
          failedAt: undefined as string | undefined,
        },
      ]),
    );
    const waits = new Set<string>();
    const gaveUp = new Set<string>();
    let states = 0;
    let complete = true;
    let body: { layer: string; source: Source | undefined } | undefined;
    for (const { scenario, configuration } of workloads) {
      if (notApplicable(arch, scenario, configuration) !== undefined) continue;
      await turnOfEvents();
      const built = rig(arch, scenario, configuration, {
        ...countHook(hookName),
        ...(bounds.thresholds && { thresholds: bounds.thresholds }),
      });
      body = built.stack.bodies.get(hookName);
      const found = await explore(built.system, { ...bounds, reduce: {}, stopAtFirst: false });
      states += found.states;
      complete &&= found.outcome === 'complete' && found.gaveUp.length === 0;
      for (const { why } of found.gaveUp) gaveUp.add(why);
      const token = (schedule: Schedule | undefined): string | undefined =>
        schedule &&
        encodeToken({
          workload: scenario.name,
          variant: `${configuration.release}/${hookName}`,
          arch: arch.id,
          schedule,
          ...(bounds.thresholds === 'machine' && { thresholds: 'machine' }),
        });
      for (const { claim, held, failed, heldAt, failedAt } of found.tally) {
        const entry = counted.get(claim.slice(hookName.length + 2));
        if (!entry) continue;
        entry.held += held;
        entry.failed += failed;
        entry.heldAt ??= token(heldAt);
        entry.failedAt ??= token(failedAt);
      }
      for (const step of found.reached) {
        const word = WAITING[step.kind];
        if (word && step.where.includes(hookName)) waits.add(word);
      }
    }
    facts.push({
      arch: arch.id,
      hook: hookName,
      layer: body?.layer ?? '',
      ...(body?.source ? { source: body.source } : {}),
      waits: [...waits],
      states,
      complete,
      ...(gaveUp.size > 0 && { gaveUp: [...gaveUp] }),
    });
    for (const [claim, c] of counted)
      frequencies.push({
        hook: hookName,
        claim,
        kind: c.kind,
        arch: arch.id,
        held: c.held,
        failed: c.failed,
        word:
          c.held + c.failed === 0 ? 'not reached' : c.failed === 0 ? 'always' : c.held === 0 ? 'never' : 'sometimes',
        ...(c.heldAt ? { heldAt: c.heldAt } : {}),
        ...(c.failedAt ? { failedAt: c.failedAt } : {}),
      });
  }
  return { frequencies, facts };
}
