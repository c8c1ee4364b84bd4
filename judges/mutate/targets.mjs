/** What is mutated, and what may kill: test files in the order in which they are tried, `slow` ones after all others. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brokenRules } from './rules.mjs';

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

/** By the name that the command line has: folders of sources, what of them is left alone, mistakes that
 * have names, test files, and what these are told. */
export const TARGETS = {
  machine: {
    sources: ['packages/core/src/machine'],
    tests: () => [
      ...tests(`${core}/steps`, 'known'),
      ...tests(`${core}/machine`, 'cpu', 'facts', 'layout', 'walks'),
      ...tests(`${core}/steps`, 'laws'),
    ],
    slow: () => [
      ...tests(`${core}/machine`).filter((file) => !/\/(cpu|facts|layout|walks)\.test/.test(file)),
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
        tests: () => tests(`packages/arch-${arch}/test`, 'known'),
        slow: () => {
          const others = tests(`packages/arch-${arch}/test`).filter((file) => !file.endsWith('/known.test.ts'));
          return [
            ...others.filter((file) => !SLOW.test(file)),
            'judges/mutate/reference.test.ts',
            ...others.filter((file) => file.endsWith('conformance.test.ts')),
          ];
        },
        env: { SHOOTDOWN_ARCH: arch },
      },
    ]),
  ),
  explorer: {
    sources: ['packages/explorer/src'],
    // The pass has tests of its own, of texts; the rest is what tests are made of.
    except: /\/(instrument|testing)\/|\/(index|mistakes|testing|instrument)\.ts$/,
    rules: brokenRules,
    // Of what nothing notices all systems are tried.
    longest: 600_000,
    tests: () => ['judges/mutate/systems.test.ts'],
    slow: () => [
      'judges/mutate/machine-systems.test.ts',
      ...tests('packages/explorer/test/search').filter((file) => !/(mutants|assertions)\.test\.ts$/.test(file)),
    ],
  },
};
