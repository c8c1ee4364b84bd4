/** A patch: what somebody would have otherwise in the kernel that is there, on every architecture. */
import { Mistake } from '@shootdown/explorer';
import type { Region } from '../words/cells.ts';
import type { Change, LayerClass, ReplacementBody } from '../words/change.ts';
import type { MachineSpec } from '../words/spec.ts';
import type { Watch } from '../words/watch.ts';
import { patchPattern } from './patterns.ts';

/** What `patch()` takes, and gives back checked. */
export interface Patch {
  /** snake_case name, by which commands and tokens tell it from the changes that are known: `collapse_syncs_late`. */
  readonly name: string;
  /** What the kernel does with it, in one sentence. */
  readonly says: string;
  /** Version of shootdown whose code its bodies were taken from: another one may have other bodies. */
  readonly writtenFor?: string;
  /** Other bodies of functions, by name (`Change.replaces`). */
  readonly replaces?: Readonly<Record<string, ReplacementBody>>;
  /** Hooks that come on top of those of an architecture, by its id; `*` for those that are not named. */
  readonly layers?: Readonly<Record<string, LayerClass>>;
  /** Switches of its own, which its code asks with `cpu.has` and stories may name. */
  readonly changes?: readonly Change[];
  /** Watchers of its own, which stories may ask by their sentences. */
  readonly watches?: readonly Watch[];
  /** Memory of its own, on every architecture. */
  readonly cells?: readonly Region[];
  /** Kinds of steps of its own. */
  readonly steps?: NonNullable<MachineSpec['steps']>;
}

const patches = new WeakSet<object>();
export const isPatch = (value: unknown): value is Patch =>
  typeof value === 'object' && value !== null && patches.has(value);

/**
 * Makes a patch, the default export of its file.
 * @throws Mistake SD_BAD_PATCH when the declaration means nothing, or replaces nothing. Names are looked up when it is applied
 */
export function patch(declaration: Patch): Patch {
  const bad = (what: string, hint: string): never => {
    throw new Mistake('SD_BAD_PATCH', `patch ${declaration.name || '(no name)'}: ${what}`, hint);
  };
  const flaw = patchPattern(declaration, '');
  if (flaw) bad(flaw.at === '' ? `it ${flaw.what}.` : `its ${flaw.at} ${flaw.what}.`, flaw.hint);
  if (!/^[a-z][a-z0-9_]*$/.test(declaration.name))
    bad('its name is not a plain one.', 'Use lower case letters, digits and underscores, such as collapse_syncs_late.');
  const { replaces = {}, layers = {}, watches = [] } = declaration;
  if (Object.keys(replaces).length + Object.keys(layers).length + watches.length === 0)
    bad('it replaces nothing.', 'Name a function under replaces, a hook under layers, or a watcher under watches.');
  const made = Object.freeze({ ...declaration });
  patches.add(made);
  return made;
}
