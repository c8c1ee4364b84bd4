/** Says why the packages of this workspace cannot be run as they are. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isAsNoted } from './identity.mjs';

const STAMP = new URL('../dist/bundle/stamp.json', import.meta.url);
const packages = new URL('../../', import.meta.url);
const pathOf = (name) => fileURLToPath(new URL(name, packages));

/** Undefined when they can. A package that was installed has no notes of the compiler, and can always. */
export function notBuilt() {
  if (!existsSync(new URL('../dist/main.js', import.meta.url))) return 'not built yet';
  const noted = existsSync(STAMP) ? (JSON.parse(readFileSync(STAMP, 'utf8')).packages ?? {}) : {};
  for (const { name } of readdirSync(packages, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    const compiled = pathOf(`${name}/dist/.tsbuildinfo`);
    if (!existsSync(compiled)) continue;
    const { notes, sources } = noted[name] ?? {};
    if (notes === undefined || !isAsNoted(compiled, notes)) return 'compiled, but not bundled since';
    const changed = Object.entries(sources).find(([path, note]) => !isAsNoted(pathOf(path), note));
    if (changed) return `packages/${changed[0]} was changed since it was compiled`;
  }
  return undefined;
}
