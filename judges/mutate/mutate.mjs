/**
 * Makes mistakes in the code, one at a time, and says which of them no test notices.
 *   node judges/mutate/mutate.mjs TARGET [--file PART] [--operator NAME] [--sample N] [--seed S] [--again] [--open] [--draw N] [--quick] [--workers N]
 *   node judges/mutate/mutate.mjs --report
 * TARGET: one of targets.mjs. What noticed each mistake is kept in record/TARGET.json, and taken from there as long as the mutated file and the
 * test file are what they were. `--sample N`: of the mistakes that were noticed, N that the seed draws are made again, each with the test
 * that noticed it; exit code 1 when that notices nothing any more. `--again`: nothing is taken from the record but the test to try first.
 * `--open`: only what nothing has noticed so far. `--draw N`: N of them, as the seed draws them. `--quick`: the slow tests of the target are not tried. `--report`: the records in tables.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mistakesIn } from './operators.mjs';
import { recordsThere, reportOf } from './report.mjs';
import { TARGETS } from './targets.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
process.chdir(root);
/** Of one mistake, in ms. What comes to no end is noticed too. */
const LONGEST = { all: 120_000, quick: 15_000 };
/** Mistakes that one process makes: the modules of a mistake are never freed. */
const EACH = 50;
/** Tests that noticed the mistakes before, which are tried first. */
const AROUND = 8;
const { values: asked, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    file: { type: 'string', default: '' },
    operator: { type: 'string', default: '' },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    again: { type: 'boolean', default: false },
    open: { type: 'boolean', default: false },
    draw: { type: 'string' },
    report: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    workers: { type: 'string', default: '1' },
  },
});
if (asked.report) {
  console.log(reportOf(recordsThere()));
  process.exit(0);
}
const [name] = positionals;
const target = TARGETS[name];
if (!target || positionals.length !== 1) {
  console.error(`mutate: which target? One of ${Object.keys(TARGETS).join(', ')}.`);
  process.exit(64);
}

const hash = (text) => createHash('sha256').update(text).digest('hex').slice(0, 12);
const texts = new Map();
const read = (path) => {
  if (!texts.has(path)) texts.set(path, readFileSync(path, 'utf8'));
  return texts.get(path);
};
const recordPath = `judges/mutate/record/${name}.json`;
const record = existsSync(recordPath) ? JSON.parse(readFileSync(recordPath, 'utf8')) : {};
const files = target.sources
  .flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => join(folder, file)))
  .filter((file) => file.endsWith('.ts') && !target.except?.test(file))
  .sort();
const tests = [...target.tests(), ...(asked.quick ? [] : (target.slow?.() ?? []))];

/** What operators.mjs finds, each with a key that other changes of its file leave alone: what it changes, and the text around. */
const found = files.flatMap((file) => {
  const text = read(file);
  const times = new Map();
  return mistakesIn(file, text).map((edit) => {
    const around = text.slice(Math.max(0, edit.start - 120), edit.end + 60).replace(/\s+/g, ' ');
    const plain = `${file} ${edit.operator} ${hash(`${around} ${edit.was} ${edit.text}`)}`;
    times.set(plain, (times.get(plain) ?? 0) + 1);
    const key = times.get(plain) > 1 ? `${plain} ${times.get(plain)}` : plain;
    return { ...edit, file, key, edits: [{ file, start: edit.start, end: edit.end, text: edit.text }] };
  });
});
/** And what is named after the rule that it breaks. */
const named = (target.rules?.() ?? []).map(({ rule, edits }) => ({
  ...edits[0],
  operator: `rule ${rule}`,
  key: `rule ${rule}`,
  edits: edits.map(({ file, start, end, text }) => ({ file, start, end, text })),
}));
const mistakes = [...named, ...found];
const wanted = mistakes.filter(({ file, operator }) => file.includes(asked.file) && operator.includes(asked.operator));

const told = (mistake) =>
  `${mistake.file}:${mistake.line} ${mistake.operator}: ${mistake.was.replace(/\s+/g, ' ').slice(0, 70)} -> ${mistake.text.replace(/\s+/g, ' ').slice(0, 70)}`;
const known = ({ key, file }) => {
  const found = record[key];
  if (!found?.test || found.mutated !== hash(read(file))) return undefined;
  return found.file === undefined || (existsSync(found.file) && found.by === hash(read(found.file)))
    ? found
    : undefined;
};

/** A mistake may come to no end: its process does not notice that nobody listens any more. */
const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    for (const child of running) child.kill('SIGKILL');
    process.exit(1);
  });

