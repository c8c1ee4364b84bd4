// Measures every counted operation on every architecture in every mode that the reference counts have, and compares. Prints a table
// of agreement per architecture and column, then the rows that differ; exit code 1 when a number differs.
//   node scripts/compare-counts.mjs [ARCH,..]
import { createRequire } from 'node:module';
import { against, comparedIn, COLUMNS, measureRow, rowsOf, sumsOf } from '../packages/core/dist/index.js';
import config from '../shootdown.config.mjs';

const only = process.argv[2]?.split(',');
const { resolve } = createRequire(new URL('../packages/cli/package.json', import.meta.url));
const modules = (names) => Promise.all(names.map((name) => import(resolve(name))));
const archs = (await modules(config.arches)).flatMap((m) => m.default);
const workloads = await modules(config.workloads);
const operations = workloads.flatMap((m) => m.operations ?? []);
const counts = workloads.flatMap((m) => m.kernelCounts?.() ?? []);
const functionsOf = comparedIn(counts, workloads.flatMap((m) => m.countedBeside ?? []));

const began = Date.now();
const compared = [];
for (const arch of archs) {
  for (const row of rowsOf(counts, arch)) {
    if (only && !only.includes(row.arch)) continue;
    const operation = operations.find((o) => o.name === row.operation);
    if (!operation) continue;
    compared.push(against(row, measureRow(arch, operation, row), functionsOf(row)));
  }
}

const names = [...new Set(compared.map((row) => row.arch))];
console.log(`kernel counts: ${compared.length} rows of ${counts.length} measured in ${((Date.now() - began) / 1000).toFixed(0)} s. Numbers: equal + rounded / different / not modelled`);
for (const name of names) {
  const sums = sumsOf(compared.filter((row) => row.arch === name));
  console.log(`  ${name.padEnd(22)} ${COLUMNS.map((c) => `${c} ${sums[c].equal}+${sums[c].rounded}/${sums[c].different}/${sums[c]['not modelled']}`).join('  ')}`);
}
const show = (n) => `${n.name} ${n.ours} (kernel ${n.theirs})`;
let different = 0;
for (const row of compared) {
  const wrong = row.columns.filter((n) => n.agreement === 'different');
  if (wrong.length > 0) different++;
  if (wrong.length > 0) console.log(`different: ${row.arch} ${row.operation} ${row.mode}: ${wrong.map(show).join(', ')}`);
}
for (const why of new Set(compared.flatMap((row) => row.notModelled ?? []))) {
  const rows = compared.filter((row) => row.notModelled === why);
  console.log(`not modelled: ${why}: ${rows.length} rows (${[...new Set(rows.map((row) => row.operation))].join(', ')})`);
}
if (process.env.FUNCTIONS) {
  for (const row of compared) {
    const wrong = row.functions.filter((n) => n.agreement === 'different');
    if (wrong.length > 0) console.log(`functions: ${row.arch} ${row.operation} ${row.mode}: ${wrong.map(show).join(', ')}`);
  }
}
const functions = compared.flatMap((row) => row.functions);
const of = (agreement) => functions.filter((n) => n.agreement === agreement).length;
console.log(`functions: ${of('equal')} equal, ${of('rounded')} rounded, ${of('different')} different, ${of('not modelled')} not modelled`);
process.exit(different > 0 ? 1 : 0);
