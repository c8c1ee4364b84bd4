// Measures how fast verdicts come. Everything is measured in one run, on whatever else the machine does: read ratios, not seconds.
//   npm run bench                     all sections, a few minutes
//   npm run bench -- small spin       only these sections
//   npm run bench -- --full           larger sizes too
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missing, spin } from '../build/lib/spin.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const full = process.argv.includes('--full');
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('-'));

/** Runs a script of ours in a process of its own, from cold. */
function child(script, args, flags = []) {
  const begun = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, join(root, script), ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0 && !stdout) throw new Error(`${script} ${args.join(' ')}: ${stderr}`);
  return { stdout, wall: (performance.now() - begun) / 1000 };
}
const one = (...args) => {
  const { stdout, wall } = child('bench/one.mjs', args);
  return { ...JSON.parse(stdout), wall };
};
const table = (head, rows) => {
  const all = [head, ...rows].map((row) => row.map(String));
  const width = head.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  for (const row of all)
    console.log(row.map((text, i) => (i === 0 ? text.padEnd(width[i]) : text.padStart(width[i]))).join('  '));
  console.log();
};
const s = (seconds) => `${seconds.toFixed(2)} s`;
const HEAD = ['', 'states', 'transitions', 'rounds', 'search CPU', 'whole, wall', 'peak', 'growth', 'verdict'];
const row = (name, { states, transitions, rounds, cpu, wall, megabytes, says }, before) => [
  name,
  states,
  transitions,
  rounds,
  s(cpu),
  s(wall),
  `${megabytes.toFixed(0)} MB`,
  before ? `${(states / before.states).toFixed(1)}x` : '',
  says,
];

/** One row per number of CPUs; the growth is that of states. */
function series(name, sizes, measure) {
  let before;
  return sizes.map((n) => {
    const found = measure(n);
    const line = row(`${name}, N=${n}`, found, before);
    before = found;
    return line;
  });
}

