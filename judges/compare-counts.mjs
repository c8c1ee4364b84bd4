// The suite of counts: measures what real kernels were counted at, and compares. Prints a table of agreement per architecture and
// column, then what differs, then what it cost. Exit code 1 when a column differs; functions only say where to look.
//   node judges/compare-counts.mjs [--stepwise | --forms | --perturb [--kernel=6.12]] [ARCH,..]
// --stepwise runs kernel code step by step. --forms instead measures every row in both forms, and compares what each step observed and
// all that was counted. --perturb instead switches one rule off at a time, and lists which rows notice. It takes some minutes.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { built } from '../build/lib/built.mjs';
import { arches as archs, workloads } from '../build/lib/config.mjs';

const {
  against,
  comparedIn,
  COLUMNS,
  KERNELS,
  kernelNamed,
  mayMatter,
  measureRow,
  readCounts,
  rowsOf,
  rulesOf,
  sumsOf,
  withoutRule,
} = await built('core/dist/index.js');

const REFERENCE = new URL('../../shared/data/kernel-counts/', import.meta.url);
const options = process.argv.slice(2);
const form = options.includes('--stepwise') ? 'stepwise' : 'plain';
const only = options.find((option) => !option.startsWith('-'))?.split(',');

const operations = workloads.flatMap((m) => m.operations ?? []);
const beside = workloads.flatMap((m) => m.countedBeside ?? []);
const counts = referenceCounts();
const functionsOf = comparedIn(counts, beside, archs);

/** All files of the reference where it is at hand, else the copy that comes with the workloads. */
function referenceCounts() {
  if (existsSync(REFERENCE)) {
    const files = readdirSync(REFERENCE)
      .filter((name) => name.endsWith('.json'))
      .sort();
    console.log(`kernel counts: ${files.join(', ')} of ../shared/data/kernel-counts`);
    return files.flatMap((name) => readCounts(JSON.parse(readFileSync(new URL(name, REFERENCE), 'utf8')), name));
  }
  console.log('kernel counts: no ../shared/data/kernel-counts; compared with the copy in packages/workloads/data');
  return workloads.flatMap((m) => m.kernelCounts?.() ?? []);
}

/** Rows of an architecture with the operation each is about. */
const rowsWithOperation = (arch, rows = rowsOf(counts, arch)) =>
  rows.flatMap((row) => {
    const operation = operations.find((o) => o.name === row.operation);
    return operation && (!only || only.includes(row.arch)) ? [{ row, operation }] : [];
  });

const show = (n) => `${n.name} ${n.ours} (kernel ${n.theirs})`;
const differing = (row) => [...row.columns, ...row.functions].filter((n) => n.agreement === 'different');
const nameOf = (row) => `${row.operation}:${row.arch}:${row.mode}`;

function suite() {
  const began = process.cpuUsage();
  let steps = 0;
  const compared = archs.flatMap((arch) =>
    rowsWithOperation(arch).map(({ row, operation }) => {
      const measured = measureRow(arch, operation, row, { form });
      steps += measured.stepsInAll;
      return against(row, measured, functionsOf(row));
    }),
  );
  const seconds = secondsSince(began);
  console.log(`${compared.length} rows of ${counts.length}. Numbers: equal + rounded / different / not modelled`);
  for (const name of new Set(compared.map((row) => row.arch))) {
    const sums = sumsOf(compared.filter((row) => row.arch === name));
    console.log(
      `  ${name.padEnd(22)} ${COLUMNS.map((c) => `${c} ${sums[c].equal}+${sums[c].rounded}/${sums[c].different}/${sums[c]['not modelled']}`).join('  ')}`,
    );
  }
  for (const row of compared.filter((r) => differing(r).length > 0))
    console.log(`different: ${nameOf(row)}: ${differing(row).map(show).join(', ')}`);
  for (const why of new Set(compared.flatMap((row) => row.notModelled ?? []))) {
    console.log(
      `not modelled: ${why}: ${compared
        .filter((row) => row.notModelled === why)
        .map(nameOf)
        .join(', ')}`,
    );
  }
  const of = (agreement) => compared.flatMap((row) => row.functions).filter((n) => n.agreement === agreement).length;
  console.log(
    `functions and instructions: ${of('equal')} equal, ${of('rounded')} rounded, ${of('different')} different, ${of('not modelled')} not modelled`,
  );
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    `${form}: ${seconds.toFixed(1)} CPU s, peak memory ${memory} MB, ${(steps / 1e6).toFixed(1)} million steps, ${Math.round((seconds * 1e9) / steps)} ns a step`,
  );
  return compared.some((row) => row.columns.some((n) => n.agreement === 'different')) ? 1 : 0;
}

