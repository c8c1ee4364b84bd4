/** The explorer is a model checker for any code: no word of page tables stands in its sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const WORDS = /\b(pmd|pte|tlb|vma|ipi|rcu|mm)\b/i;
const src = new URL('../src/', import.meta.url);
const files = (readdirSync(src, { recursive: true }) as string[])
  .map((file) => file.replaceAll('\\', '/'))
  // The small model for judges is a model of kernel code.
  .filter((file) => file.endsWith('.ts') && file !== 'testing/small-model.ts');

test.each(files)('%s has no word of Linux', (file) => {
  const lines = readFileSync(new URL(file, src), 'utf8').split('\n');
  expect(lines.filter((line) => WORDS.test(line))).toEqual([]);
});

test('a word of Linux is found in any case', () => {
  expect(['// the PMD', 'rcu.read', "'ipi'"].every((line) => WORDS.test(line))).toBe(true);
  expect(['comm', 'tlbs', 'immutable'].some((line) => WORDS.test(line))).toBe(false);
});
