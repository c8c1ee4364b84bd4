/** Builds the hooks of one architecture as one kernel release had them. One container per architecture; none of it is on the hot path. */
import { Container } from 'inversify';
import { BELOW } from '../arch/below.ts';
import type { ArchSpec, Change } from '../arch/arch.ts';
import { changeAt } from '../arch/placed.ts';
import { Generic } from '../arch/generic.ts';
import { bodiesOf, overlay, requireAll, type Bodies, type LayerClass } from '../arch/layer.ts';
import { changesKnownTo, mustKnowPlaces } from './names.ts';
import { RELEASES } from '../kernel/fixes.ts';
import { isIn, type Releases } from './releases.ts';
import type { Configuration } from '../workload/scenario.ts';

/** The hooks of an architecture in one configuration. */
export interface Stack {
  readonly bodies: Bodies;
  /** Names of the layers, from the bottom up. */
  readonly layers: readonly string[];
  /** Changes of the architecture that are in force. */
  readonly changes: ReadonlySet<string>;
}

/**
 * Changes that a configuration puts in force: those of its release, with and without the ones it names. A name that this architecture does
 * not know may be known to another one (see `strangerIn`).
 * @throws Mistake SD_UNKNOWN_HOOK_NAME, SD_UNKNOWN_OPERATION for places that are nowhere
 */
export function changesOf(arch: ArchSpec, configuration: Configuration, releases: Releases): Change[] {
  const { release, hooks } = configuration;
  mustKnowPlaces(configuration.places ?? []);
  const inForce = changesKnownTo(arch).filter((change) => {
    if (hooks?.without?.includes(change.name)) return false;
    if (hooks?.with?.includes(change.name)) return true;
    return change.shipped !== 'never' && isIn(releases, release, change.since, change.until);
  });
  return [...inForce, ...(configuration.places ?? []).map(changeAt)];
}

/** Changes that would switch nothing in a kernel: those to come that it has anyway, and those to go that it has not. */
export function idleSwitches(arch: ArchSpec, kernel: Configuration, hooks: Configuration['hooks']): string[] {
  const has = new Set(changesOf(arch, kernel, RELEASES).map(({ name }) => name));
  return [
    ...(hooks?.with ?? []).filter((name) => has.has(name)),
    ...(hooks?.without ?? []).filter((name) => !has.has(name)),
  ];
}

/**
 * Stacks Generic, the architecture's layers, and the changes in force.
 * @throws Mistake SD_UNKNOWN_HOOK, SD_MISSING_HOOK, SD_HOOK_NOT_GENERATOR
 */
export function stackOf(arch: ArchSpec, changes: readonly Change[]): Stack {
  const services = new Container();
  // Frozen: the explorer does not see fields. Code that changes one fails there (SD_HIDDEN_STATE).
  for (const service of arch.services)
    services
      .bind(service)
      .toSelf()
      .inSingletonScope()
      .onActivation((_, it) => Object.freeze(it));
  const layers: LayerClass[] = [Generic, ...arch.layers, ...changes.flatMap((c) => (c.layer ? [c.layer] : []))];
  let bodies: Bodies = new Map();
  for (const layer of layers) {
    const container = new Container({ parent: services });
    container.bind(BELOW).toConstantValue(Object.fromEntries([...bodies].map(([name, body]) => [name, body.run])));
    container.bind(layer).toSelf();
    bodies = overlay(bodies, bodiesOf(Object.freeze(container.get(layer))));
  }
  requireAll(arch.id, bodies);
  return { bodies, layers: layers.map((l) => l.name), changes: new Set(changes.map((c) => c.name)) };
}
