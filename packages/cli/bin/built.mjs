/** Says why the packages of this workspace cannot be run as they are. */
import { readdirSync, statSync } from 'node:fs';

const timeOf = (path) => statSync(new URL(path, import.meta.url), { throwIfNoEntry: false })?.mtimeMs;

/** Undefined when they can. A package that was installed has no notes of the compiler, and can always. */
export function notBuilt() {
  if (timeOf('../dist/main.js') === undefined) return 'not built yet';
  const bundled = timeOf('../dist/bundle/stamp.json') ?? 0;
  const packages = readdirSync(new URL('../../', import.meta.url), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const since = packages.some(({ name }) => timeOf(`../../${name}/dist/.tsbuildinfo`) > bundled);
  return since ? 'compiled, but not bundled since' : undefined;
}
