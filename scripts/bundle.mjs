/**
 * Puts the built modules of core, and the container it uses, into a few files: hundreds of files take longer to load than most searches.
 * Every face of the package (`index.js`, `plugin.js`, `testing.js`) then leads into the bundle, so that whoever imports any of them, a
 * plugin too, has the same classes and symbols. The modules stay beside it, for declarations, and for `coverage`.
 */
import { build } from 'esbuild';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'packages/core/dist');
const FACES = ['index', 'plugin', 'testing'];
const STAMP = join(dist, 'bundle/stamp.json');
/** What a face is after bundling. */
const leads = (face) => `export * from './bundle/${face}.js';\n`;
/** A face as the compiler wrote it. */
const plain = (face) => join(dist, `${face}.plain.js`);

/** Is it a file that this script wrote, by its path below dist? */
export const isBundled = (path) => /^bundle[/\\]/.test(path) || path.endsWith('.plain.js');

/** Bundles core anew when anything of it is newer than the bundle. */
export async function bundle() {
  for (const face of FACES) {
    const path = join(dist, `${face}.js`);
    if (readFileSync(path, 'utf8') === leads(face)) continue;
    copyFileSync(path, plain(face));
    writeFileSync(path, leads(face));
  }
  if (existsSync(STAMP) && newest() <= statSync(STAMP).mtimeMs) return;
  rmSync(join(dist, 'bundle'), { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: Object.fromEntries(FACES.map((face) => [face, plain(face)])),
    outdir: join(dist, 'bundle'), absWorkingDir: root,
    bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20.19', sourcemap: true, sourcesContent: false, metafile: true, logLevel: 'warning',
    // One copy for all who import it, and the parser, which only a face of its own needs.
    external: ['reflect-metadata', 'acorn'],
    plugins: [throughFaces],
  });
  const names = renamed(metafile);
  if (names.length > 0) throw new Error(`the bundle renames layers: ${names.join(', ')}. Another module of core declares the same name; give one of them another.`);
  writeFileSync(join(dist, 'bundle/LICENSES.txt'), licenses(Object.keys(metafile.inputs)));
  writeFileSync(STAMP, '{}\n');
}

/** A face that another one imports is the one that the compiler wrote. */
const throughFaces = {
  name: 'through-faces',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const face = FACES.find((one) => resolve(resolveDir, path) === join(dist, `${one}.js`));
      return face && { path: plain(face) };
    });
  },
};

/** Time of the latest change of what goes in. */
const newest = () =>
  Math.max(
    statSync(fileURLToPath(import.meta.url)).mtimeMs,
    // Written by the compiler whenever it has looked at a change: bin/shootdown.mjs goes by it.
    statSync(join(dist, '.tsbuildinfo')).mtimeMs,
    ...readdirSync(dist, { recursive: true }).filter((file) => file.endsWith('.js') && !/^bundle[/\\]/.test(file)).map((file) => statSync(join(dist, file)).mtimeMs),
  );

/** Layers of hooks that have another name in the bundle: reports tell layers by the names of their classes. */
function renamed({ inputs, outputs }) {
  const read = (files) => files.filter((file) => file.endsWith('.js')).flatMap((file) => classesIn(readFileSync(resolve(root, file), 'utf8')));
  const layers = new Set(read(Object.keys(inputs).filter((file) => /dist[/\\]arch[/\\]/.test(file))));
  return read(Object.keys(outputs)).filter((name) => !layers.has(name) && layers.has(name.replace(/\d+$/, '')));
}
const classesIn = (code) => [...code.matchAll(/\bclass (\w+)|\b(?:var|let|const) (\w+) = class\b/g)].flatMap(([, declared, assigned]) => declared ?? assigned);

/** Licenses of what comes from outside. */
function licenses(inputs) {
  const packages = new Set(inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? []));
  return [...packages].sort().map((folder) => {
    const path = join(root, folder);
    const name = readdirSync(path).find((file) => /^licen[cs]e/i.test(file));
    return `${relative(root, folder).replace(/^.*node_modules[/\\]/, '')}\n\n${name ? readFileSync(join(path, name), 'utf8') : `${JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')).license}\n`}`;
  }).join('\n\n');
}
