/** How often the claims of a hook hold on each architecture, measured over workloads; and who waits for whom in it. */
import type { ArchSpec } from '../arch/declaration.ts';
import type { Body } from '../arch/layer.ts';
import type { Contract } from '../contract/hook.ts';
import { allHooks } from '../contract/mm-hooks.ts';
import { Mistake, type Exploration, type Schedule, didYouMean, explore } from '@shootdown/explorer';
import type { Frequency } from './verdict.ts';
import type { Source } from '../words/source.ts';
import type { Configuration, Scenario } from '../workload/scenario.ts';
import { sentencesOf } from '../rig/claims.ts';
import { checkBounds, turnOfEvents, type Bounds } from './judge.ts';
import { countHook, notApplicable, rig, type Rig } from '../rig/rig.ts';
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
      near ? `Did you mean ${near}?` : 'See: npx shootdown list hooks.',
    );
  }
  const frequencies: Frequency[] = [];
  const facts: HookFacts[] = [];
  for (const arch of archs) {
    const counts = new Counts(arch, contract);
    for (const { scenario, configuration } of workloads) {
      if (notApplicable(arch, scenario, configuration) !== undefined) continue;
      await turnOfEvents();
      const built = rig(arch, scenario, configuration, {
        ...countHook(hookName),
        ...(bounds.thresholds && { thresholds: bounds.thresholds }),
      });
      const found = await explore(built.system, { ...bounds, reduce: {}, stopAtFirst: false });
      const token = (schedule: Schedule): string =>
        encodeToken({
          workload: scenario.name,
          variant: `${configuration.release}/${hookName}`,
          arch: arch.id,
          schedule,
          ...(bounds.thresholds === 'machine' && { thresholds: 'machine' }),
        });
      counts.add(built, found, token);
    }
    facts.push(counts.facts());
    frequencies.push(...counts.frequencies());
  }
  return { frequencies, facts };
}

/** How often one claim held, with a token of an execution in which it did, and of one in which it did not. */
interface Count {
  readonly kind: Frequency['kind'];
  held: number;
  failed: number;
  heldAt: string | undefined;
  failedAt: string | undefined;
}

/** What the searches on one architecture found of one hook. */
class Counts {
  readonly #arch: string;
  readonly #hook: string;
  readonly #claims: ReadonlyMap<string, Count>;
  readonly #waits = new Set<string>();
  readonly #gaveUp = new Set<string>();
  #states = 0;
  #complete = true;
  #body: Body | undefined;

  constructor({ id }: ArchSpec, contract: Contract) {
    this.#arch = id;
    this.#hook = contract.hookName;
    this.#claims = new Map(
      sentencesOf(contract).map(({ sentence, kind }) => [
        sentence,
        { kind, held: 0, failed: 0, heldAt: undefined, failedAt: undefined },
      ]),
    );
  }

  add({ stack }: Rig, found: Exploration, token: (schedule: Schedule) => string): void {
    this.#body = stack.bodies.get(this.#hook);
    this.#states += found.states;
    this.#complete &&= found.outcome === 'complete' && found.gaveUp.length === 0;
    for (const { why } of found.gaveUp) this.#gaveUp.add(why);
    for (const { claim, held, failed, heldAt, failedAt } of found.tally) {
      const count = this.#claims.get(claim.slice(this.#hook.length + 2));
      if (!count) continue;
      count.held += held;
      count.failed += failed;
      count.heldAt ??= heldAt && token(heldAt);
      count.failedAt ??= failedAt && token(failedAt);
    }
    for (const step of found.reached) {
      const word = WAITING[step.kind];
      if (word && step.where.includes(this.#hook)) this.#waits.add(word);
    }
  }

  facts(): HookFacts {
    return {
      arch: this.#arch,
      hook: this.#hook,
      layer: this.#body?.layer ?? '',
      ...(this.#body?.source ? { source: this.#body.source } : {}),
      waits: [...this.#waits],
      states: this.#states,
      complete: this.#complete,
      ...(this.#gaveUp.size > 0 && { gaveUp: [...this.#gaveUp] }),
    };
  }

  frequencies(): Frequency[] {
    return [...this.#claims].map(([claim, { kind, held, failed, heldAt, failedAt }]) => ({
      hook: this.#hook,
      claim,
      kind,
      arch: this.#arch,
      held,
      failed,
      word: held + failed === 0 ? 'not reached' : failed === 0 ? 'always' : held === 0 ? 'never' : 'sometimes',
      ...(heldAt ? { heldAt } : {}),
      ...(failedAt ? { failedAt } : {}),
    }));
  }
}
