/**
 * Puts the built modules of each package into a few files: hundreds of files take longer to load than most searches.
 * Every face of a package (`index.js`, `plugin.js`) then leads into its bundle, so that whoever imports any of them, a plugin too, has
 * the same classes and symbols; other packages of the workspace stay outside for that reason. The modules stay beside the bundle, for
 * declarations, and for `coverage`.
 */
import { build } from 'esbuild';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashOf, hashOfFolder, noteOf } from '../packages/cli/bin/identity.mjs';
import { builtInsOfCommonJs, METADATA, outside, throughFaces, asWritten } from './lib/bundle-plugins.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const OWN = [
  import.meta.url,
  new URL('lib/bundle-plugins.mjs', import.meta.url),
  new URL('../packages/cli/bin/identity.mjs', import.meta.url),
].map((url) => fileURLToPath(url));
/** Files that are started, not imported. */
const STARTED = { cli: ['main', 'judge-worker', 'loader-hooks'] };
/** What was compiled and bundled, by the contents of its files: bin/built.mjs goes by it. Written when all packages are bundled. */
const STAMP = join(root, 'packages/cli/dist/bundle/stamp.json');
/** What a face is after bundling. */
const leads = (face) => `export * from './bundle/${face}.js';\n`;
const withDefault = (face) => `${leads(face)}export { default } from './bundle/${face}.js';\n`;

/** Is it a file that this script wrote, by its path below dist? */
export const isBundled = (path) => /^bundle[/\\]/.test(path) || path.endsWith('.plain.js');

/** Bundles the packages of which anything differs from what is in their bundle. */
export async function bundle() {
  const last = existsSync(STAMP) ? (JSON.parse(readFileSync(STAMP, 'utf8')).bundles ?? {}) : {};
  const bundles = {};
  for (const name of readdirSync(join(root, 'packages'))) {
    const faces = facesOf(name);
    if (faces.length > 0) bundles[name] = await bundleOne(join(root, 'packages', name), faces, last[name]);
  }
  writeFileSync(STAMP, `${JSON.stringify({ bundles, packages: compiled() })}\n`);
}

/** Of each package that was compiled: what the compiler noted, and the sources as it has read them. */
function compiled() {
  const names = readdirSync(join(root, 'packages')).filter((name) =>
    existsSync(join(root, 'packages', name, 'dist/.tsbuildinfo')),
  );
  return Object.fromEntries(
    names.map((name) => {
      const path = join(root, 'packages', name, 'dist/.tsbuildinfo');
      const { fileNames, fileInfos } = JSON.parse(readFileSync(path, 'utf8'));
      const sources = fileNames.flatMap((file, i) => {
        const source = `${name}/${file.replace(/^\.\.\//, '')}`;
        const { version } = typeof fileInfos[i] === 'string' ? { version: fileInfos[i] } : fileInfos[i];
        return /^\.\.\/src\//.test(file) ? [[source, asCompiled(join(root, 'packages', source), version)]] : [];
      });
      return [name, { notes: noteOf(path), sources: Object.fromEntries(sources) }];
    }),
  );
}

/** A file that was changed while it was compiled is read at each start, and differs. */
function asCompiled(path, hash) {
  const same = existsSync(path) && hashOf(readFileSync(path)) === hash;
  return same ? noteOf(path, hash) : { hash };
}

/** Names of files directly in dist that the package exports or starts. What is private is a tool, and stays as it is. */
function facesOf(name) {
  const path = join(root, 'packages', name, 'package.json');
  if (!existsSync(path)) return [];
  const { exports = {}, private: tool } = JSON.parse(readFileSync(path, 'utf8'));
  if (tool) return [];
  const exported = Object.values(exports).flatMap(
    (face) => /^\.\/dist\/([\w-]+)\.js$/.exec(face.default ?? '')?.[1] ?? [],
  );
  return [...exported, ...(STARTED[name] ?? [])];
}

async function bundleOne(home, faces, last) {
  const dist = join(home, 'dist');
  const place = join(dist, 'bundle');
  const plain = (face) => join(dist, `${face}.plain.js`);
  for (const face of faces) {
    const path = join(dist, `${face}.js`);
    const code = readFileSync(path, 'utf8');
    if (code.startsWith(leads(face))) continue;
    copyFileSync(path, plain(face));
    writeFileSync(path, /^export default /m.test(code) ? withDefault(face) : leads(face));
  }
  const inputs = inputsOf(dist);
  if (existsSync(place) && inputs === last) return inputs;
  rmSync(place, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: Object.fromEntries(faces.map((face) => [face, plain(face)])),
    outdir: place,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
    ...('reflect-metadata' in (JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).dependencies ?? {}) && {
      banner: { js: METADATA },
    }),
    plugins: [
      throughFaces(new Map(faces.map((face) => [join(dist, `${face}.js`), plain(face)]))),
      outside,
      asWritten(dist),
      builtInsOfCommonJs,
    ],
  });
  const names = renamed(metafile);
  if (names.length > 0)
    throw new Error(
      `the bundle of ${basename(home)} renames layers: ${names.join(', ')}. Another module of it declares the same name; give one of them another.`,
    );
  const owed = licenses(Object.keys(metafile.inputs));
  if (owed) writeFileSync(join(place, 'LICENSES.txt'), owed);
  return inputs;
}

/** One hash of what goes in: the modules of a package, and what bundles them. */
const inputsOf = (dist) =>
  hashOf(
    [
      hashOfFolder(dist, (path) => !/^bundle$/.test(path) && (path.endsWith('.js') || !/\.[^/]+$/.test(path))),
      ...OWN.map((path) => readFileSync(path, 'utf8')),
    ].join('\n'),
  );

/** Layers of hooks that have another name in the bundle: reports tell layers by the names of their classes. */
function renamed({ inputs, outputs }) {
  const read = (files) =>
    files
      .filter((file) => file.endsWith('.js'))
      .flatMap((file) => classesIn(readFileSync(resolve(root, file), 'utf8')));
  const layers = new Set(
    read(Object.keys(inputs).filter((file) => /packages[/\\]arch-|dist[/\\]arch[/\\]/.test(file))),
  );
  return read(Object.keys(outputs)).filter((name) => !layers.has(name) && layers.has(name.replace(/\d+$/, '')));
}
/** By its own name; a class without one is called as what it is assigned to. */
const classesIn = (code) =>
  [...code.matchAll(/\bclass (\w+)|\b(?:var|let|const) (\w+) ?= ?class\b(?! \w)/g)].flatMap(
    ([, own, assigned]) => own ?? assigned,
  );

/** Licenses of what comes from outside. */
function licenses(inputs) {
  const packages = new Set(inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? []));
  return [...packages]
    .sort()
    .map((folder) => {
      const path = join(root, folder);
      const name = readdirSync(path).find((file) => /^licen[cs]e/i.test(file));
      return `${relative(root, folder).replace(/^.*node_modules[/\\]/, '')}\n\n${name ? readFileSync(join(path, name), 'utf8') : `${JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')).license}\n`}`;
    })
    .join('\n\n');
}
