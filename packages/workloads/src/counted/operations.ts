/** The counted operations, from their files. */
import { readdirSync, readFileSync } from 'node:fs';
import { readOperation, type CountedOperation } from '@shootdown/core';

const FOLDER = new URL('../../data/operations/', import.meta.url);

/** By alphabet. The same operations that the reference counts are about. */
export const operations: readonly CountedOperation[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .map((name) => readOperation(JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')), name));
