/** Says why the packages of this workspace cannot be run as they are. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isAsNoted } from './identity.mjs';

const packages = new URL('../../', import.meta.url);
const pathOf = (name) => fileURLToPath(new URL(name, packages));

/** Undefined when they can. Packages that were installed can always. */
export function notBuilt() {
  if (!existsSync(new URL('../dist/main.js', import.meta.url))) return 'not built yet';
  if (/[/\\]node_modules[/\\]/.test(pathOf(''))) return undefined;
  for (const { name } of readdirSync(packages, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    if (!existsSync(pathOf(`${name}/package.json`)) || !existsSync(pathOf(`${name}/src`))) continue;
    const stamp = pathOf(`${name}/dist/stamp.json`);
    if (!existsSync(stamp)) return `packages/${name} is not built yet`;
    const { sources } = JSON.parse(readFileSync(stamp, 'utf8'));
    const changed = Object.entries(sources).find(([path, note]) => !isAsNoted(pathOf(`${name}/${path}`), note));
    if (changed) return `packages/${name}/${changed[0]} was changed since it was built`;
  }
  return undefined;
}
