/** Reference verdicts of the races, read from the data file. */
import { readFileSync } from 'node:fs';
import type { ExpectedRow } from '@shootdown/core';

let rows: readonly ExpectedRow[] | undefined;

/** Reads the file once. */
export function expected(): readonly ExpectedRow[] {
  rows ??= JSON.parse(readFileSync(new URL('../data/cases.json', import.meta.url), 'utf8')) as readonly ExpectedRow[];
  return rows;
}
