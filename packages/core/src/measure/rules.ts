/** Perturbation: a rule is switched off, and the counts say which operations notice. */
import type { ArchSpec } from '../arch/declaration.ts';
import type { Rule } from '../arch/rule.ts';
import { changesKnownTo } from '../arch/changes.ts';
import { GENERIC_CHANGES, inForce } from '../kernel/changes.ts';
import { didYouMean, Mistake } from '@shootdown/explorer';
import type { Change } from '../words/change.ts';
import type { Configuration } from '../workload/scenario.ts';
import type { MeasureOptions } from './measure.ts';

/** Rules of generic code that are numbers; the others are its changes. */
const GENERIC: readonly Rule[] = [
  {
    name: 'gather_batches',
    says: 'A gather has further batches when its first places are full.',
    off: { numbers: { MAX_GATHER_BATCH_COUNT: 0 } },
  },
];

/** A change, and those that build on it: they cannot stay without it. */
function withDependants(name: string, among: readonly Change[]): string[] {
  const gone = new Set([name]);
  for (const change of among) if (change.needs?.some((needed) => gone.has(needed))) gone.add(change.name);
  return [...gone];
}

/** Everything that can be switched off when an architecture is measured: changes of generic code, then its own rules. */
export function rulesOf(arch: ArchSpec, { release }: Configuration): Rule[] {
  const changes = inForce(GENERIC_CHANGES, { release });
  const generic = changes.map(({ name, says }): Rule => ({
    name,
    says,
    off: { without: withDependants(name, changes) },
  }));
  return [...generic, ...GENERIC, ...arch.rules];
}

/** The same measurement without a rule. */
export function withoutRule<T extends Partial<MeasureOptions> & { readonly configuration: Configuration }>(
  options: T,
  { name, off }: Rule,
): T {
  const { configuration } = options;
  return {
    ...options,
    numbers: { ...options.numbers, ...off.numbers },
    configuration: {
      ...configuration,
      says: `${configuration.says} without ${name}`,
      with: [...(configuration.with ?? []), ...(off.with ?? [])],
      without: [...(configuration.without ?? []), ...(off.without ?? [])],
      config: { ...configuration.config, ...off.config },
    },
  };
}

/** Could a measurement be another one without the rule? No when nothing that it switches was asked for. */
export function mayMatter({ off }: Rule, arch: ArchSpec, asked: readonly string[]): boolean {
  const changes = [...(off.with ?? []), ...(off.without ?? [])];
  const isLayer = changesKnownTo(arch).some(({ name, layer }) => layer !== undefined && changes.includes(name));
  return (
    isLayer ||
    off.config !== undefined ||
    [...changes, ...Object.keys(off.numbers ?? {})].some((name) => asked.includes(name))
  );
}

/**
 * The rule of that name; undefined where an architecture has none.
 * @throws Mistake SD_BAD_OPTION when no architecture has it
 */
export function ruleNamed(
  name: string,
  archs: readonly ArchSpec[],
  configuration: Configuration,
): (arch: ArchSpec) => Rule | undefined {
  const known = new Set(archs.flatMap((arch) => rulesOf(arch, configuration).map((rule) => rule.name)));
  if (!known.has(name)) {
    const near = didYouMean(name, known);
    throw new Mistake(
      'SD_BAD_OPTION',
      `there is no rule ${name}.`,
      near ? `Did you mean ${near}?` : `Rules are ${[...known].join(', ')}.`,
    );
  }
  return (arch) => rulesOf(arch, configuration).find((rule) => rule.name === name);
}