const secondsSince = (began) => {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e6;
};

/** Measures a row, with what each step was and observed in one word, and what it cost. */
function inForm(wanted, arch, { row, operation }) {
  const seen = createHash('sha256');
  const began = process.cpuUsage();
  const { noPlainForm, ...measured } = measureRow(arch, operation, row, {
    form: wanted,
    watchSteps:
      () =>
      ({ kind, cpu, cells, args }, observed) =>
        seen.update(`${kind} ${cpu} ${cells} ${args} ${observed}\n`),
  });
  return {
    seconds: secondsSince(began),
    steps: measured.stepsInAll,
    noPlainForm,
    told: `${seen.digest('hex')} ${JSON.stringify(measured)}`,
  };
}

/** Every row in both forms, in turn. Exit code 1 when one differs, or has no plain form. */
function forms() {
  let rows = 0;
  const wrong = [];
  const seconds = { plain: 0, stepwise: 0 };
  let steps = 0;
  for (const arch of archs) {
    for (const one of rowsWithOperation(arch)) {
      const plain = inForm('plain', arch, one);
      const stepwise = inForm('stepwise', arch, one);
      rows++;
      steps += plain.steps;
      seconds.plain += plain.seconds;
      seconds.stepwise += stepwise.seconds;
      if (plain.noPlainForm) wrong.push(`${nameOf(one.row)} has no plain form: ${plain.noPlainForm}`);
      else if (plain.told !== stepwise.told) wrong.push(`different: ${nameOf(one.row)}`);
    }
  }
  console.log(
    `${rows - wrong.length} rows of ${rows} count alike in both forms, and ${(steps / 1e6).toFixed(1)} million steps observe the same`,
  );
  console.log(
    `with that noted: plain ${seconds.plain.toFixed(1)} CPU s, stepwise ${seconds.stepwise.toFixed(1)} CPU s`,
  );
  for (const line of wrong) console.log(line);
  return wrong.length > 0 ? 1 : 0;
}

/** One repetition is enough to see a difference. */
const once = (arch, { row, operation }, configuration, rule) =>
  measureRow(arch, operation, row, {
    ...(rule ? withoutRule({ configuration }, rule) : { configuration }),
    repetitions: 1,
  });

/** Operations that notice when a rule is gone, each with how many of its rows: a column or a function counts another number. */
function noticed(arch, rows, rule, configuration) {
  const found = new Map();
  for (const one of rows) {
    if (!mayMatter(rule, arch, one.whole.asked)) continue;
    const { columns, calls } = once(arch, one, configuration, rule);
    const differs =
      COLUMNS.some((c) => columns[c] !== one.whole.columns[c]) ||
      functionsOf(one.row).some((f) => (calls[f] ?? 0) !== (one.whole.calls[f] ?? 0));
    if (differs) found.set(one.row.operation, (found.get(one.row.operation) ?? 0) + 1);
  }
  return found;
}

function perturbation() {
  const configuration = kernelNamed(KERNELS.find((name) => options.includes(`--kernel=${name}`)) ?? '6.1');
  for (const arch of archs) {
    const rows = rowsWithOperation(
      arch,
      counts.filter((row) => row.arch === arch.id),
    ).map((one) => ({ ...one, whole: once(arch, one, configuration) }));
    if (rows.length === 0) continue;
    console.log(`${arch.id}, ${rows.length} rows, ${configuration.says}`);
    for (const rule of rulesOf(arch, configuration)) {
      const found = noticed(arch, rows, rule, configuration);
      const sum = [...found.values()].reduce((a, b) => a + b, 0);
      console.log(
        `  ${rule.name.padEnd(32)} ${sum === 0 ? 'unchecked' : `${sum} rows: ${[...found].map(([name, n]) => `${name} ${n}`).join(', ')}`}`,
      );
    }
  }
  return 0;
}

process.exitCode = options.includes('--perturb') ? perturbation() : options.includes('--forms') ? forms() : suite();
