/** What is mutated, and what may kill: test files in the order in which they are tried, `slow` ones after all others. */
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
/** Conformance takes too long for each; lines of errors are those of built code. */
const SLOW = /(conformance|throws)\.test\.ts$/;
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
      ...ARCHS.flatMap((arch) => tests(`packages/arch-${arch}/test`).filter((file) => !SLOW.test(file))),
    ],
  },
  ...Object.fromEntries(
    ARCHS.map((arch) => [
      arch,
      {
        sources: [`packages/arch-${arch}/src`],
        except: /\/index\.ts$/,
        tests: () => [
          ...tests(`packages/arch-${arch}/test`, 'known'),
          ...tests(`packages/arch-${arch}/test`).filter((file) => !/\/known\.test/.test(file) && !SLOW.test(file)),
        ],
        slow: () => [
          'judges/mutate/reference.test.ts',
          ...tests(`packages/arch-${arch}/test`).filter((file) => file.endsWith('conformance.test.ts')),
        ],
        env: { SHOOTDOWN_ARCH: arch },
      },
    ]),
  ),
};
