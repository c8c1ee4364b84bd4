/** The type that all layers of an architecture must cover together, and the list of hooks as a value. */
import * as hooks from './hooks/index.ts';
import type { Hook, Method } from './hook.ts';

/** One generator method per hook, with the signature of its contract. */
export type MmHooks = { [K in keyof typeof hooks]: Method<(typeof hooks)[K]> };

/** Name of a hook. */
export type HookName = keyof MmHooks;

/** Every contract by the name of its hook, by alphabet. */
export const allHooks: ReadonlyMap<string, Hook> = Object.freeze(new Map<string, Hook>(Object.entries(hooks)));
