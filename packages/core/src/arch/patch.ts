/** Makes a patch of its declaration, checked. */
import { Mistake } from '@shootdown/explorer';
import type { Patch } from '../words/patch.ts';
import { patchPattern } from './patterns.ts';

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
  const { replaces = {}, layers = {}, watches = [], changes = [] } = declaration;
  const replacing = changes.filter((change) => change.replaces ?? change.layer);
  if (Object.keys({ ...replaces, ...layers }).length + watches.length + replacing.length === 0)
    bad('it replaces nothing.', 'Name a function under replaces, a hook under layers, or a watcher under watches.');
  const made = Object.freeze({ ...declaration });
  patches.add(made);
  return made;
}
