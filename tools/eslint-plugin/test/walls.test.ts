/** Each wall is hit once from the wrong side, and once from the right one; with the lint configuration of the workspace itself. */
import { describe, expect, test } from '@jest/globals';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { fileURLToPath } from 'node:url';

const eslint = new ESLint({
  cwd: fileURLToPath(new URL('../../..', import.meta.url)),
  // an import is judged by its words: no types, so the files need not exist
  overrideConfig: [
    { files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked },
    { files: ['**/*.ts'], rules: { 'shootdown/no-floating-generator': 'off' } },
  ],
});

async function complaints(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath });
  return (result?.messages ?? []).map(({ message }) => message);
}

const value = (from: string) => `import { it } from '${from}'; console.log(it);`;
const type = (from: string) => `import type { It } from '${from}'; export type Its = It[];`;

const core = 'packages/core/src/';

describe('refused', () => {
  test.each([
    ['words', 'words/step.ts', '../contract/hook.ts', 'words imports nothing outside words'],
    ['words', 'words/step.ts', 'node:fs', 'words imports nothing outside words'],
    ['contract', 'contract/hook.ts', '../machine/tlb.ts', 'contract imports words only'],
    ['a hook, another hook', 'contract/hooks/pte_free.ts', './pmd_clear.ts', 'hooks do not import hooks'],
    ['a hook', 'contract/hooks/pte_free.ts', '../../machine/tlb.ts', 'hooks do not import hooks'],
    ['the list of hooks', 'contract/hooks/index.ts', '../../kernel/zap.ts', 'contract imports words only'],
    ['arch', 'arch/layer.ts', '../machine/spec.ts', 'arch imports words and contract only'],
    ['arch, kernel code', 'arch/layer.ts', '../kernel/zap.ts', 'arch imports words and contract only'],
    ['arch, the container', 'arch/layer.ts', 'inversify', 'inversify: in arch/below.ts alone'],
    ['below', 'arch/below.ts', '../rig/tokens.ts', 'arch imports words and contract only'],
    ['machine, contract', 'machine/cpu.ts', '../contract/hook.ts', 'machine imports words only'],
    ['machine, kernel', 'machine/cpu.ts', '../kernel/zap.ts', 'machine imports words only'],
    ['machine, deeper', 'machine/memory/tso.ts', '../../explore/search.ts', 'machine imports words only'],
    ['kernel, machine', 'kernel/zap.ts', '../machine/cpu.ts', 'never machine or arch'],
    ['kernel, arch', 'kernel/zap.ts', '../arch/arch.ts', 'never machine or arch'],
    ['kernel, an architecture', 'kernel/zap.ts', '@shootdown/arch-x86', 'never machine or arch'],
    ['workload', 'workload/scenario.ts', '../machine/cpu.ts', 'workload imports words, contract and kernel only'],
    ['watch', 'watch/tlb-watch.ts', '../machine/tlb.ts', 'watch imports words and contract only'],
    ['machine', 'machine/cpu.ts', '../contract/hook.ts', 'machine imports words only'],
    ['machine, round the corner', 'machine/cpu.ts', './../kernel/zap.ts', 'machine imports words only'],
    ['machine, in and out', 'machine/cpu.ts', '../words/../kernel/zap.ts', 'machine imports words only'],
    ['rig', 'rig/rig.ts', 'tsyringe', 'no tsyringe'],
    ['rig, an architecture', 'rig/rig.ts', '@shootdown/arch-ppc64', 'no architecture'],
    ['rig, ask', 'rig/rig.ts', '../ask/judge.ts', 'it asks nothing'],
    ['rig, measure', 'rig/rig.ts', '../measure/measure.ts', 'counts nothing'],
    ['measure, ask', 'measure/weigh.ts', '../ask/judge.ts', 'nothing judged'],
    ['ask, the container', 'ask/judge.ts', 'inversify', 'no container'],
    ['ask, deeper', 'ask/coverage/coverage.ts', '@shootdown/arch-x86', 'nothing from outside'],
    ['a face', 'plugin.ts', 'inversify', 'inversify appears in core/rig and arch/below.ts only'],
    ['a face, an architecture', 'index.ts', '@shootdown/arch-x86', 'core knows no architecture'],
    ['a face, by its folder', 'index.ts', '../../arch-x86/src/index.ts', 'core knows no architecture'],
  ])('core/%s', async (_, file, from, rule) => {
    expect(await complaints(core + file, value(from))).toEqual([expect.stringContaining(rule)]);
  });

  test.each([
    ['arch-ppc64/src/radix.ts', '@shootdown/core', 'An architecture imports @shootdown/core/plugin and nothing else'],
    ['arch-ppc64/src/radix.ts', '@shootdown/arch-x86', 'not even another architecture'],
    ['arch-arm64/src/deep/er.ts', '../../../core/src/words/cpu.ts', 'An architecture imports @shootdown/core/plugin'],
    ['arch-x86/src/index.ts', 'inversify', 'An architecture imports @shootdown/core/plugin'],
    [
      'arch-xen/src/index.ts',
      '@shootdown/arch-ppc64',
      'arch-xen imports @shootdown/core/plugin and the value of @shootdown/arch-x86',
    ],
    ['explorer/src/index.ts', '@shootdown/core', 'explorer imports nothing of this workspace'],
    ['explorer/src/search/fixpoint.ts', '../../../core/src/words/cpu.ts', 'search imports every room'],
    ['explorer/src/api/step.ts', '../store/states.ts', 'api imports nothing'],
    ['explorer/src/store/states.ts', '../symmetry/canonical.ts', 'store imports api only'],
    ['explorer/src/learned/automaton.ts', '../search/findings.ts', 'learned imports api, instrument and store'],
    ['explorer/src/learned/automaton.ts', '../symmetry/closure.ts', 'symmetry in learned-model.ts alone'],
    ['explorer/src/learned/learned-model.ts', '../search/findings.ts', 'learned imports api, instrument and store'],
    ['explorer/src/symmetry/canonical.ts', '../partial-order/dead-cells.ts', 'it knows no reduction'],
    ['explorer/src/partial-order/reducer.ts', '../search/moves.ts', 'partial-order imports no search'],
    ['explorer/src/replay/loop.ts', '../search/report.ts', 'replay imports no search'],
    ['explorer/src/search/explore.ts', '../testing/oracle.ts', 'search imports every room but testing'],
    ['explorer/src/search/explore.ts', '@shootdown/core', 'search imports every room'],
    ['workloads/src/races/zap.ts', '@shootdown/core/plugin', 'workloads imports @shootdown/core only'],
    ['workloads/src/races/zap.ts', '@shootdown/arch-x86', 'workloads imports @shootdown/core only'],
    ['conformance/src/index.ts', '@shootdown/arch-x86', 'knows no architecture'],
    ['report/src/text.ts', '@shootdown/core', 'report imports types of @shootdown/core and @shootdown/litmus only'],
    ['report/src/text.ts', 'tsyringe', 'report imports types of @shootdown/core and @shootdown/litmus only'],
    ['cli/src/shell.ts', 'inversify', 'no file imports both'],
  ])('%s: %s', async (file, from, rule) => {
    expect(await complaints(`packages/${file}`, value(from))).toEqual([expect.stringContaining(rule)]);
  });

  test('re-exports are imports too', async () => {
    const rule = expect.stringContaining('machine imports words only');
    expect(await complaints(`${core}machine/cpu.ts`, `export * from '../kernel/zap.ts';`)).toEqual([rule]);
  });

  test.each([`await import('../kernel/zap.ts');`, `export type Zap = import('../kernel/zap.ts').Zap;`])(
    'side door: %s',
    async (code) => {
      expect(await complaints(`${core}machine/cpu.ts`, code)).toEqual([
        expect.stringContaining('write a plain import'),
      ]);
    },
  );
});

