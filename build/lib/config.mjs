/** Architectures and races that the configuration of the workspace names, from built code. */
import { createRequire } from 'node:module';
import config from '../../shootdown.config.mjs';
import { mustBeBuilt } from './built.mjs';

mustBeBuilt();

// The packages that the configuration names are those of the command line.
const { resolve } = createRequire(new URL('../../packages/cli/package.json', import.meta.url));
const modules = (names) => Promise.all(names.map((name) => import(resolve(name))));

/** What the packages of workloads export. */
export const workloads = await modules(config.workloads);
export const arches = (await modules(config.arches)).flatMap((m) => m.default);
export const races = workloads.flatMap((m) => m.races);
