/** Where things are in the workspace, and which architectures it has. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Top of the workspace that this package stands in. */
export const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
/** What builds of the docs keep. */
export const cache = join(root, '.cache', 'docs');

/** Entry files of the packages of architectures that the config names. */
export async function archEntries(): Promise<string[]> {
  // eslint-disable-next-line no-restricted-syntax -- the config names architectures by name or path
  const { default: config } = (await import(pathToFileURL(join(root, 'shootdown.config.mjs')).href)) as {
    default: { arches: readonly string[] };
  };
  // A package that the config names by its name is one that the command line depends on.
  const require = createRequire(join(root, 'packages', 'cli', 'package.json'));
  return config.arches.map((entry) => (/^\.{0,2}\//.test(entry) ? resolve(root, entry) : require.resolve(entry)));
}

/** Folder of the package that `file` belongs to. */
export function packageOf(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder))
    if (existsSync(join(folder, 'package.json'))) return folder;
}

export const fromRoot = (path: string): string => relative(root, path);

/** One word for the built code and data of some packages and of every package of the workspace they need. */
export function fingerprint(folders: readonly string[]): string {
  const seen = new Set<string>();
  const visit = (folder: string): void => {
    if (seen.has(folder)) return;
    seen.add(folder);
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    const own = Object.keys(dependencies).filter((name) => dependencies[name]?.startsWith('workspace:'));
    for (const name of own) visit(resolve(root, 'packages', name.replace(/^@shootdown\//, '')));
  };
  folders.forEach(visit);
  const hash = createHash('sha256');
  for (const folder of [...seen].sort())
    for (const part of ['dist', 'data'])
      for (const file of filesUnder(join(folder, part)).filter(
        (f) => /\.(js|json)$/.test(f) && !f.endsWith('stamp.json'),
      ))
        hash.update(fromRoot(file)).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}

/** Every file under a folder, by alphabet; none when there is no such folder. */
export function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
