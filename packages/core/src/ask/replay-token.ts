/** Shows one execution again, from its token. */
import type { ArchSpec } from '../arch/declaration.ts';
import { readPlace } from '../arch/placed.ts';
import { allHooks } from '../contract/mm-hooks.ts';
import { Mistake, type Trace, byFrames, didYouMean, markOf, replay } from '@shootdown/explorer';
import { Ablation, type Synchronising } from '../machine/ablation.ts';
import type { Watch } from '../words/watch.ts';
import type { Place } from '../words/place.ts';
import type { Configuration, Scenario } from '../workload/scenario.ts';
import { geometryOf } from '../rig/geometry.ts';
import { mustKnowChanges } from '../rig/names.ts';
import { countHook, notApplicable, rig } from '../rig/rig.ts';
import { decodeToken, type Token } from './token.ts';

/** A workload as a token names it: a scenario, and its kernels by variant. */
export interface Named {
  readonly scenario: Scenario;
  readonly variants: Readonly<Record<string, Configuration>>;
}

export interface Replayed {
  readonly token: Token;
  readonly scenario: Scenario;
  readonly configuration: Configuration;
  /** Entries of a table of each level, from the top down. */
  readonly geometry: string;
  /** Watchers that are asked. */
  readonly watches: readonly Watch[];
  readonly trace: Trace;
}

/**
 * Replays a token.
 * @param pauseAt number of a step of its trace, from 1: a debugger stops in the code that makes it
 * @throws Mistake SD_BAD_OPTION, SD_BAD_TOKEN, SD_TOKEN_VERSION, SD_TOKEN_DOES_NOT_APPLY, SD_UNKNOWN_WORKLOAD, SD_UNKNOWN_ARCH
 */
export function replayToken(
  text: string,
  archs: readonly ArchSpec[],
  workloads: readonly Named[],
  pauseAt?: number,
): Replayed {
  const token = decodeToken(text);
  if (pauseAt !== undefined && !(pauseAt >= 1 && pauseAt <= token.schedule.length))
    throw new Mistake(
      'SD_BAD_OPTION',
      `the token has no step ${pauseAt}.`,
      token.schedule.length > 0 ? `Its steps are 1 to ${token.schedule.length}.` : 'It has none.',
    );
  const arch =
    archs.find((a) => a.id === token.arch) ??
    unknown(
      'SD_UNKNOWN_ARCH',
      'architecture',
      token.arch,
      archs.map((a) => a.id),
    );
  const workload =
    workloads.find((w) => w.scenario.name === token.workload) ??
    unknown(
      'SD_UNKNOWN_WORKLOAD',
      'workload',
      token.workload,
      workloads.map((w) => w.scenario.name),
    );
  // A token of `claims` names the hook beside the kernel: the steps of its contract exist only when they are asked for.
  // A token of `place` names what was put where; one of `ablate` names the step that is left out: what it is, and where.
  const [variant = '', hook, site] = token.variant.split('/');
  const configuration =
    workload.variants[variant] ?? unknown('SD_BAD_TOKEN', 'variant', variant, Object.keys(workload.variants));
  const why = notApplicable(arch, workload.scenario, configuration);
  if (why !== undefined)
    throw new Mistake(
      'SD_TOKEN_DOES_NOT_APPLY',
      `${token.workload} does not apply to ${arch.id}: ${why}.`,
      'Was the token edited?',
    );
  const numbers = token.thresholds ? { thresholds: token.thresholds } : {};
  const placed = hook !== undefined && site === undefined && !allHooks.has(hook) ? placesOf(hook) : undefined;
  if (placed) {
    mustKnowChanges(arch, [...placed.with, ...placed.without], 'the token');
    const changed: Configuration = {
      ...configuration,
      places: placed.places,
      with: [...(configuration.with ?? []), ...placed.with],
      without: [...(configuration.without ?? []), ...placed.without],
    };
    const { system, watches } = rig(arch, workload.scenario, changed, numbers);
    return {
      token,
      scenario: workload.scenario,
      configuration: changed,
      geometry: geometryOf(workload.scenario),
      watches,
      trace: replay(system, token.schedule, byFrames(), pauseAt),
    };
  }
  const ask =
    hook === undefined
      ? {}
      : site === undefined
        ? countHook(hook)
        : { ablation: new Ablation({ in: site, step: hook as Synchronising }) };
  const { system, watches } = rig(arch, workload.scenario, configuration, { ...ask, ...numbers });
  const trace = replay(system, token.schedule, byFrames(), pauseAt);
  mustBe(token, trace);
  return { token, scenario: workload.scenario, configuration, geometry: geometryOf(workload.scenario), watches, trace };
}

/** What was found may still be there where the code has changed: then it is worth showing, by whatever steps. */
function mustBe({ steps }: Token, { events, brokenAtEnd, stuck, loop }: Trace): void {
  if (steps === undefined || steps === markOf(events)) return;
  if (brokenAtEnd.length > 0 || stuck.length > 0 || loop || events.some(({ broken }) => broken.length > 0)) return;
  throw new Mistake(
    'SD_TOKEN_DOES_NOT_APPLY',
    'this schedule makes other steps than when it was found, and nothing breaks along it.',
    'The code has changed since. Explore again: what was found may be gone, or be elsewhere.',
  );
}

/** `kick.HOOK+kick.HOOK.OPERATION+CHANGE+-CHANGE`, or `nothing`. */
function placesOf(text: string): { readonly places: Place[]; readonly with: string[]; readonly without: string[] } {
  const parts = text === 'nothing' ? [] : text.split('+');
  const isPlace = (part: string): boolean => part.includes('.');
  return {
    places: parts.filter(isPlace).map(readPlace),
    with: parts.filter((part) => !isPlace(part) && !part.startsWith('-')),
    without: parts.filter((part) => part.startsWith('-')).map((part) => part.slice(1)),
  };
}

function unknown(
  code: 'SD_UNKNOWN_ARCH' | 'SD_UNKNOWN_WORKLOAD' | 'SD_BAD_TOKEN',
  what: string,
  name: string,
  known: readonly string[],
): never {
  const near = didYouMean(name, known);
  throw new Mistake(
    code,
    `there is no ${what} ${name}.`,
    near ? `Did you mean ${near}?` : `Known: ${known.join(', ')}.`,
  );
}
