/** Changes that are named with options: each has to be known, and to change something. */
import { Mistake } from '@shootdown/core/mistakes';
import type { ArchSpec, Configuration } from '@shootdown/core';
import { mustBeOneOf } from './select.ts';
import type { Core } from './tokens.ts';

/** Changes of one kernel against another. */
type Switches = Pick<Configuration, 'with' | 'without'>;

/** @throws Mistake SD_BAD_OPTION for a change that neither generic code nor the architecture knows */
export function mustKnow(arch: ArchSpec, changes: Switches, option: string, core: Core): void {
  const known = core.namesKnownTo([arch]).changes;
  for (const name of [...(changes.with ?? []), ...(changes.without ?? [])])
    mustBeOneOf(name, known, option, `change of ${arch.id}`);
}

/** @throws Mistake SD_BAD_OPTION for one that it does not know, and for one that leaves the kernel as it is */
export function mustSwitch(arch: ArchSpec, kernel: Configuration, changes: Switches, option: string, core: Core): void {
  mustKnow(arch, changes, option, core);
  const [idle] = core.idleSwitches(arch, kernel, changes);
  if (idle === undefined) return;
  const has = changes.with?.includes(idle);
  throw new Mistake(
    'SD_BAD_OPTION',
    `${option} changes nothing: ${kernel.release} on ${arch.id} ${has ? `has ${idle} anyway` : `has no ${idle}`}.`,
    'Leave it out, or choose another release. See: npx shootdown list changes.',
  );
}
