/** build/typescript.mjs, with mini-jest.mjs for @jest/globals: tests are run many times in one process. */
import { register } from 'node:module';
import '../../build/typescript.mjs';

export const resolve = async (specifier, context, next) =>
  specifier === '@jest/globals'
    ? { url: new URL('mini-jest.mjs', import.meta.url).href, shortCircuit: true }
    : next(specifier, context);

if (new URL(import.meta.url).search !== '?hooks') register(`${import.meta.url}?hooks`);
