/** Every hook is declared once, completely, in the words of the kernel. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { ArchHooks } from '../../src/arch/layer.ts';
import { Generic } from '../../src/arch/generic.ts';
import { fromOf } from '../../src/arch/from.ts';
import * as hooks from '../../src/contract/hooks/index.ts';
import { allHooks } from '../../src/contract/mm-hooks.ts';

const folder = new URL('../../src/contract/hooks/', import.meta.url);
const textOf = (name: string): string => readFileSync(new URL(`${name}.ts`, folder), 'utf8');
const names = Object.keys(hooks);
const bodies = Object.getOwnPropertyNames(Generic.prototype).filter((name) => name !== 'constructor');

test('there are seventy-six hooks, one in each file of the folder', () => {
  expect(names).toHaveLength(76);
  const files = readdirSync(folder).filter((file) => file !== 'index.ts');
  expect(files.map((file) => file.replace('.ts', '')).toSorted()).toEqual(names.toSorted());
  expect([...allHooks.keys()].toSorted()).toEqual(names.toSorted());
});

test('hooks import no other hook', () => {
  for (const name of names)
    expect({ name, imports: textOf(name).match(/from '\.\/.*'/g) }).toEqual({ name, imports: null });
});

describe.each([...allHooks])('%s', (name, hook) => {
  const sentences = [...Object.keys(hook.must.pre), ...Object.keys(hook.must.post), ...Object.keys(hook.may)];

  test('is exported under its own name, and frozen', () => {
    expect(hook.hookName).toBe(name);
    expect(Object.isFrozen(hook)).toBe(true);
  });

  test('says what it does, who calls it and where it stands in Linux', () => {
    expect(hook.does).toMatch(/^[A-Z].*\.$/);
    expect(hook.waits).not.toMatch(/\.$/);
    expect(hook.calledBy.length).toBeGreaterThan(0);
    expect(new Set(hook.calledBy).size).toBe(hook.calledBy.length);
    expect(hook.source).toMatchObject({
      version: expect.stringMatching(/^v\d/),
      file: expect.stringMatching(/\.[ch]$/),
    });
    expect(hook.source.symbol).not.toBe('');
    for (const doubt of hook.doubts) expect(doubt).toMatch(/^\S.*\.$/);
  });

  test('claims sentences, each once', () => {
    expect(new Set(sentences).size).toBe(sentences.length);
    for (const sentence of sentences) expect(sentence).toMatch(/^[a-z]+ \S.*[^.\s]$/);
  });

  test('explains every parameter, and the result if it has one', () => {
    const [comment = ''] = textOf(name).match(/\/\*\*\n(?: \*.*\n)+ \*\/(?=\nexport const)/) ?? [];
    const [, signature = ''] = textOf(name).match(/hook<\s*\(([^)]*)\) =>/) ?? [];
    const parameters = [...signature.matchAll(/(\w+)\??:/g)].map(([, parameter]) => parameter);
    expect([...comment.matchAll(/@param (\w+) \S/g)].map(([, parameter]) => parameter)).toEqual(parameters);
    expect(comment.includes('@returns')).toBe(hook.returns !== 'nothing');
    expect(comment).toContain('@function');
    expect(comment).toMatch(/^\/\*\*\n \* [A-Z0-9]/);
  });
});

test('the kernel has a body for every hook but three flushes', () => {
  expect(names.filter((name) => !bodies.includes(name)).toSorted()).toEqual([
    'flush_tlb_mm',
    'flush_tlb_page',
    'flush_tlb_range',
  ]);
  expect(bodies.filter((name) => !names.includes(name))).toEqual([]);
  const least: ArchHooks = { *flush_tlb_mm() {}, *flush_tlb_page() {}, *flush_tlb_range() {} };
  // @ts-expect-error -- a flush is missing
  const less: ArchHooks = { *flush_tlb_mm() {}, *flush_tlb_page() {} };
  expect([least, less]).toHaveLength(2);
});

test('every body of the kernel says where it stands in Linux', () => {
  // ppc64 alone has the last one; the others were proposed only
  expect(bodies.filter((name) => !fromOf(Generic.prototype, name))).toEqual([
    'register_lockless_pgtable_walker',
    'deregister_lockless_pgtable_walker',
    'serialize_against_pte_lookup',
  ]);
  expect(fromOf(new Generic(), 'pmdp_establish')).toEqual({
    version: 'v6.1',
    file: 'include/linux/pgtable.h',
    symbol: 'generic_pmdp_establish',
  });
  expect(fromOf(new Generic(), 'flush_tlb_mm')).toBeUndefined();
});
