/** What an architecture is: layers of hooks, a machine, and how both changed over the years. */
import { Mistake, type Op } from '@shootdown/explorer';
import type { Cpu } from '../words/cpu.ts';
import type { Watch } from '../words/watch.ts';
import type { MachineSpec } from '../words/spec.ts';
import type { LayerClass } from './layer.ts';
import { archPattern } from './patterns.ts';
import { PROPOSALS } from './proposals.ts';
import type { Rule } from './rule.ts';

/** A form of the hooks (or of the architecture's own code) that some releases had and others not. */
export interface Change {
  /** snake_case name, which cases and reports use. */
  readonly name: string;
  /** Commit that brought it, or removed it, as known. */
  readonly commit: string;
  /** One sentence. */
  readonly says: string;
  /** First release that has it. Absent: it was there from the beginning, or it never shipped (see `shipped`). */
  readonly since?: string;
  /** First release that has it no more. */
  readonly until?: string;
  /** `never`: a form that no release had, for asking what a part of a hook is good for. */
  readonly shipped?: 'never';
  /** What the machine does otherwise with it. */
  readonly machine?: Partial<Pick<MachineSpec, 'softMask'>>;
  /** The hooks in that form. Absent: the architecture's own operations ask `cpu.has(name)`. */
  readonly layer?: LayerClass;
}

/** Code that only this architecture has, such as ppc64's walk for perf call chains. */
export type ArchOperation = (cpu: Cpu, ...args: readonly never[]) => Op<unknown>;

/** What `arch()` takes. */
export interface ArchDeclaration {
  /** Name in commands and reports. */
  readonly id: string;
  readonly title: string;
  /** What this machine is, in a few sentences. */
  readonly what: string;
  /** The architecture this one is a layer over. Its layers, changes and operations are kept. */
  readonly over?: ArchSpec;
  /** From the bottom up; `Generic` is below the first. */
  readonly layers: readonly LayerClass[];
  /** Classes that layers get injected, one instance each. They hold references to cells, never values. */
  readonly services?: readonly LayerClass[];
  readonly machine: MachineSpec;
  /** Keys of `machine` beside those of `MachineSpec`, which its own layers read, such as `pv_ops`. Architectures over this one have them too. */
  readonly machineKeys?: readonly string[];
  readonly history?: readonly Change[];
  readonly operations?: Readonly<Record<string, ArchOperation>>;
  /** Names under which reference data speak of this architecture, if not its id. */
  readonly alsoKnownAs?: readonly string[];
  /** Other processors under which counts of real kernels speak of it, with the numbers of the machine that differ there. */
  readonly variants?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** What may be switched off one at a time. Those of the architecture below are kept. */
  readonly rules?: readonly Rule[];
  /** Watchers of its own, which stories may ask by their sentences. Those of the architecture below are kept. */
  readonly watches?: readonly Watch[];
}

/** An architecture, complete and frozen. */
export interface ArchSpec {
  readonly id: string;
  readonly title: string;
  readonly what: string;
  readonly over: string | undefined;
  readonly layers: readonly LayerClass[];
  readonly ownLayers: readonly LayerClass[];
  readonly services: readonly LayerClass[];
  readonly machine: MachineSpec;
  readonly machineKeys: readonly string[];
  readonly history: readonly Change[];
  readonly operations: Readonly<Record<string, ArchOperation>>;
  readonly alsoKnownAs: readonly string[];
  readonly variants: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly rules: readonly Rule[];
  readonly watches: readonly Watch[];
}

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
  history: readonly Change[],
  bad: (what: string, hint: string) => never,
): void {
  const changes = [...PROPOSALS, ...history].map(({ name }) => name);
  for (const { name, off } of rules) {
    const strange = [...(off.hooks?.with ?? []), ...(off.hooks?.without ?? [])].find((one) => !changes.includes(one));
    if (strange !== undefined)
      bad(`its rule ${name} names a change ${strange}, which it has not.`, `Changes are ${changes.join(', ')}.`);
  }
}
