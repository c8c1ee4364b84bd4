/** What is mutated, and what may kill: test files in the order in which they are tried, the quick ones first. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Test files of a folder whose names begin like one of these; all of them without names. */
const tests = (folder, ...names) =>
  readdirSync(folder)
    .filter(
      (file) => file.endsWith('.test.ts') && (names.length === 0 || names.some((name) => file.startsWith(`${name}.`))),
    )
    .sort()
    .map((file) => join(folder, file));

const core = 'packages/core/test';
const ARCHS = ['x86', 'arm64', 'ppc64', 'xen'];

/** By the name that the command line has: folders of sources, what of them is left alone, test files, and what these are told. */
export const TARGETS = {
  machine: {
    sources: ['packages/core/src/machine'],
    tests: () => [
      ...tests(`${core}/steps`, 'known', 'laws'),
      ...tests(`${core}/machine`),
      ...tests(`${core}/rig`, 'wild-pointers', 'nested-hooks', 'names', 'thresholds'),
      ...tests(`${core}/kernel`, 'operations', 'limits', 'cut-areas', 'fork', 'protection'),
      ...tests(`${core}/measure`),
      // Conformance takes too long for each; lines of errors are those of built code.
      ...ARCHS.flatMap((arch) =>
        tests(`packages/arch-${arch}/test`).filter((file) => !/(conformance|throws)\.test\.ts$/.test(file)),
      ),
    ],
  },
  ...Object.fromEntries(
    ARCHS.map((arch) => [
      arch,
      {
        sources: [`packages/arch-${arch}/src`],
        except: /\/index\.ts$/,
        tests: () => {
          const own = tests(`packages/arch-${arch}/test`).filter((file) => !file.endsWith('throws.test.ts'));
          const conformance = own.filter((file) => file.endsWith('conformance.test.ts'));
          return [
            ...own.filter((file) => !conformance.includes(file)),
            'judges/mutate/reference.test.ts',
            ...conformance,
          ];
        },
        env: { SHOOTDOWN_ARCH: arch },
      },
    ]),
  ),
};