/** One process that makes mistakes one after the other. */
class Worker {
  #child;
  #lines;
  #made = 0;
  #around = { file: '', killers: [] };
  /** @param just of a file the one test that is run; without it all are, that which noticed the mistake before first */
  async try(mistake, only, files = tests, just) {
    if (this.#made++ % EACH === 0) this.#begin();
    const edit = { edits: mistake?.edits ?? [], n: this.#made };
    const first = mistake ? this.#likely(mistake) : [];
    const paths = only && first[0]?.noticed ? [first[0].file] : files.map((one) => resolve(root, one));
    this.#child.stdin.write(`${JSON.stringify({ edit, files: paths, first, just })}\n`);
    let late;
    const limit = new Promise((resolve) => {
      late = setTimeout(() => resolve('late'), target.longest ?? (asked.quick ? LONGEST.quick : LONGEST.all));
    });
    const answer = await Promise.race([this.#lines.next(), limit]);
    clearTimeout(late);
    if (answer !== 'late' && !answer.done) return JSON.parse(answer.value);
    this.end();
    return { killer: { test: answer === 'late' ? 'it comes to no end' : 'the process ends' } };
  }
  /** Tests to try before all others: what noticed this mistake before, and what noticed those around it. */
  #likely({ key, file }) {
    const { file: by, test } = record[key] ?? {};
    const before = by && existsSync(by) ? [{ file: join(root, by), test, noticed: true }] : [];
    return [...before, ...(this.#around.file === file ? this.#around.killers : [])];
  }
  noticed({ file }, killer) {
    if (!killer.file) return;
    const killers = this.#around.file === file ? this.#around.killers : [];
    const others = killers.filter((one) => one.test !== killer.test);
    this.#around = { file, killers: [{ file: killer.file, test: killer.test }, ...others].slice(0, AROUND) };
  }
  #begin() {
    this.end();
    this.#made = 1;
    this.#child = spawn(
      process.execPath,
      [
        '--conditions=@shootdown/source',
        '--disable-warning=ExperimentalWarning',
        '--max-old-space-size=3000',
        '--import',
        './judges/mutate/loader.mjs',
        'judges/mutate/worker.mjs',
      ],
      { stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, ...target.env } },
    );
    running.add(this.#child);
    this.#child.stdin.on('error', () => {});
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }
  end() {
    running.delete(this.#child);
    this.#child?.kill('SIGKILL');
    this.#made = 0;
  }
}

function write() {
  mkdirSync(dirname(recordPath), { recursive: true });
  const lines = mistakes
    .filter(({ key }) => record[key])
    .map(({ key }) => `  ${JSON.stringify(key)}: ${JSON.stringify(record[key])}`);
  writeFileSync(recordPath, `{\n${lines.join(',\n')}\n}\n`);
}

/** Numbers from 0 to 1 that the seed decides (mulberry32). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
function drawn(from, howMany) {
  const next = random(Number(asked.seed));
  return from
    .map((one) => [next(), one])
    .sort(([a], [b]) => a - b)
    .slice(0, howMany)
    .map(([, one]) => one);
}

const confirmed = new Set();
/** A test that fails with no mistake made would notice all of them: each that noticed one has to pass then. */
async function mustPass({ file, test }, worker) {
  if (!file || confirmed.has(`${file} ${test}`)) return;
  const { killer, why } = await worker.try(undefined, false, [file], test);
  confirmed.add(`${file} ${test}`);
  if (killer === undefined) return;
  console.error(
    `mutate: ${killer.file ?? file}: with no mistake made, "${killer.test}" fails${why ? `: ${why.split('\n')[0]}` : ''}. Mend that first: what it notices says nothing.`,
  );
  process.exit(70);
}

async function makeAll(list, only, then) {
  const left = [...list].reverse();
  let done = 0;
  const began = Date.now();
  await Promise.all(
    Array.from({ length: Number(asked.workers) }, async () => {
      const worker = new Worker();
      for (let mistake = left.pop(); mistake; mistake = left.pop()) {
        const { killer } = await worker.try(mistake, only);
        if (killer) {
          await mustPass(killer, worker);
          worker.noticed(mistake, killer);
        }
        then(mistake, killer);
        if (++done % 50 === 0)
          console.error(`mutate: ${done} of ${list.length}, ${Math.round((Date.now() - began) / 1000)} s`);
      }
      worker.end();
    }),
  );
}

if (asked.sample !== undefined) {
  const missed = [];
  const sample = drawn(
    wanted.filter(({ key }) => record[key]?.file),
    Number(asked.sample),
  );
  await makeAll(sample, true, (mistake, killer) => killer ?? missed.push(mistake));
  for (const mistake of missed) console.log(`NOT NOTICED ANY MORE: ${told(mistake)}`);
  console.log(`mutate ${name}: ${sample.length} mistakes made again, ${missed.length} not noticed any more`);
  process.exit(missed.length > 0 || sample.length === 0 ? 1 : 0);
}

const isOpen = ({ key }) => !record[key]?.test && !record[key]?.because;
const all = wanted.filter((mistake) => (asked.open ? isOpen(mistake) : asked.again || known(mistake) === undefined));
const todo = asked.draw === undefined ? all : drawn(all, Number(asked.draw));
let since = 0;
await makeAll(todo, false, (mistake, killer) => {
  const because = record[mistake.key]?.because;
  record[mistake.key] = killer
    ? {
        mutated: hash(read(mistake.file)),
        test: killer.test,
        ...(killer.file && {
          file: killer.file.slice(root.length + 1),
          by: hash(read(killer.file.slice(root.length + 1))),
        }),
      }
    : { ...(because && { because }), at: told(mistake) };
  if (++since % 20 === 0) write();
});
write();

const made = wanted.filter(({ key }) => record[key]);
const left = made.filter(({ key }) => !record[key].test);
const equivalent = left.filter(({ key }) => record[key]?.because);
for (const mistake of left) if (!record[mistake.key]?.because) console.log(`NOT NOTICED: ${told(mistake)}`);
const killed = made.length - left.length;
console.log(
  `mutate ${name}: ${made.length} mistakes in ${new Set(made.map(({ file }) => file)).size} files, ${killed} noticed (${((100 * killed) / Math.max(1, made.length - equivalent.length)).toFixed(1)} % of those that matter), ${equivalent.length} change nothing that anybody could see, ${left.length - equivalent.length} not noticed`,
);
process.exit(left.length > equivalent.length ? 1 : 0);
