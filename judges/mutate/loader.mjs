/**
 * Lets node import the TypeScript of this workspace with one mistake in it.
 *   node --conditions=@shootdown/source --import ./judges/mutate/loader.mjs judges/mutate/worker.mjs
 * `import('X.ts?edit=JSON')` imports all that X imports anew, with that edit made. @jest/globals is mini-jest.mjs.
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
  return edit && OWN.exec(found.url)?.[2] === undefined && found.url.endsWith('.ts')
    ? { ...found, url: found.url + edit }
    : found;
}

export async function load(url, context, next) {
  const [, plain, query] = OWN.exec(url) ?? [];
  if (!plain) return next(url, context);
  // In the thread of the hooks only.
  const { translate } = (tools ??= await import('../../build/lib/translate.mjs'));
  const file = fileURLToPath(plain);
  const edit = query && JSON.parse(decodeURIComponent(query.slice('?edit='.length)));
  const name = relative(root, file).replaceAll('\\', '/');
  if (edit?.file === name) {
    const text = readFileSync(file, 'utf8');
    return {
      format: 'module',
      shortCircuit: true,
      source: translate(file, text.slice(0, edit.start) + edit.text + text.slice(edit.end)).code,
    };
  }
  if (!translated.has(file)) translated.set(file, translate(file, readFileSync(file, 'utf8')).code);
  return { format: 'module', shortCircuit: true, source: translated.get(file) };
}

if (new URL(import.meta.url).search !== '?hooks') register(`${import.meta.url}?hooks`);
