/** Which bodies a kernel has in the place of those that functions were declared with: what its changes replace, found by name. */
import { isGenerator, type Bodies, type Body } from '../arch/layer.ts';
import { allHooks } from '../contract/mm-hooks.ts';
import { didYouMean, Mistake, type MistakeCode } from '@shootdown/explorer';
import * as kernel from '../kernel/all.ts';
import { replaceableFunctions } from '../kernel/operation.ts';
import type { Change, ReplacementBody } from '../words/change.ts';
import { cite, type Source } from '../words/source.ts';

/** By the function's place in Linux, and by `LAYER.HOOK`. */
export interface Replacements {
  readonly functions: ReadonlyMap<Source, ReplacementBody>;
  readonly hooks: ReadonlyMap<string, ReplacementBody>;
}

const CODE: MistakeCode = 'SD_BAD_PATCH';

/**
 * Finds what changes replace; of two that replace one thing the later one stands.
 * @throws Mistake SD_BAD_PATCH for a name that nothing has, for one that two functions have, and for a body that is no generator where one
 * has to be
 */
export function replacementsOf(changes: readonly Change[]): Replacements {
  const functions = new Map<Source, ReplacementBody>();
  const hooks = new Map<string, ReplacementBody>();
  for (const { name: change, replaces } of changes)
    for (const [name, body] of Object.entries(replaces ?? {})) {
      if (typeof body !== 'function')
        throw new Mistake(CODE, `${change} replaces ${name} by no function.`, `Write *${name}(cpu, ...) { ... }.`);
      const [, hook] = /^[A-Z]\w*\.(\w+)$/.exec(name) ?? [];
      if (hook === undefined) functions.set(functionNamed(name, body, change), body);
      else {
        if (!allHooks.has(hook)) throw noHook(hook, name, change);
        mustBeGenerator(name, body, change);
        hooks.set(name, body);
      }
    }
  return { functions, hooks };
}

/** The bodies of one layer, with those that are replaced. */
export function withReplaced(bodies: ReadonlyMap<string, Body>, layer: object, { hooks }: Replacements): Bodies {
  if (hooks.size === 0) return bodies;
  return new Map(
    [...bodies].map(([name, body]): [string, Body] => {
      const other = hooks.get(`${body.layer}.${name}`);
      return [name, other ? { ...body, run: other.bind(layer) as Body['run'] } : body];
    }),
  );
}

/** Functions that may be replaced, with a name that no other one has: that under which generic code exports it, or its symbol in Linux. */
export function replaceableNames(): ReadonlyMap<string, Source> {
  const all = replaceableFunctions();
  const names = new Map<string, Source>();
  for (const [name, value] of Object.entries(kernel)) {
    const { source } = value as { readonly source?: Source };
    if (typeof value === 'function' && source && all.has(source)) names.set(name, source);
  }
  const named = new Set(names.values());
  const sources = [...all.keys()];
  for (const source of sources.filter((one) => !named.has(one))) {
    const { symbol, file } = source;
    const alike = sources.some((other) => other !== source && other.symbol === symbol);
    const name = alike || names.has(symbol) ? `${file}:${symbol}` : symbol;
    if (!names.has(name)) names.set(name, source);
  }
  return names;
}

function functionNamed(name: string, body: ReplacementBody, change: string): Source {
  const all = replaceableFunctions();
  const names = replaceableNames();
  const symbols = [...all.keys()].filter(({ symbol }) => symbol === name);
  const source = names.get(name) ?? (symbols.length === 1 ? symbols[0] : undefined);
  if (source === undefined)
    throw noFunction(
      name,
      symbols.map((one) => [...names].find(([, other]) => other === one)?.[0] ?? cite(one)),
      names,
      change,
    );
  // The body that is there may only begin one: what is given back has to be one all the same, and a plain function may do so.
  if (isGenerator(all.get(source))) mustBeGenerator(name, body, change);
  return source;
}

function noFunction(
  name: string,
  alike: readonly string[],
  names: ReadonlyMap<string, Source>,
  change: string,
): Mistake {
  if (alike.length > 0)
    return new Mistake(
      CODE,
      `${change} replaces ${name}, and ${alike.length} functions are called so.`,
      `Name one of them: ${alike.join(', ')}.`,
    );
  const near = didYouMean(name, [...names.keys(), ...allHooks.keys()]);
  return new Mistake(
    CODE,
    `${change} replaces ${name}, and no function of kernel code that can be replaced is called so.`,
    allHooks.has(name)
      ? `${name} is a hook: name it with the layer whose body is meant, such as Generic.${name}. See: shootdown explain ${name}.`
      : near
        ? `Did you mean ${near}?`
        : 'See: shootdown list functions.',
  );
}

function mustBeGenerator(name: string, body: ReplacementBody, change: string): void {
  if (!isGenerator(body))
    throw new Mistake(
      CODE,
      `${change}: the body for ${name} is no generator.`,
      `Write *${name.replace(/.*\./, '')}(cpu, ...).`,
    );
}

function noHook(hook: string, name: string, change: string): Mistake {
  const near = didYouMean(hook, allHooks.keys());
  return new Mistake(
    CODE,
    `${change} replaces ${name}, and no contract declares a hook ${hook}.`,
    near ? `Did you mean ${near}?` : 'See: shootdown list hooks.',
  );
}
