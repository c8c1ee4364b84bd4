/** Has the modules that a user has written instrumented as they are loaded. */
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { isTypeScript } from './is-typescript.ts';
import type { MistakeCode } from '@shootdown/core';

let registered = false;

/**
 * Called before a module is imported; does its work once a thread.
 * @param path file that is imported. Nothing is done for one that neither makes steps nor imports what might: it costs a start of some 50 ms
 */
export async function instrumentWhatIsLoaded(path: string): Promise<void> {
  if (registered || !mayHaveCode(path)) return;
  registered = true;
  const { Mistake } = await import('@shootdown/core');
  (globalThis as { [key: symbol]: unknown })[Symbol.for('shootdown:mistake')] = (
    code: MistakeCode,
    what: string,
    hint: string,
  ) => new Mistake(code, what, hint);
  const { url } = await import('node:inspector');
  register('./loader-hooks.js', import.meta.url, { data: { debugged: url() !== undefined } });
}

function mayHaveCode(path: string): boolean {
  if (isTypeScript(path)) return true;
  try {
    // A star outside of comments: a generator, also one in which every `yield*` was forgotten.
    const code = readFileSync(path, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    return /\b(yield|import|require)\b|\*/.test(code);
  } catch {
    return false; // whoever imports it says what is wrong
  }
}
