/** Which layer of an architecture answers for each hook, and where its body stands in Linux. */
import type { ArchSpec } from '../arch/declaration.ts';
import type { Source } from '../words/source.ts';
import type { Configuration } from '../workload/scenario.ts';
import { changesOf, stackOf } from './stack.ts';

export interface HookBody {
  readonly hookName: string;
  readonly layer: string;
  readonly source?: Source;
  /** Is it a layer of the architecture itself, not the kernel's generic one nor one it stands over? */
  readonly own: boolean;
}

/** The release whose hooks are meant when nobody says another. */
export const DEFAULT_RELEASE = 'v6.1';

/** @throws Mistake when the architecture is incomplete */
export function hooksOf(
  arch: ArchSpec,
  configuration: Configuration = { release: DEFAULT_RELEASE, says: '' },
): HookBody[] {
  const changes = changesOf(arch, configuration);
  const own = new Set([...arch.ownLayers, ...changes.flatMap((c) => (c.layer ? [c.layer] : []))].map((l) => l.name));
  return [...stackOf(arch, changes).bodies.values()].map(({ hookName, layer, source }) => ({
    hookName,
    layer,
    own: own.has(layer),
    ...(source ? { source } : {}),
  }));
}
