/** What a user's own races get wrong: it costs their own rows, names file and race, and is never a bug of ours. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const place = mkdtempSync(join(tmpdir(), 'shootdown-races-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const root = fileURLToPath(new URL('../../..', import.meta.url));
const urlOf = (path: string): string => JSON.stringify(new URL(`../../${path}`, import.meta.url).href);

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}
/** Command lines that were run by the built command line, in one process. */
const ran = new Map<string, Ran>();
const run = (line: string): Ran => ran.get(line)!;

function runAll(lines: readonly (readonly [line: string, folder: string])[]): void {
  const script = `
    import { createRequire } from 'node:module';
    createRequire(${urlOf('cli/dist/main.js')})('reflect-metadata');
    const [{ invoke }, { TERMINAL }] = await Promise.all([import(${urlOf('cli/dist/invoke.js')}), import(${urlOf('cli/dist/tokens.js')})]);
    const ran = [];
    for (const [line, folder] of ${JSON.stringify(lines)}) {
      process.chdir(folder);
      const said = { out: '', err: '' };
      const terminal = { columns: 100, colour: false, live: false, out: (text) => { said.out += text; }, err: (text) => { said.err += text; } };
      const status = await invoke([...line.split(' '), '--quiet'], { [TERMINAL]: terminal });
      ran.push([line, { status, ...said }]);
    }
    console.log(JSON.stringify(ran));`;
  writeFileSync(join(place, 'all.mjs'), script);
  const { stdout, stderr } = spawnSync(process.execPath, [join(place, 'all.mjs')], {
    cwd: place,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  expect(stderr).toBe('');
  for (const [line, found] of JSON.parse(stdout) as [string, Ran][]) ran.set(line, found);
}

const write = (name: string, races: string): void => {
  writeFileSync(
    join(place, `${name}.mjs`),
    `
    import { get_user_pages_fast_only, khugepaged_collapse, user_store, watches } from ${urlOf('core/dist/index.js')};
    import { mmCells } from ${urlOf('core/dist/plugin.js')};
    const stores = function* (cpu, s) { yield* user_store(cpu, s.page(0), 1); yield* user_store(cpu, s.page(1), 2); };
    const scenario = {
      name: 'good', title: 'Good.', cpus: 2, areas: [{ from: 0, to: 2, thp: 'never' }], setup: [{ cpu: 0, does: stores }],
      threads: [
        { name: 'G', cpu: 0, runs: 0, does: function* (cpu, s) { yield* get_user_pages_fast_only(cpu, s.page(0), 1, 'write'); } },
        { name: 'K', cpu: 1, runs: 'kernel', does: function* (cpu, s) { yield* khugepaged_collapse(cpu, s.mm, 0); } },
      ],
      asks: watches.filter(({ breach }) => ['page-uaf', 'stale-pin'].includes(breach)).map(({ claim }) => claim),
    };
    const before = { release: 'v5.8', says: 'before' }, after = { release: 'v6.1', says: 'after' };
    const good = { id: 'good', title: 'Good', year: 2020, commits: [], scenario, before, after };
    const like = (id, more = {}, story = {}) => ({ ...good, id, scenario: { ...scenario, name: id, ...story }, ...more });
    const waits = function* (cpu, s) { const lock = mmCells.mmap_lock(s.mm.id); yield* cpu.down_write(lock); yield* cpu.down_write(lock); };
    ${races}`,
  );
  writeFileSync(join(place, `${name}.config.mjs`), `export default { workloads: ['./${name}.mjs'] };`);
};
const on = (command: string, config: string): string =>
  `${command} --arch arm64${command.startsWith('compare') ? ' --jobs 1' : ''} --config ${config}.config.mjs`;

const ALL = on('compare', 'some');
const EXITS: readonly [number, string, string][] = [
  [0, 'breaks before its fix only, and names a change of an architecture that is not loaded', on('compare', 'good')],
  [12, 'breaks after it, and no reference speaks of it', on('compare', 'after')],
  [11, 'waits for ever after it', on('compare', 'waits')],
  [65, 'is wrong, and alone', on('compare half', 'some')],
];
const OTHERS: readonly [number, string, string][] = [
  [12, '', on('run good', 'some')],
  [
    65,
    'SD_BAD_SCENARIO: ./some.mjs: race half has no scenario.\n  It needs id, scenario, before, after.\n',
    on('run half', 'some'),
  ],
  [65, 'SD_UNKNOWN_CHANGE: scenario stray: with of "after" names ppc_clear_kick_walkers', on('run stray', 'some')],
  [65, 'SD_OPERATION_THREW: ', on('run throws', 'some')],
  [
    65,
    'SD_BAD_CONFIG: ./slip.mjs exports racse, which means nothing.\n  Did you mean races?\n',
    'list workloads --config slip.config.mjs',
  ],
];
const ZAP = 'ppc-zap-huge-pmd-vs-lockless-walk';
const OPTIONS: readonly [string, string][] = [
  [
    'weigh thp_dontneed=3 --arch ppc64-radix --release v5.4 --with -ppc_clear_kick_walkers',
    'Did you mean ppc_clear_kicks_walkers?',
  ],
  [
    'weigh thp_dontneed=3 --arch ppc64-radix --release v6.1 --with -ppc_clear_kicks_walkers',
    'changes nothing: v6.1 on ppc64-radix has no ppc_clear_kicks_walkers.',
  ],
  ['weigh thp_dontneed=3 --arch ppc64-radix --release v5.5', '--release: no release is called v5.5.'],
  ['weigh thp_dontneed= --arch ppc64-radix', 'the weight of thp_dontneed is'],
  [`place ${ZAP} --arch ppc64-radix --without ppc_clear_kicks_walker`, 'Did you mean ppc_clear_kicks_walkers?'],
  [`place ${ZAP} --arch ppc64-radix --with gup_fast_recheck_pmd`, 'Did you mean gup_fast_rechecks_pmd?'],
  [`place ${ZAP} --arch ppc64-radix --at kick.pmd_clear.zap_huge_pdm`, 'Did you mean zap_huge_pmd?'],
  [`place ${ZAP} --arch ppc64-radix --mix zap,zap=3`, 'zap is named twice'],
  ['measure thp_munmap --why thp_munmap:x86-64:spin3', 'thp_munmap beside --why means nothing'],
  ['list archs --json --format text', '--json and --format text cannot both be had'],
];

beforeAll(() => {
  write(
    'some',
    `export const races = [
    good,
    like('throws', {}, { setup: [{ cpu: 0, *does() { throw new TypeError('x is not a page'); } }] }),
    like('stray', { after: { ...after, with: ['ppc_clear_kick_walkers'] } }),
    { id: 'half', title: 'Half' },
    undefined,
    like('broken-after', { before: after, after: before }),
  ];`,
  );
  write(
    'good',
    'export const races = [good, like("names", { after: { ...after, with: ["ppc_clear_kicks_walkers"] } })];',
  );
  write('after', 'export const races = [like("broken-after", { before: after, after: before })];');
  write(
    'waits',
    'export const races = [like("waits", {}, { threads: [scenario.threads[0], { name: "W", cpu: 1, runs: "kernel", does: waits }] })];',
  );
  write('slip', 'export const racse = [good];');
  const mine = [ALL, ...[...EXITS, ...OTHERS].map(([, , line]) => line)];
  runAll([...mine.map((line) => [line, place] as const), ...OPTIONS.map(([line]) => [line, root] as const)]);
}, 120_000);

describe('compare', () => {
  test('judges what can be judged, and says of the rest what is wrong', () => {
    const { status, out, err } = run(ALL);
    expect({ status, err }).toEqual({ status: 65, err: '' });
    expect(out).toMatch(/^good +FAIL\* \| ok\* \[1\]$/m);
    expect(out).toMatch(/^throws +SD_OPERATION_THREW$/m);
    expect(out).toMatch(/^stray +SD_UNKNOWN_CHANGE$/m);
    expect(out).toMatch(/^half +SD_BAD_SCENARIO$/m);
    expect(out).toMatch(/^broken-after +ok\* \| FAIL\* \[2\]$/m);
    const said = out.replace(/\s+/g, ' ');
    expect(said).toMatch(/not judged: throws on arm64: SD_OPERATION_THREW: .*x is not a page/);
    expect(said).toContain(
      'names ppc_clear_kick_walkers, and no change is called so. Did you mean ppc_clear_kicks_walkers?',
    );
    expect(said).toContain('not judged: half: SD_BAD_SCENARIO: ./some.mjs: race half has no scenario.');
    expect(said).toContain(
      'not judged: races[4] of ./some.mjs: SD_BAD_SCENARIO: races[4] of ./some.mjs: a race is undefined.',
    );
    expect(said).toContain('0 agree, 0 disagree, 2 open, 0 not applicable, 4 not judged');
  });
  test.each(EXITS)('%i for a race that %s', (exit, _what, line) =>
    expect(run(line)).toMatchObject({ status: exit, err: '' }),
  );
});

test.each(OTHERS)('others refuse what they were asked for, and run the rest: %i %j', (exit, said, line) => {
  const { status, err } = run(line);
  expect(status).toBe(exit);
  expect(err).toContain(said);
  expect(err).not.toContain('this is a bug');
});

test.each(OPTIONS)('an option that would do nothing is refused: %s', (line, said) => {
  const { status, err } = run(line);
  expect(status).toBe(64);
  expect(err).toContain(said);
});
