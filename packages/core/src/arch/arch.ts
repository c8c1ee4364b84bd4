/** Makes an architecture of its declaration, checked. */
import { Mistake } from '@shootdown/explorer';
import { changesKnownTo } from './changes.ts';
import type { ArchDeclaration, ArchSpec } from './declaration.ts';
import { archPattern } from './patterns.ts';

/**
 * Makes an architecture.
 * @throws Mistake SD_BAD_ARCH when the declaration contradicts itself
 */
export function arch(d: ArchDeclaration): ArchSpec {
  const bad = (what: string, hint: string): never => {
    throw new Mistake('SD_BAD_ARCH', `architecture ${d.id || '(no id)'}: ${what}`, hint);
  };
  const machineKeys = [...(d.over?.machineKeys ?? []), ...(d.machineKeys ?? [])];
  const flaw = archPattern(machineKeys)(d, '');
  if (flaw) bad(flaw.at === '' ? `it ${flaw.what}.` : `its ${flaw.at} ${flaw.what}.`, flaw.hint);
  if (!/^[a-z0-9][a-z0-9-]*$/.test(d.id))
    bad('its id is not a plain name.', 'Use lower case letters, digits and dashes, such as x86-64.');
  if (d.layers.length === 0 && !d.over) bad('it has no layer.', 'Give at least one class of hook bodies.');
  const history = [...(d.over?.history ?? []), ...(d.history ?? [])];
  const twice = history.find((c, i) => history.findIndex((o) => o.name === c.name) !== i);
  if (twice) bad(`two changes are called ${twice.name}.`, 'Give one of them another name.');
  const { geometry } = d.machine;
  if (geometry.pageShift < 9 || Object.values(geometry.bits).some((b) => b < 0 || b > 20))
    bad(
      'its geometry is impossible.',
      'pageShift is log2 of the page size in bytes, bits are index bits of a level (0 when folded).',
    );
  if (geometry.bits.pte === 0 || geometry.bits.pmd === 0)
    bad('its pte or pmd level is folded.', 'Fold upper levels (pud, p4d) instead.');
  for (const [name, numbers] of Object.entries(d.variants ?? {}))
    for (const key of Object.keys(numbers))
      if (!(key in d.machine.numbers))
        bad(
          `its variant ${name} has a number ${key}, which the machine has not.`,
          `Numbers are ${Object.keys(d.machine.numbers).join(', ')}.`,
        );
  checkRules(d, history, bad);
  return Object.freeze({
    id: d.id,
    title: d.title,
    what: d.what,
    over: d.over?.id,
    ownLayers: d.layers,
    layers: [...(d.over?.layers ?? []), ...d.layers],
    services: [...(d.over?.services ?? []), ...(d.services ?? [])],
    machine: d.machine,
    machineKeys,
    history,
    operations: { ...d.over?.operations, ...d.operations },
    alsoKnownAs: d.alsoKnownAs ?? [],
    variants: d.variants ?? {},
    rules: [...(d.over?.rules ?? []), ...(d.rules ?? [])],
    watches: [...(d.over?.watches ?? []), ...(d.watches ?? [])],
  });
}

/** A rule that switches what is not there switches nothing. */
function checkRules(
  { rules = [] }: ArchDeclaration,
  history: ArchSpec['history'],
  bad: (what: string, hint: string) => never,
): void {
  const changes = changesKnownTo({ history }).map(({ name }) => name);
  for (const { name, off } of rules) {
    const strange = [...(off.with ?? []), ...(off.without ?? [])].find((one) => !changes.includes(one));
    if (strange !== undefined)
      bad(`its rule ${name} names a change ${strange}, which it has not.`, `Changes are ${changes.join(', ')}.`);
  }
}
