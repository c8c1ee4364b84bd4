/** An architecture whose kernels may have a patch: it is one more change, in force where a configuration names it. */
import type { ArchSpec } from '../arch/declaration.ts';
import { changesKnownTo } from '../arch/changes.ts';
import { Generic } from '../arch/generic.ts';
import { didYouMean, Mistake } from '@shootdown/explorer';
import type { Change } from '../words/change.ts';
import type { Patch } from '../words/patch.ts';
import type { Configuration } from '../workload/scenario.ts';
import { replacementsOf } from './replacements.ts';

/**
 * Makes a patch known to architectures.
 * @throws Mistake SD_BAD_PATCH where it names a function, a layer or an architecture that is not there, or has the name of a change
 */
export function withPatch(archs: readonly ArchSpec[], patch: Patch): ArchSpec[] {
  const bad = (what: string, hint: string): never => {
    throw new Mistake('SD_BAD_PATCH', `patch ${patch.name}: ${what}`, hint);
  };
  for (const id of Object.keys(patch.layers ?? {})) {
    if (id === '*' || archs.some((arch) => arch.id === id)) continue;
    const ids = archs.map((arch) => arch.id);
    const near = didYouMean(id, ids);
    bad(
      `it has a layer for ${id}, which is no architecture.`,
      near ? `Did you mean ${near}?` : `Architectures are ${ids.join(', ')}.`,
    );
  }
  const { hooks } = replacementsOf([changeOf(patch, '')]);
  const known = new Set(archs.flatMap(bodyNames));
  for (const name of hooks.keys()) {
    if (known.has(name)) continue;
    const near = didYouMean(name, known);
    bad(
      `it replaces ${name}, and no layer of these architectures has such a body.`,
      near ? `Did you mean ${near}?` : `See: npx shootdown explain ${name.replace(/.*\./, '')}.`,
    );
  }
  return archs.map((arch) => patchedArch(arch, patch, bad));
}

function patchedArch(arch: ArchSpec, patch: Patch, bad: (what: string, hint: string) => never): ArchSpec {
  const added = [changeOf(patch, arch.id), ...(patch.changes ?? [])];
  const names = changesKnownTo(arch).map(({ name }) => name);
  const twice = added.find(({ name }, i) => names.includes(name) || added.findIndex((o) => o.name === name) !== i);
  if (twice) bad(`${arch.id} has a change ${twice.name} already.`, 'Give it another name.');
  return Object.freeze({
    ...arch,
    history: [...arch.history, ...added],
    watches: [...arch.watches, ...(patch.watches ?? [])],
    machine: {
      ...arch.machine,
      cells: [...arch.machine.cells, ...(patch.cells ?? [])],
      ...(patch.steps && { steps: [...(arch.machine.steps ?? []), ...patch.steps] }),
    },
  });
}

/** A kernel, with the patch. */
export const withPatchIn = (configuration: Configuration, { name }: Pick<Patch, 'name'>): Configuration => ({
  ...configuration,
  with: [...(configuration.with ?? []), name],
  says: `${configuration.says}, with ${name}`,
});

function changeOf({ name, says, replaces, layers }: Patch, arch: string): Change {
  const layer = layers?.[arch] ?? layers?.['*'];
  return {
    name,
    commit: 'none',
    shipped: 'never',
    says,
    ...(replaces && { replaces }),
    ...(layer && { layer }),
  };
}

/** `LAYER.HOOK` for every body that may answer on an architecture. */
function bodyNames(arch: ArchSpec): string[] {
  const layers = [Generic, ...arch.layers, ...changesKnownTo(arch).flatMap(({ layer }) => layer ?? [])];
  return layers.flatMap((layer) => {
    const names: string[] = [];
    for (
      let proto = layer.prototype as object;
      proto !== Object.prototype;
      proto = Object.getPrototypeOf(proto) as object
    )
      names.push(...Object.getOwnPropertyNames(proto).filter((name) => name !== 'constructor'));
    return names.map((name) => `${layer.name}.${name}`);
  });
}
