/** The reference data that come with the workloads are copies: where the originals lie beside the checkout, both are the same. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const HERE = new URL('../data/', import.meta.url);
const ORIGINALS = new URL('../../../../shared/data/', import.meta.url);
const COPIES = ['cases.json', 'kernel-counts/kernel-6.1.json'];

(existsSync(ORIGINALS) ? test.each(COPIES) : test.skip.each(COPIES))(
  '%s is the copy of the reference at hand',
  (name) => {
    const [copy, original] = [HERE, ORIGINALS].map((folder) => readFileSync(new URL(name, folder), 'utf8'));
    // Not `toBe`: a difference of half a megabyte says no more than that there is one.
    expect(copy === original).toBe(true);
  },
);
