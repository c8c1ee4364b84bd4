/**
 * The pass that instruments generators, bundled from its sources before anything else: whatever runs instrumented code needs no built
 * package for that. Kept in `.cache` until one of its sources changes.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { hashOf, isAsNoted, readNoted } from '../../packages/cli/bin/identity.mjs';
import { packages, root, SOURCE } from './packages.mjs';

const CACHE = join(root, '.cache/pass');
const NOTES = join(CACHE, 'notes.json');

/** Its file, and a word that is another one after any change. */
export const { path, version } = kept() ?? (await bundled());

function kept() {
  if (!existsSync(NOTES)) return undefined;
  const { version, sources } = JSON.parse(readFileSync(NOTES, 'utf8'));
  const path = join(CACHE, `${version}.mjs`);
  const same = Object.entries(sources).every(([source, note]) => isAsNoted(join(root, source), note));
  return same && existsSync(path) ? { path, version } : undefined;
}

async function bundled() {
  const face = packages().flatMap(({ home, manifest }) => {
    const source = manifest.exports?.['./instrument']?.[SOURCE];
    return source && !manifest.private ? [join(home, source)] : [];
  })[0];
  const { build } = await import('esbuild');
  const sources = {};
  const { outputFiles } = await build({
    entryPoints: [face],
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    conditions: [SOURCE],
    write: false,
    logLevel: 'warning',
    plugins: [
      {
        name: 'noted',
        setup({ onLoad }) {
          onLoad({ filter: /\.(m?js|ts)$/ }, ({ path }) => {
            const { content, note } = readNoted(path);
            sources[relative(root, path)] = note;
            return { contents: content, loader: path.endsWith('.ts') ? 'ts' : 'js' };
          });
        },
      },
    ],
  });
  const { text } = outputFiles[0];
  const version = hashOf(text);
  mkdirSync(CACHE, { recursive: true });
  const put = (path, content) => {
    writeFileSync(`${path}.${process.pid}`, content);
    renameSync(`${path}.${process.pid}`, path);
    return path;
  };
  const path = put(join(CACHE, `${version}.mjs`), text);
  put(NOTES, JSON.stringify({ version, sources }));
  return { path, version };
}