const SECTIONS = {
  small() {
    console.log('The small model (gup-collapse), without reductions and with all');
    table(HEAD, [
      ...series('exact', full ? [1, 2, 3, 4] : [1, 2, 3], (n) => one('small', `${n}`, 'ipi', 'none')),
      ...series('reduced', full ? [1, 2, 3, 4, 5, 6] : [1, 2, 3, 4, 5], (n) => one('small', `${n}`, 'ipi', 'all')),
      ...series('first counterexample', [1, 2, 3, 4], (n) => one('small', `${n}`, 'no kick', 'all')),
    ]);
  },
  family() {
    console.log(
      'The model family over the real hooks: a collapser, N CPUs that pin twice by fast GUP, a user CPU that stores',
    );
    for (const kind of ['x86-like', 'ppc-like, no kick', 'ppc-like, kick'])
      table(HEAD, [
        ...series(`${kind}, exact`, full ? [1, 2] : [1], (n) => one('family', `${n}`, kind, 'none')),
        ...series(`${kind}, reduced`, full ? [1, 2, 3, 4, 5, 6] : [1, 2, 3, 4, 5], (n) =>
          one('family', `${n}`, kind, 'all'),
        ),
      ]);
  },
  spin() {
    const why = missing();
    if (why !== undefined) return console.log(`SPIN: skipped, ${why}\n`);
    console.log('SPIN on Promela generated from the same tables (one d_step per step, no local variables), gcc -O3');
    const line = (name, promela, how) => {
      const { states, transitions, megabytes, cpuSeconds, compileSeconds, seconds, wrong, capped } = spin(promela, how);
      return [
        name,
        states,
        transitions,
        '',
        s(cpuSeconds),
        `${s(seconds + compileSeconds)}, of it ${s(compileSeconds)} compiling`,
        `${megabytes} MB`,
        '',
        capped ?? wrong,
      ];
    };
    const asked = [
      ...[1, 2, 3].map((n) => ['small', `${n}`, 'ipi']),
      ['small', '4', 'no kick'],
      ...(full ? ['x86-like', 'ppc-like, no kick', 'ppc-like, kick'] : ['x86-like']).flatMap((kind) =>
        (full ? [1, 2, 3, ...(kind === 'x86-like' ? [4] : [])] : [1, 2]).map((n) => ['family', `${n}`, kind]),
      ),
    ];
    table(
      HEAD,
      asked.flatMap(([model, n, kind]) => {
        const promela = child('bench/one.mjs', ['promela', model, n, kind]).stdout;
        const name = `${model} N=${n}, ${kind}`;
        // Without its reduction SPIN cannot finish the larger ones here, and a counterexample is no matter of size.
        const plain =
          kind !== 'no kick' && !(model === 'family' && Number(n) > 2) ? [line(`${name}, no POR`, promela, {})] : [];
        return [
          ...plain,
          line(`${name}, POR`, promela, { reduce: true }),
          row(`${name}, here`, one(model, n, kind, 'all')),
        ];
      }),
    );
  },
  cases() {
    console.log(`All built-in cases on all architectures (${availableParallelism()} CPUs)`);
    const cli = (jobs) =>
      child('packages/cli/bin/shootdown.mjs', ['compare', '--quiet', '--json', '--jobs', `${jobs}`]);
    const [alone, two] = [cli(1), cli(2)];
    const { rows } = JSON.parse(alone.stdout).comparison;
    const verdicts = rows.flatMap(({ id, cells }) =>
      cells.flatMap(({ arch, before, after }) =>
        [before, after].map((v) => ({ name: `${id} ${v.variant} on ${arch}`, ...v.evidence, says: v.outcome })),
      ),
    );
    const sum = (of) => verdicts.reduce((total, verdict) => total + of(verdict), 0);
    console.log(
      `1 worker ${s(alone.wall)}, 2 workers ${s(two.wall)} (1/${(alone.wall / two.wall).toFixed(2)}); ${sum(({ states }) => states)} states, in searches ${s(sum(({ seconds }) => seconds))}`,
    );
    console.log('The ten slowest');
    const slow = verdicts.sort((a, b) => b.seconds - a.seconds).slice(0, 10);
    table(
      ['', 'states', 'transitions', 'search'],
      slow.map(({ name, states, transitions, seconds, says }) => [`${name}: ${says}`, states, transitions, s(seconds)]),
    );
  },
  reductions() {
    console.log(`Each reduction alone and all together, on built-in cases of at most ${full ? 20_000 : 1000} states`);
    console.log(
      child('bench/reductions.mjs', [full ? '20000' : '1000'])
        .stdout.trimEnd()
        .split('\n')
        .slice(full ? 0 : -7)
        .join('\n'),
      '\n',
    );
  },
  profile() {
    console.log('Where the time goes: small model, N=3, all reductions; functions with their own time');
    const place = mkdtempSync(join(tmpdir(), 'shootdown-profile-'));
    child('bench/one.mjs', ['small', full ? '4' : '3', 'ipi', 'all'], ['--cpu-prof', `--cpu-prof-dir=${place}`]);
    const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(place, readdirSync(place)[0]), 'utf8'));
    rmSync(place, { recursive: true });
    const names = new Map(
      nodes.map(({ id, callFrame }) => [
        id,
        `${callFrame.functionName || '(anonymous)'} ${callFrame.url.replace(/.*\/dist\//, '').replace(/.*\//, '')}`,
      ]),
    );
    const spent = new Map();
    samples.forEach((id, i) => spent.set(names.get(id), (spent.get(names.get(id)) ?? 0) + timeDeltas[i]));
    const total = [...spent.values()].reduce((a, b) => a + b);
    table(
      ['', 'own time'],
      [...spent]
        .sort((a, b) => b[1] - a[1])
        .slice(0, 15)
        .map(([name, time]) => [name, `${((100 * time) / total).toFixed(1)} %`]),
    );
  },
};

const unknown = wanted.find((name) => !(name in SECTIONS));
if (unknown !== undefined) {
  console.error(`there is no section ${unknown}; there are ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(64);
}
for (const [name, measure] of Object.entries(SECTIONS)) if (wanted.length === 0 || wanted.includes(name)) measure();
