/** Packages of this workspace, and what of them is imported or started: their package.json says it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The name of the condition under which a package exports its sources. */
export const SOURCE = '@shootdown/source';

/**
 * Each package that has sources.
 * `entries`: sources of its faces, by the file in `dist` that a face is; and those which `shootdown.entries` names, which are started, or
 * imported by tests and tools of this workspace.
 */
export function packages() {
  const folders = [...readdirSync(join(root, 'packages')).map((name) => `packages/${name}`), 'examples'];
  return folders.flatMap((folder) => {
    const home = join(root, folder);
    const path = join(home, 'package.json');
    if (!existsSync(path) || !existsSync(join(home, 'src'))) return [];
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    const faces = Object.values(manifest.exports ?? {}).flatMap((face) => {
      const built = /^\.\/dist\/(.*)\.js$/.exec(face.default ?? '')?.[1];
      return built ? [[built, join(home, face[SOURCE])]] : [];
    });
    const more = (manifest.shootdown?.entries ?? []).map((entry) => [entry, join(home, 'src', `${entry}.ts`)]);
    return [{ name: basename(folder), folder, home, manifest, entries: Object.fromEntries([...faces, ...more]) }];
  });
}
