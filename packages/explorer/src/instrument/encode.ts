/** Local state as text: equal texts, equal states. */
import { LOCAL_STATE } from './carried-state.ts';
import { runtime, UNTOLD, type Frame } from './runtime.ts';

/** The text, or why there is none. */
export type Told = { readonly text: string } | { readonly problem: string };

class Untold extends Error {}

/** Things told by who they are: the CPU, a layer, a region, a function of a module. They live as long as the system. */
const identities = new WeakMap<object, number>();
let known = 0;
function identity(it: object): string {
  let id = identities.get(it);
  if (id === undefined) identities.set(it, (id = ++known));
  return `#${id}`;
}

/**
 * Plain records and arrays are told by structure, sharing included; functions made by this run by their place and what they captured;
 * everything that existed before by identity.
 */
export function encodeFrames(frames: readonly Frame[]): Told {
  const seen = new Map<object, number>();

  const object = (it: object): string => {
    const before = seen.get(it);
    if (before !== undefined) return `@${before}`;
    seen.set(it, seen.size);
    if (Array.isArray(it)) return `[${it.map(value).join()}]`;
    if (typeof it === 'function') {
      const closure = runtime.closures.get(it);
      if (closure?.run !== runtime.run) return identity(it);
      return `f${JSON.stringify(closure.site)}(${captured(closure.captured).map(value).join()})`;
    }
    const proto: unknown = Object.getPrototypeOf(it);
    if (proto === null || Object.getPrototypeOf(proto) === null)
      return `{${Reflect.ownKeys(it)
        .map((key) => field(it, key))
        .join()}}`;
    if (LOCAL_STATE in it) return `${identity(it)}${value(it[LOCAL_STATE])}`;
    if (isAlive(it)) throw new Untold(`a ${Object.prototype.toString.call(it).slice(8, -1)}`);
    return identity(it);
  };
  const field = (it: object, key: string | symbol): string => {
    const slot = Object.getOwnPropertyDescriptor(it, key)!;
    if (typeof key === 'symbol' || !('value' in slot)) throw new Untold('an object with getters or symbols');
    return `${JSON.stringify(key)}:${value(slot.value)}`;
  };
  const value = (it: unknown): string => {
    switch (typeof it) {
      case 'string':
        return JSON.stringify(it);
      case 'number':
        return Object.is(it, -0) ? '-0' : String(it);
      case 'bigint':
        return `${it}n`;
      case 'symbol':
        throw new Untold('a symbol');
      case 'object':
      case 'function':
        return it === null ? 'null' : object(it);
      default:
        return String(it);
    }
  };

  const texts: string[] = [];
  for (const [site, ...values] of frames) {
    try {
      if (values[0] === UNTOLD) throw new Untold(String(values[1]));
      texts.push(`${site}=${values.map(value).join()}`);
    } catch (cause) {
      if (!(cause instanceof Untold)) throw cause;
      return { problem: `${site.replace(/ \d+:.*/, '')}: ${cause.message}` };
    }
  }
  return { text: texts.join('\n') };
}

function captured(get: () => readonly unknown[]): readonly unknown[] {
  try {
    return get();
  } catch {
    throw new Untold('a function that uses a variable before it has a value');
  }
}

/** Objects of the language with a state of their own that cannot be looked at, or that code changes while it runs. */
function isAlive(it: object): boolean {
  const tag = Object.prototype.toString.call(it).slice(8, -1);
  return /Iterator|Generator|^(Map|Set|WeakMap|WeakSet|Date|RegExp|Promise|ArrayBuffer|DataView|.*Array)$/.test(tag);
}
