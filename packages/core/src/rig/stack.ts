/** Builds the hooks of one architecture as one kernel release had them. One container per architecture; none of it is on the hot path. */
import { Container } from 'inversify';
import { BELOW } from '../arch/below.ts';
import { changesKnownTo } from '../arch/changes.ts';
import type { ArchSpec } from '../arch/declaration.ts';
import { changeAt } from '../arch/placed.ts';
import { Generic } from '../arch/generic.ts';
import { bodiesOf, overlay, requireAll, type Bodies } from '../arch/layer.ts';
import { inForce } from '../kernel/changes.ts';
import type { Change, LayerClass } from '../words/change.ts';
import type { Configuration } from '../workload/scenario.ts';
import { mustKnowPlaces } from './names.ts';
import { replacementsOf, withReplaced, type Replacements } from './replacements.ts';

/** The hooks of an architecture in one configuration. */
export interface Stack {
  readonly bodies: Bodies;
  /** Names of the layers, from the bottom up. */
  readonly layers: readonly string[];
  /** Changes that are in force. */
  readonly changes: ReadonlySet<string>;
  /** Bodies that changes put in the place of a function's own. */
  readonly replacements: Replacements;
}

/**
 * Changes that a configuration puts in force on an architecture, and the places on top of them. A name that this architecture does not know
 * may be known to another one (see `strangerIn`).
 * @throws Mistake SD_UNKNOWN_CHANGE, SD_INCOHERENT_CHANGES; SD_UNKNOWN_HOOK_NAME, SD_UNKNOWN_OPERATION for places that are nowhere
 */
export function changesOf(arch: ArchSpec, configuration: Configuration): Change[] {
  mustKnowPlaces(configuration.places ?? []);
  return [...inForce(changesKnownTo(arch), configuration), ...(configuration.places ?? []).map(changeAt)];
}

/** Changes that would switch nothing in a kernel: those to come that it has anyway, and those to go that it has not. */
export function idleSwitches(
  arch: ArchSpec,
  kernel: Configuration,
  { with: more = [], without: fewer = [] }: Pick<Configuration, 'with' | 'without'>,
): string[] {
  const has = new Set(changesOf(arch, kernel).map(({ name }) => name));
  return [...more.filter((name) => has.has(name)), ...fewer.filter((name) => !has.has(name))];
}

/**
 * Stacks Generic, the architecture's layers, and the changes in force.
 * @throws Mistake SD_UNKNOWN_HOOK, SD_MISSING_HOOK, SD_HOOK_NOT_GENERATOR; SD_BAD_PATCH where a change replaces what is not there
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
  const replacements = replacementsOf(changes);
  let bodies: Bodies = new Map();
  for (const layer of layers) {
    const container = new Container({ parent: services });
    container.bind(BELOW).toConstantValue(Object.fromEntries([...bodies].map(([name, body]) => [name, body.run])));
    container.bind(layer).toSelf();
    const instance: object = Object.freeze(container.get<object>(layer));
    bodies = overlay(bodies, withReplaced(bodiesOf(instance), instance, replacements));
  }
  requireAll(arch.id, bodies);
  return { bodies, layers: layers.map((l) => l.name), changes: new Set(changes.map((c) => c.name)), replacements };
}