describe('allowed', () => {
  test.each([
    ['core/src/words/cpu.ts', './address.ts'],
    ['core/src/contract/hooks/pte_free.ts', '../hook.ts'],
    ['core/src/contract/hooks/index.ts', './pte_free.ts'],
    ['core/src/arch/below.ts', 'inversify'],
    ['core/src/arch/changes.ts', '../kernel/changes.ts'],
    ['core/src/arch/from.ts', 'reflect-metadata'],
    ['core/src/machine/memory/tso.ts', '../../words/step.ts'],
    ['core/src/machine/memory/tso.ts', '../tlb.ts'],
    ['core/src/kernel/zap.ts', '../contract/hooks/index.ts'],
    ['core/src/workload/scenario.ts', '../kernel/zap.ts'],
    ['core/src/watch/tlb-watch.ts', '../words/facts.ts'],
    ['core/src/machine/cpu.ts', '@shootdown/explorer'],
    ['explorer/src/search/fixpoint.ts', '../api/mistakes.ts'],
    ['explorer/src/instrument/instrument.ts', 'acorn'],
    ['explorer/src/learned/learned-model.ts', '../symmetry/closure.ts'],
    ['core/src/rig/rig.ts', 'inversify'],
    ['core/src/rig/rig.ts', '../machine/cpu.ts'],
    ['core/src/ask/coverage/coverage.ts', '../../rig/rig.ts'],
    ['core/src/ask/placement.ts', '../measure/measure.ts'],
    ['core/src/index.ts', './rig/rig.ts'],
    ['core/test/any.test.ts', '../src/machine/cpu.ts'],
    ['arch-x86/src/index.ts', '@shootdown/core/plugin'],
    ['arch-xen/src/index.ts', '@shootdown/arch-x86'],
    ['arch-x86/test/conformance.test.ts', '@shootdown/conformance'],
    ['workloads/src/races/zap.ts', '@shootdown/core'],
    ['conformance/src/index.ts', '@jest/globals'],
    ['report/src/text.ts', 'picocolors'],
    ['cli/src/shell.ts', 'tsyringe'],
    ['cli/src/shell.ts', '@shootdown/arch-x86'],
  ])('%s: %s', async (file, from) => {
    expect(await complaints(`packages/${file}`, value(from))).toEqual([]);
  });

  test.each([['report/src/text.ts', '@shootdown/core']])('types only: %s: %s', async (file, from) => {
    expect(await complaints(`packages/${file}`, type(from))).toEqual([]);
  });
});
