/**
 * Lets node import the TypeScript of this workspace, treated as jest treats it: types stripped by swc, generators instrumented.
 *   node --import ./scripts/typescript.mjs SCRIPT
 * MUTATION='{"file":"..","from":"..","to":".."}' puts one text in the place of another in the file whose path ends so.
 */
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
let tools;

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  tools ??= await Promise.all([import('@swc/core'), import(join(root, 'packages/core/dist/instrument/instrument.js'))]);
  const [{ transformSync }, { instrument }] = tools;
  const file = fileURLToPath(url);
  const { code } = transformSync(changed(file, readFileSync(file, 'utf8')), {
    filename: file,
    jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true }, transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true }, keepClassNames: true },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  });
  return { format: 'module', shortCircuit: true, source: instrument(code, relative(root, file).replace(/^packages[/\\]/, '').replace(/[/\\]src[/\\]/, '/').replace(/\.ts$/, '')) ?? code };
}

const mutation = JSON.parse(process.env.MUTATION ?? 'null');

function changed(file, text) {
  if (!mutation || !file.endsWith(mutation.file)) return text;
  if (!text.includes(mutation.from)) throw new Error(`${mutation.file} has no "${mutation.from}"`);
  return text.replace(mutation.from, () => mutation.to);
}

// Loaded by `--import`, not as the hook itself: hooks run in a thread of their own.
if (new URL(import.meta.url).search !== '?hooks') register(`${import.meta.url}?hooks`);
