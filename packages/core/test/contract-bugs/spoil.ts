/** How a story is explored with one claim asked, and how a layer spoils what is below it. */
import type { Layer } from '../../src/arch/layer.ts';
import type { LayerClass } from '../../src/words/change.ts';
import { Generic } from '../../src/arch/generic.ts';
import { exploreSync, rig, type ArchSpec, type Exploration } from '../../src/testing.ts';
import type { Configuration, Scenario } from '../../src/workload/scenario.ts';
import { Toy, toyArch, v6_1 } from '../rig/toy-arch.ts';

/** A bug planted into a story: a layer over the toy architecture, another story, or an older kernel. */
export type Bug = { readonly layer: Layer } | { readonly story: Scenario } | { readonly kernel: Configuration };

/** One claim, the story in which it holds, and what breaks it there. */
export interface Planted {
  /** `hook: sentence` */
  readonly claim: string;
  /** What is wrong in the bug, as a predicate of the hook or of its caller. */
  readonly says: string;
  readonly holdsIn: Scenario;
  readonly bug: Bug;
}

/** Bodies to build spoiled ones from. */
export const generic = new Generic();
export const toy = new Toy();

/** A layer from an object literal. */
export function layerOf(bodies: Layer): LayerClass {
  class Spoiled {}
  Object.assign(Spoiled.prototype, bodies);
  return Spoiled;
}

/** The toy architecture with one layer more. */
export const under = (bodies: Layer): ArchSpec => toyArch({ layers: [Toy, layerOf(bodies)] });

const bounds = { maxStates: 400_000 };

/** Claims that fail in a story, up to the first. */
export function broken(story: Scenario, claim: string, bug?: Bug): string[] {
  const spec = bug && 'layer' in bug ? under(bug.layer) : toyArch();
  const kernel = bug && 'kernel' in bug ? bug.kernel : v6_1;
  const told = bug && 'story' in bug ? bug.story : story;
  const found = exploreSync(rig(spec, { ...told, asks: [claim] }, kernel).system, { stopAtFirst: true, ...bounds });
  if (found.outcome === 'bound') throw new Error(`${told.name} has too many states`);
  return found.violations.map((v) => v.claim);
}

/** Explores a story to its end, counting how often each claim held. */
export function counted(spec: ArchSpec, story: Scenario, claims: readonly string[]): Exploration {
  const found = exploreSync(rig(spec, { ...story, asks: claims }, v6_1, { claims, musts: 'tally' }).system, {
    stopAtFirst: true,
    ...bounds,
  });
  if (found.outcome === 'bound') throw new Error(`${story.name} has too many states`);
  return found;
}
