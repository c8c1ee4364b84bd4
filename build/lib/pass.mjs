/** The pass that instruments generators, as its sources have it now. */
import { pathToFileURL } from 'node:url';
import { path } from './pass-file.mjs';

export const { instrumentWithMap, PROLOGUE, sitesIn, sourceMapOf } = await import(pathToFileURL(path).href);
