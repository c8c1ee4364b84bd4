// Runs the built-in cases with this checkout and with another one, both built, and prints what differs: verdicts, numbers of states and
// transitions, depths, traces with their words, kernel counts, outcomes of litmus tests. Times and memory are left out. After a change
// that should change nothing, nothing differs. Exit code 1 when something does.
//   node judges/compare-with.mjs CHECKOUT [PART..] [--litmus=FOLDER] [-- OPTION..]
// PART: races, traces, claims, counts, litmus (default: all). OPTIONs go to each command: `-- --arch x86-64`.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = resolve(fileURLToPath(import.meta.url), '../..');
const mine = process.argv.slice(2);
const end = mine.indexOf('--');
const more = end < 0 ? [] : mine.splice(end).slice(1);
const [checkout, ...wanted] = mine.filter((word) => !word.startsWith('--'));
const folder = mine.find((word) => word.startsWith('--litmus='))?.slice('--litmus='.length);
if (checkout === undefined) {
  console.error('Usage: node judges/compare-with.mjs CHECKOUT [PART..] [--litmus=FOLDER] [-- OPTION..]');
  process.exit(64);
}
const THERE = resolve(checkout);

/** Numbers that no two runs share, and what says how the rest is written. */
const VARIES = /^(seconds|cpuSeconds|wall|megabytes|memoryInUse|peakMegabytes|schemaVersion)$/;
/** As many differences of a part are printed in full. */
const SHOWN = 20;

const litmusTests = () => {
  const below = resolve(folder ?? join(HERE, 'packages/litmus/test'));
  return readdirSync(below, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.litmus'))
    .sort()
    .map((file) => join(below, file));
};
const named = async (what) => {
  const { items } = JSON.parse((await ask(HERE, ['list', what, '--json'])).stdout);
  return items.map(({ name }) => name);
};
/** The commands of each part. */
const PARTS = {
  races: async () => [['compare']],
  traces: async () => [['run', ...(await named('workloads'))]],
  claims: async () => [['claims', ...(await named('hooks'))]],
  counts: async () => [['measure', '--against', '--mode', 'all']],
  litmus: async () => [['litmus', ...litmusTests()]],
};

function ask(root, args) {
  const child = spawn(process.execPath, [join(root, 'packages/cli/bin/shootdown.mjs'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  return new Promise((done) => child.on('close', (code, signal) => done({ stdout, stderr, code: code ?? signal })));
}

/** All that a value says, one entry for each number and word in it. */
function* leaves(value, path = '') {
  if (typeof value !== 'object' || value === null) yield [path, JSON.stringify(value)];
  else
    for (const [key, inner] of Object.entries(value))
      if (!VARIES.test(key)) yield* leaves(inner, `${path}${path === '' ? '' : '.'}${key}`);
}

/** What was answered, by where it stands; where the answer is no JSON, as it stands. */
function read({ stdout, stderr, code }) {
  try {
    return new Map([['exit code', String(code)], ...leaves(JSON.parse(stdout))]);
  } catch {
    return new Map([
      ['exit code', String(code)],
      ['answer', JSON.stringify(stdout + stderr)],
    ]);
  }
}

/** Keys that one side alone has, such as a field that is new, each with how often. */
function alone(one, other) {
  const found = new Map();
  for (const path of one.keys()) {
    if (other.has(path)) continue;
    const key = path.replace(/\.\d+(?=\.|$)/g, '[]').replace(/^.*\.(?=[^.]+\.[^.]+$)/, '');
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return [...found].map(([key, times]) => `${key} (${times} times)`);
}

/** Asks both for the same. */
async function compare(part, args) {
  const [here, there] = await Promise.all([HERE, THERE].map((root) => ask(root, [...args, '--json', '-q', ...more])));
  const [ours, theirs] = [read(here), read(there)];
  const differs = [...ours].filter(([path, value]) => theirs.has(path) && theirs.get(path) !== value);
  for (const [path, value] of differs.slice(0, SHOWN))
    console.log(`  ${`${path}: here ${value}, there ${theirs.get(path)}`.slice(0, 400)}`);
  if (differs.length > SHOWN) console.log(`  and ${differs.length - SHOWN} more`);
  const [added, gone] = [alone(ours, theirs), alone(theirs, ours)];
  for (const key of added.slice(0, SHOWN)) console.log(`  only here: ${key}`);
  for (const key of gone.slice(0, SHOWN)) console.log(`  only there: ${key}`);
  return { part, values: ours.size, code: here.code, differs: differs.length + added.length + gone.length };
}

let wrong = 0;
for (const part of wanted.length > 0 ? wanted : Object.keys(PARTS)) {
  const begun = performance.now();
  for (const args of await PARTS[part]()) {
    const { values, code, differs } = await compare(part, args);
    wrong += differs;
    console.log(
      `${part}: ${values} values compared, ${differs} differ (exit code ${code}, ${((performance.now() - begun) / 1000).toFixed(0)} s)`,
    );
  }
}
process.exit(wrong > 0 ? 1 : 0);
