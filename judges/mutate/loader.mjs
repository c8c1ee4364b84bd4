/**
 * Lets node import the TypeScript of this workspace with one mistake in it.
 *   node --conditions=@shootdown/source --import ./judges/mutate/loader.mjs judges/mutate/worker.mjs
 * `import('X.ts?edit=JSON')` imports anew all that X imports and that the edited file is a part of, with that edit made: the
 * rest stays as it is. @jest/globals is mini-jest.mjs.
 */
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const OWN = /^(file:.*\.ts)(\?edit=.*)?$/;
const translated = new Map();
let tools;

export async function resolve(specifier, context, next) {
  if (specifier === '@jest/globals') return { url: new URL('mini-jest.mjs', import.meta.url).href, shortCircuit: true };
  const found = await next(specifier, context);
  const edit = OWN.exec(context.parentURL ?? '')?.[2];
  return edit &&
    OWN.exec(found.url)?.[2] === undefined &&
    found.url.endsWith('.ts') &&
    (await reaches(found.url, editOf(edit).file, next))
    ? { ...found, url: found.url + edit }
    : found;
}

const editOf = (query) => JSON.parse(decodeURIComponent(query.slice('?edit='.length)));
const nameOf = (url) => relative(root, fileURLToPath(url)).replaceAll('\\', '/');
/** What a module imports, by its text as it is without the mistake. A mistake adds no import. */
const imports = new Map();
/** Modules that import a file, however far, and modules that do not: for the file of the last mistake. */
let known = { file: '', reaching: new Map() };

async function importsOf(url, next) {
  if (!imports.has(url)) {
    const text = await plain(fileURLToPath(url));
    const specifiers = [...text.matchAll(/(?:\bfrom|\bimport\(?)\s*['"]([^'"]+)['"]/g)].map(
      ([, specifier]) => specifier,
    );
    const conditions = ['node', 'import', 'module-sync', 'node-addons', '@shootdown/source'];
    const found = await Promise.all(
      specifiers
        .filter((one) => one !== '@jest/globals')
        .map((one) =>
          next(one, { parentURL: url, conditions, importAttributes: {} }).then(
            (it) => it.url,
            () => '',
          ),
        ),
    );
    imports.set(
      url,
      found.filter((one) => one.endsWith('.ts')),
    );
  }
  return imports.get(url);
}

/** Is the file a part of the module, or of what it imports? */
async function reaches(url, file, next) {
  if (known.file !== file) known = { file, reaching: new Map() };
  const { reaching } = known;
  if (reaching.has(url)) return reaching.get(url);
  // All that it imports, then who of these imports the file: modules may import each other in circles.
  const all = new Map();
  const open = [url];
  for (let one = open.pop(); one; one = open.pop()) {
    if (all.has(one)) continue;
    all.set(one, await importsOf(one, next));
    open.push(...all.get(one));
  }
  const found = new Set([...all.keys()].filter((one) => nameOf(one) === file));
  for (let before = -1; found.size !== before;) {
    before = found.size;
    for (const [one, its] of all) if (its.some((it) => found.has(it))) found.add(one);
  }
  for (const one of all.keys()) reaching.set(one, found.has(one));
  return found.has(url);
}

/** A file without a mistake, as it is run. */
async function plain(file) {
  const { translate } = (tools ??= await import('../../build/lib/translate.mjs'));
  if (!translated.has(file)) translated.set(file, translate(file, readFileSync(file, 'utf8')).code);
  return translated.get(file);
}

export async function load(url, context, next) {
  const [, file, query] = OWN.exec(url) ?? [];
  if (!file) return next(url, context);
  const path = fileURLToPath(file);
  const edit = query && editOf(query);
  if (edit?.file !== nameOf(file)) return { format: 'module', shortCircuit: true, source: await plain(path) };
  const text = readFileSync(path, 'utf8');
  return {
    format: 'module',
    shortCircuit: true,
    source: tools.translate(path, text.slice(0, edit.start) + edit.text + text.slice(edit.end)).code,
  };
}

if (new URL(import.meta.url).search !== '?hooks') register(`${import.meta.url}?hooks`);
