/**
 * Lets node import the TypeScript of this workspace, treated as jest treats it: types stripped by swc, generators instrumented.
 *   node --import ./build/typescript.mjs SCRIPT
 * `import('X.ts?edit=JSON')` imports anew all that X imports and that an edited file is a part of, with the edits made; the rest stays as it
 * is. JSON: { edits: [{ file, start, end, text }], n }. `file` is a path from the root of the workspace; `n`, any number, imports X once more.
 */
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const TYPESCRIPT = /^(file:.*\.ts)(\?edit=.*)?$/;
const editsIn = (query) => JSON.parse(decodeURIComponent(query.slice('?edit='.length))).edits;
const nameOf = (url) => relative(root, fileURLToPath(url)).replaceAll('\\', '/');
/** Only in the thread of the hooks. */
let tools;
/** What became of files without an edit: they are asked for again with each. */
const translated = new Map();
/** What a module imports, by its text without an edit. An edit adds no import. */
const imports = new Map();
/** Of the files of the last edit: modules that import one of them, however far, and modules that do not. */
let known = { files: '', reaching: new Map() };

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  const query = TYPESCRIPT.exec(context.parentURL ?? '')?.[2];
  if (!query || !found.url.endsWith('.ts')) return found;
  const files = editsIn(query).map(({ file }) => file);
  return (await reaches(found.url, files, context, next)) ? { ...found, url: found.url + query } : found;
}

export async function load(url, context, next) {
  const [, file, query] = TYPESCRIPT.exec(url) ?? [];
  if (!file) return next(url, context);
  const path = fileURLToPath(file);
  const edits = query ? editsIn(query).filter((edit) => edit.file === nameOf(file)) : [];
  return { format: 'module', shortCircuit: true, source: await (edits.length > 0 ? edited(path, edits) : plain(path)) };
}

/** A file as it is run. */
async function plain(path) {
  const { translate, withMap } = (tools ??= await import('./lib/translate.mjs'));
  if (!translated.has(path)) translated.set(path, withMap(translate(path, readFileSync(path, 'utf8'))));
  return translated.get(path);
}

async function edited(path, edits) {
  const { translate, withMap } = (tools ??= await import('./lib/translate.mjs'));
  const text = edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((left, { start, end, text }) => left.slice(0, start) + text + left.slice(end), readFileSync(path, 'utf8'));
  return withMap(translate(path, text));
}

async function importsOf(url, { conditions }, next) {
  if (!imports.has(url)) {
    const text = await plain(fileURLToPath(url));
    const specifiers = [...text.matchAll(/(?:\bfrom|\bimport\(?)\s*['"]([^'"]+)['"]/g)].map(([, it]) => it);
    const found = await Promise.all(
      specifiers.map((it) =>
        next(it, { parentURL: url, conditions, importAttributes: {} }).then(
          (module) => module.url,
          () => '',
        ),
      ),
    );
    imports.set(
      url,
      found.filter((it) => it.endsWith('.ts')),
    );
  }
  return imports.get(url);
}

/** Is one of the files a part of the module, or of what it imports? */
async function reaches(url, files, context, next) {
  const key = files.join('\n');
  if (known.files !== key) known = { files: key, reaching: new Map() };
  const { reaching } = known;
  if (reaching.has(url)) return reaching.get(url);
  // All that it imports, then who of these imports one of the files: modules may import each other in circles.
  const all = new Map();
  const open = [url];
  for (let one = open.pop(); one; one = open.pop()) {
    if (all.has(one)) continue;
    all.set(one, await importsOf(one, context, next));
    open.push(...all.get(one));
  }
  const found = new Set([...all.keys()].filter((one) => files.includes(nameOf(one))));
  for (let before = -1; found.size !== before;) {
    before = found.size;
    for (const [one, its] of all) if (its.some((it) => found.has(it))) found.add(one);
  }
  for (const one of all.keys()) reaching.set(one, found.has(one));
  return found.has(url);
}

// Loaded by `--import`, not as the hook itself: hooks run in a thread of their own.
if (new URL(import.meta.url).search !== '?hooks') register(`${import.meta.url}?hooks`);
