/** Bundles one package: its sources, stripped of types and instrumented, into a few files. Writes nothing. */
import { build } from 'esbuild';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashOf } from '../../packages/cli/bin/identity.mjs';
import { builtInsOfCommonJs, METADATA, outside, sharedPrologue, withSharedPrologue } from './bundle-plugins.mjs';
import { root } from './packages.mjs';
import { sitesIn } from './pass.mjs';
import { translate, version, withMap } from './translate.mjs';

/** Translated modules of the last build, by package. */
const CACHE = join(root, '.cache/build');
const OWN = readFileSync(fileURLToPath(import.meta.url), 'utf8');

/**
 * @param sources text by path from the folder of the package
 * @returns content by path in `dist`
 */
export async function bundle({ name, home, manifest, entries }, sources) {
  const modules = translated(name, home, sources);
  const { metafile, outputFiles } = await build({
    entryPoints: entries,
    outdir: join(home, 'dist'),
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: 'warning',
    ...('reflect-metadata' in (manifest.dependencies ?? {}) && { banner: { js: METADATA } }),
    plugins: [
      sharedPrologue,
      outside,
      {
        name: 'translated',
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, ({ path }) => ({ contents: modules[relative(home, path)].code, loader: 'js' }));
        },
      },
      builtInsOfCommonJs,
    ],
  });
  const files = Object.fromEntries(
    outputFiles.map(({ path, contents }) => [relative(join(home, 'dist'), path), contents]),
  );
  const names = renamed(name, modules, outputFiles);
  if (names.length > 0)
    throw new Error(
      `the bundle of ${name} renames layers: ${names.join(', ')}. Another module of it declares the same name; give one of them another.`,
    );
  const owed = licenses(Object.keys(metafile.inputs));
  if (owed) files['LICENSES.txt'] = owed;
  const sites = Object.entries(modules).flatMap(([path, { functions }]) =>
    functions.length > 0 ? [{ source: path, functions }] : [],
  );
  files['sites.json'] = JSON.stringify(sites);
  if (manifest.shootdown?.browser) Object.assign(files, await browserFiles(home, manifest.shootdown.browser));
  return files;
}

/** Code for a browser: one script and one style sheet, with all that they need, so that a page can carry them along. */
async function browserFiles(home, entry) {
  const { metafile, outputFiles } = await build({
    entryPoints: { browser: join(home, entry) },
    outdir: join(home, 'dist'),
    absWorkingDir: root,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const files = Object.fromEntries(
    outputFiles.map(({ path, contents }) => [relative(join(home, 'dist'), path), contents]),
  );
  return { ...files, 'browser-LICENSES.txt': licenses(Object.keys(metafile.inputs)) };
}

/** Of each source what it becomes, and the functions with steps in it. What did not change since the last build is not done again. */
function translated(name, home, sources) {
  const path = join(CACHE, `${name}.json`);
  const last = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  const modules = {};
  for (const [source, text] of Object.entries(sources)) {
    // What only a browser runs has no steps in it, and is bundled as it is.
    if (!source.endsWith('.ts')) continue;
    const hash = hashOf(version + OWN + text);
    modules[source] = last[source]?.hash === hash ? last[source] : { hash, ...one(join(home, source), source, text) };
  }
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(path, JSON.stringify(modules));
  return modules;
}

function one(path, source, text) {
  const done = translate(path, whereItWas(source, text));
  // A decorated class, `let X = class X`, has the name X: of two names the bundler changes one.
  const code = withSharedPrologue(done.code).replace(/\b(let (\w+) = class) \2\b/g, '$1');
  return { code: withMap({ ...done, code }), functions: sitesIn(done.code, done.lineOf) };
}

/** In a bundle `import.meta.url` stays the place of the module: worker threads, data and package.json are found from there. */
const whereItWas = (source, text) =>
  text.replaceAll(
    'import.meta.url',
    `new URL('./${source.replace(/^src\//, '').replace(/\.ts$/, '.js')}', import.meta.url).href`,
  );

/** Layers of hooks that have another name in the bundle: reports tell layers by the names of their classes. */
function renamed(name, modules, outputFiles) {
  const layers = new Set(
    Object.entries(modules).flatMap(([source, { code }]) =>
      name.startsWith('arch-') || source.startsWith('src/arch/') ? classesIn(code) : [],
    ),
  );
  return outputFiles
    .filter(({ path }) => path.endsWith('.js'))
    .flatMap(({ text }) => classesIn(text))
    .filter((name) => !layers.has(name) && layers.has(name.replace(/\d+$/, '')));
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
