/** Reference verdicts of the races, from the data file. */
import { readFileSync } from 'node:fs';
import type { ExpectedRow } from '@shootdown/core';

/** One row a race; `audit_note` of a row corrects its text. */
export const expected: readonly ExpectedRow[] = JSON.parse(readFileSync(new URL('../data/cases.json', import.meta.url), 'utf8')) as ExpectedRow[];
