/**
 * Runs in the thread in which Node loads modules: what a user has written is instrumented on the way, as the built code of the workspace
 * is when it is built. So its local states are told by its frames, a forgotten `yield*` has a place, and state outside of cells is found.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { notesMap, sourceMapOf, type Segment } from '@shootdown/explorer/instrument';
import { isTypeScript } from './is-typescript.ts';
import { nameOfFile, userCode } from './user-code.ts';

/** In all that has been through the pass, bundled or not: what it puts there begins so. */
const DONE = '__sd';
/** What makes a mistake in the thread that imports: a class is lost between threads. Set by `instrumenting.ts`. */
const MISTAKE = 'globalThis[Symbol.for("shootdown:mistake")]';

interface Loaded {
  readonly format?: string | null;
  readonly source?: string | ArrayBuffer | NodeJS.TypedArray;
  /** No other hook is asked. */
  readonly shortCircuit?: true;
}

/** Is a debugger there? */
let debugged = false;
/** Called by Node once, with what `instrumenting.ts` registers. */
export function initialize(data: { readonly debugged: boolean }): void {
  ({ debugged } = data);
}

/**
 * The hook that Node asks for each import (node:module, `resolve`): what a user's file imports of shootdown is what runs, wherever the file
 * lies; and TypeScript may name the file that it becomes.
 */
export async function resolve(
  specifier: string,
  context: { readonly parentURL?: string },
  next: (specifier: string, context: unknown) => Promise<{ readonly url: string }>,
): Promise<{ readonly url: string }> {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (specifier.startsWith('@shootdown/')) return next(specifier, { ...context, parentURL: import.meta.url });
    const other = specifier.replace(/\.js$/, '.ts');
    if (other === specifier || !specifier.startsWith('.')) throw error;
    return next(other, context);
  }
}

/** The hook that Node asks for each module (node:module, `load`). */
export async function load(
  url: string,
  context: unknown,
  next: (url: string, context: unknown) => Promise<Loaded>,
): Promise<Loaded> {
  const path = url.startsWith('file:') ? fileURLToPath(url) : undefined;
  if (path !== undefined && isTypeScript(path)) {
    const source = prepared(readFileSync(path, 'utf8'), url);
    return { format: 'module', source, shortCircuit: true };
  }
  const loaded = await next(url, context);
  if (loaded.format !== 'module' || loaded.source === undefined || path === undefined) return loaded;
  if (!speaksOfKernels(path)) return loaded;
  const code = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
  return { ...loaded, source: code.includes(DONE) ? code : prepared(code, url) };
}

/** What is wrong with a file is said where it is imported; what cannot be read is left to Node. */
function prepared(code: string, url: string): string {
  const path = fileURLToPath(url);
  try {
    const { hidden, segments, ...done } = userCode(path, code);
    const text = segments ? withMap({ code: done.code, segments }, url) : done.code;
    const file = nameOfFile(path);
    return hidden
      ? `${refusal(`${file}:${hidden.line} changes ${hidden.name}, which the explorer does not see`)}${text}`
      : text;
  } catch (error) {
    if (error instanceof SyntaxError && !isTypeScript(path)) return code;
    throw error;
  }
}

/** Errors name the place in the file as it is written, and a debugger shows it. */
function withMap({ code, segments }: { readonly code: string; readonly segments: Segment[] }, url: string): string {
  const map = sourceMapOf(segments, basename(fileURLToPath(url)));
  const inText = `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;
  return `${code}\n${notesMap(url, map)}${debugged ? inText : ''}`;
}

const refusal = (what: string): string =>
  `throw ${MISTAKE}("SD_HIDDEN_STATE", ${JSON.stringify(`${what}.`)}, "What kernel code remembers across a step is a cell, or a local variable of the generator."); `;

/** Of installed packages only those that write for the explorer. */
function speaksOfKernels(path: string): boolean {
  if (!/[/\\]node_modules[/\\]/.test(path)) return true;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) {
      const { dependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<
        string,
        Record<string, string> | undefined
      >;
      return '@shootdown/core' in dependencies || '@shootdown/core' in peerDependencies;
    }
    if (folder === dirname(folder)) return false;
  }
}
