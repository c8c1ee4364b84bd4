/**
 * Lets node import the TypeScript of this workspace, treated as jest treats it: types stripped by swc, generators instrumented.
 *   node --import ./build/typescript.mjs SCRIPT
 * `import('X.ts?mutant=NAME')` imports all that X imports anew, with this mistake of engine-mutants.mjs in it.
 */
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';

const TYPESCRIPT = /^(file:.*\.ts)(\?mutant=.*)?$/;
/** What became of files without a mistake: they are asked for again with each. */
const translated = new Map();
let tools;

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  const mutant = TYPESCRIPT.exec(context.parentURL ?? '')?.[2];
  return mutant && TYPESCRIPT.exec(found.url)?.[2] === undefined && found.url.endsWith('.ts')
    ? { ...found, url: found.url + mutant }
    : found;
}

export async function load(url, context, next) {
  const [, plain, mutant] = TYPESCRIPT.exec(url) ?? [];
  if (!plain) return next(url, context);
  tools ??= await Promise.all([import('./lib/translate.mjs'), import('../judges/engine-mutants.mjs')]);
  const [{ translate, withMap }, { ENGINE_MUTANTS }] = tools;
  const file = fileURLToPath(plain);
  const name = mutant && decodeURIComponent(mutant.slice('?mutant='.length));
  const edits = ENGINE_MUTANTS.find((it) => it.mutant === name)?.edits.filter((it) => file.endsWith(it.file));
  if (edits?.length > 0)
    return {
      format: 'module',
      shortCircuit: true,
      source: withMap(translate(file, edits.reduce(changed, readFileSync(file, 'utf8')))),
    };
  if (!translated.has(file)) translated.set(file, withMap(translate(file, readFileSync(file, 'utf8'))));
  return { format: 'module', shortCircuit: true, source: translated.get(file) };
}

function changed(text, { file, from, to }) {
  if (!text.includes(from)) throw new Error(`${file} has no "${from}"`);
  return text.replace(from, () => to);
}

// Loaded by `--import`, not as the hook itself: hooks run in a thread of their own.
if (new URL(import.meta.url).search !== '?hooks') register(`${import.meta.url}?hooks`);
