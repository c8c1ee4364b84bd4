/** What kernel code may keep across a step: each rule finds what breaks it, and nothing else. */
import { expect, test } from '@jest/globals';
import { Linter, type ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { fileURLToPath } from 'node:url';

// The plugin is JavaScript without types.
const { default: shootdown } = (await import(fileURLToPath(new URL('../index.mjs', import.meta.url)))) as {
  default: ESLint.Plugin;
};
const linter = new Linter();
const complaints = (body: string): string[] =>
  linter
    .verify(
      `const table = { n: 0 }; let count = 0; class Layer { #n = 0; n = 0; *hook(cpu: Cpu, tlb: Gather, list: number[]) { ${body} } }`,
      {
        files: ['**/*.ts'],
        languageOptions: { parser: tseslint.parser },
        plugins: { shootdown },
        rules: {
          'shootdown/no-iterator-across-yield': 'error',
          'shootdown/no-yield-in-expression': 'error',
          'shootdown/no-state-outside-cells': 'error',
        },
      },
      'kernel.ts',
    )
    .map(({ messageId, message }) => messageId ?? message);

test.each([
  ['iterator', 'for (const a of list) yield* cpu.load(a);'],
  ['iterator', 'for (const a in table) { if (a) yield* cpu.load(a); }'],
  ['waiting', 'const sum = f(1) + (yield* cpu.load(1));'],
  ['waiting', 'const sum = (yield* cpu.load(0)) + (yield* cpu.load(1));'],
  ['waiting', 'yield* f(yield* cpu.load(0), yield* cpu.load(1));'],
  ['waiting', 'yield* cpu.store(tlb.start, yield* cpu.load(1));'],
  ['waiting', 'const both = [f(0), yield* cpu.load(1)];'],
  ['waiting', 'tlb.start += yield* cpu.load(1);'],
  ['field', 'this.n = yield* cpu.load(0);'],
  ['field', 'this.#n++;'],
  ['field', 'const up = () => { this.n = 1; };'],
  ['outer', 'count = yield* cpu.load(0);'],
  ['outer', 'const up = () => count++;'],
  ['outer', 'table.n = 1;'],
  ['outer', '[count] = list;'],
])('%s: %s', (messageId, body) => expect(complaints(body)).toEqual([messageId]));

test.each([
  'for (const a of list) f(a); yield* cpu.load(0);',
  'for (const a of yield* lists(cpu)) f(a);',
  'for (let i = 0; i < list.length; i++) yield* cpu.load(list[i]);',
  'const one = 1 + (yield* cpu.load(0)); const two = (yield* cpu.load(0)) + 1;',
  'const hit = f(1) && (yield* cpu.load(0)); const which = f(1) ? yield* cpu.load(0) : 0;',
  'list.push(yield* cpu.load(0));',
  'tlb.start = 1; list[0] = 2; let n = 0; n++; const up = () => n++; yield* cpu.load(n);',
  'yield* cpu.store(list, yield* cpu.load(0));',
])('nothing: %s', (body) => expect(complaints(body)).toEqual([]));
