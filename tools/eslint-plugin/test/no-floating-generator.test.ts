/** A hook call whose routine is dropped does nothing; the rule finds it in each place where nobody would. */
import { expect, test } from '@jest/globals';
import { ESLint } from 'eslint';
import { fileURLToPath } from 'node:url';

const fixture = fileURLToPath(new URL('fixture', import.meta.url));

const eslint = new ESLint({
  cwd: fixture,
  overrideConfigFile: fileURLToPath(new URL('fixture/eslint.config.mjs', import.meta.url)),
});

const declarations = `
  type Op<T> = Generator<string, T, unknown>;
  declare const pmd_clear: (slot: number) => Op<void>;
  declare const pmd_none: (slot: number) => Op<boolean>;
  declare const cpu: { load(slot: number): Op<number> };
  declare const irqs: boolean;
  declare function drive(op: Op<void>): void;
`;

async function complaints(line: string): Promise<(string | null | undefined)[]> {
  const code = `${declarations} export function* zap(): Op<void> { ${line} }`;
  const [result] = await eslint.lintText(code, { filePath: `${fixture}/kernel.ts` });
  return (result?.messages ?? []).map(({ messageId, ruleId, message }) => (ruleId ? messageId : message));
}

test.each([
  ['floating', 'pmd_clear(1);'],
  ['floating', 'cpu.load(1);'],
  ['floating', 'irqs && pmd_clear(1);'],
  ['floating', 'irqs ? pmd_clear(1) : undefined;'],
  ['floating', '(irqs, pmd_clear(1));'],
  ['handed', 'yield pmd_clear(1);'],
  ['truthy', 'if (pmd_none(1)) yield* pmd_clear(1);'],
  ['truthy', 'while (!pmd_none(1)) yield* pmd_clear(1);'],
  ['truthy', 'const none = pmd_none(1) && irqs; drive(pmd_clear(Number(none)));'],
])('%s: %s', async (messageId, line) => {
  expect(await complaints(line)).toEqual([messageId]);
});

test.each([
  'yield* pmd_clear(1);',
  'const old = yield* cpu.load(1); yield String(old);',
  'if (yield* pmd_none(1)) yield* pmd_clear(1);',
  'const later = pmd_clear(1); drive(later);',
  'void pmd_clear(1);',
])('fine: %s', async (line) => {
  expect(await complaints(line)).toEqual([]);
});
