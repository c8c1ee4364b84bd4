/**
 * `npm run oracle`: every judge of the search, the machine and the hooks at the size that CI takes, several at a time.
 * Prints what each said, and last who found something; exit code 1 when anybody did.
 */
import { join } from 'node:path';
import { runAll } from '../build/lib/pool.mjs';

const judges = [
  // The longest first.
  ['mutate/mutate.mjs', 'machine', '--sample', '40'],
  ['mutate/mutate.mjs', 'explorer', '--operator', 'rule', '--sample', '15'],
  ['compare-identity.mjs', '4000'],
  ['compare-oracle.mjs'],
  ['compare-reductions.mjs', '300'],
  ['compare-spin.mjs', '1000', '2'],
  ['compare-random.mjs'],
  ...['x86', 'arm64', 'ppc64', 'xen'].map((arch) => ['mutate/mutate.mjs', arch, '--sample', '5']),
];
/** It reads TypeScript. */
const typescript = ['compare-random.mjs'];

const failed = await runAll(
  judges.map(([file, ...args]) => ({
    name: `judges/${[file, ...args].join(' ')}`,
    args: [...(typescript.includes(file) ? ['--import', './build/typescript.mjs'] : []), join('judges', file), ...args],
  })),
  ({ name, status, printed, seconds }) =>
    console.log(
      `\n## ${name}\n${printed.trimEnd()}\n${status === 0 ? 'agrees' : `ended with ${status}`} (${seconds.toFixed(0)} s)`,
    ),
);
console.log(failed.length > 0 ? `\nfound something: ${failed.join(', ')}` : `\n${judges.length} judges agree`);
process.exitCode = failed.length > 0 ? 1 : 0;
