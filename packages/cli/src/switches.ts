/** Changes of hooks that are named with options: each has to be known, and to change something. */
import type { ArchSpec, Configuration } from '@shootdown/core';
import { mustBeOneOf } from './select.ts';
import type { Core } from './tokens.ts';

/** @throws Mistake SD_BAD_OPTION for a change that the architecture does not know */
export function mustKnow(arch: ArchSpec, hooks: Configuration['hooks'], option: string, core: Core): void {
  const { changes } = core.namesKnownTo([arch]);
  for (const name of [...(hooks?.with ?? []), ...(hooks?.without ?? [])])
    mustBeOneOf(name, changes, option, `change of ${arch.id}`, core);
}

/** @throws Mistake SD_BAD_OPTION for one that it does not know, and for one that leaves the kernel as it is */
export function mustSwitch(
  arch: ArchSpec,
  kernel: Configuration,
  hooks: Configuration['hooks'],
  option: string,
  core: Core,
): void {
  mustKnow(arch, hooks, option, core);
  const [idle] = core.idleSwitches(arch, kernel, hooks);
  if (idle === undefined) return;
  const has = hooks?.with?.includes(idle);
  throw new core.Mistake(
    'SD_BAD_OPTION',
    `${option} changes nothing: ${kernel.release} on ${arch.id} ${has ? `has ${idle} anyway` : `has no ${idle}`}.`,
    'Leave it out, or choose another release. See: shootdown list changes.',
  );
}
