/**
 * Builds the workspace in one pass. `tsc` checks types and writes declarations, into `types`. Beside it the sources of each package are
 * stripped of their types, instrumented and bundled: hundreds of files take longer to load than most searches. The explorer then tells
 * local states by their frames, and measurements run without generators. All faces of a package lead into the same bundle, so that whoever
 * imports any of them, a plugin too, has the same classes and symbols; other packages of the workspace stay outside for that reason.
 *
 * `dist` of a package takes its place at once, and only where everything is right: until then, and where a build was interrupted, there
 * stands what stood there. Its `stamp.json` notes the sources, by which `packages/cli/bin/built.mjs` tells that they were changed since.
 * `sites.json` has the places of its instrumented functions, for `coverage`.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { hashOf, isAsNoted, noteOf, readNoted } from '../packages/cli/bin/identity.mjs';
import { packages, root } from './lib/packages.mjs';
import { version } from './lib/pass-file.mjs';
import { put, putInPlace } from './lib/place.mjs';

const CACHE = join(root, '.cache/build');
/** Notes of what `tsc` was content with last. */
const CHECKED = join(CACHE, 'checked.json');
/** What makes bundles. What comes from outside is in the lockfile. */
const TOOLS = ['pnpm-lock.yaml', 'build/build.mjs', ...filesBelow('build/lib')];

const tools = [version, ...TOOLS.map((path) => readFileSync(join(root, path), 'utf8'))].join('\n');
const stale = packages().flatMap((one) => {
  const made = hashOf(tools + JSON.stringify(one.manifest));
  return isFresh(one, made) ? [] : [{ ...one, made }];
});
// Bundles while `tsc` is at work, which says better what is wrong with a file that cannot be read.
const bundling = Promise.allSettled(stale.map(bundled));
if (await checkTypes()) process.exit(1);
const bundles = await bundling;
for (const { status, reason } of bundles) if (status === 'rejected') throw reason;
for (const { value } of bundles)
  putInPlace({ dist: join(value.home, 'dist'), files: value.files, aside: join(CACHE, `${value.name}.aside`) });

/** Files below a folder of the workspace, by their paths from its top. */
function filesBelow(folder) {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** Are these files, and no others, as they were noted? */
function areAsNoted(paths, notes) {
  return (
    paths.length === Object.keys(notes).length &&
    paths.every((path) => path in notes && isAsNoted(join(root, path), notes[path]))
  );
}

/** Is there something wrong with the types? `tsc` says what. It is not asked where nothing changed since it was content. */
async function checkTypes() {
  const projects = ['packages', 'tools'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  );
  const paths = [
    ...readdirSync(root).filter((name) => /^tsconfig.*\.json$|^pnpm-lock\.yaml$/.test(name)),
    ...[...projects, 'examples'].flatMap((project) => [
      ...['package.json', 'tsconfig.json']
        .map((name) => `${project}/${name}`)
        .filter((path) => existsSync(join(root, path))),
      ...['src', 'test'].flatMap((name) => filesBelow(`${project}/${name}`)).filter((path) => /\.tsx?$/.test(path)),
    ]),
  ];
  const written = packages().every(({ home }) => existsSync(join(home, 'types/.tsbuildinfo')));
  if (written && existsSync(CHECKED) && areAsNoted(paths, JSON.parse(readFileSync(CHECKED, 'utf8')))) return false;
  rmSync(CHECKED, { force: true });
  const notes = Object.fromEntries(paths.map((path) => [path, noteOf(join(root, path))]));
  const code = await new Promise((resolve) => {
    spawn(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b'], { stdio: 'inherit', cwd: root }).on(
      'exit',
      resolve,
    );
  });
  if (code === 0) put(CHECKED, JSON.stringify(notes));
  return code !== 0;
}

function isFresh({ folder, home }, made) {
  const path = join(home, 'dist/stamp.json');
  if (!existsSync(path)) return false;
  const stamp = JSON.parse(readFileSync(path, 'utf8'));
  const notes = Object.fromEntries(Object.entries(stamp.sources).map(([path, note]) => [`${folder}/${path}`, note]));
  return stamp.made === made && areAsNoted(filesBelow(`${folder}/src`), notes);
}

async function bundled(one) {
  const { bundle } = await import('./lib/bundle.mjs');
  const read = filesBelow(`${one.folder}/src`).map((path) => [
    relative(one.home, join(root, path)),
    readNoted(join(root, path)),
  ]);
  const files = await bundle(
    one,
    Object.fromEntries(read.map(([path, { content }]) => [path, content.toString('utf8')])),
  );
  const stamp = { made: one.made, sources: Object.fromEntries(read.map(([path, { note }]) => [path, note])) };
  return { ...one, files: { ...files, 'stamp.json': `${JSON.stringify(stamp)}\n` } };
}
