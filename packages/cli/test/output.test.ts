/** What goes to stdout and to stderr. */
import { describe, expect, test } from '@jest/globals';
import type { Core } from '../src/tokens.ts';
import { shootdown, verdictOf } from './fakes.ts';

describe('JSON carries the version of its form', () => {
  test.each(['compare', 'run gup', 'list archs', 'list hooks', 'explain pmd_clear', 'claims pmd_clear'])(
    '%s',
    async (line) => {
      const { out, err } = await shootdown(`${line} --json`);
      expect(JSON.parse(out)).toMatchObject({ schemaVersion: 3 });
      expect(err).toBe('');
    },
  );
  test('--format json is the same, before the command too', async () => {
    const { out } = await shootdown('list archs --json');
    expect((await shootdown('list archs --format json')).out).toBe(out);
    expect((await shootdown('--json list archs')).out).toBe(out);
  });
});

describe('progress', () => {
  /** A search that lasts four seconds and says so each second. */
  const slow = (): { core: Pick<Core, 'judgeScenario'>; now: () => number } => {
    let now = 0;
    return {
      now: () => now,
      core: {
        judgeScenario: async (_arch, _scenario, _configuration, _variant, { onProgress }) => {
          for (let second = 1; second <= 4; second++) {
            now += 1000;
            onProgress?.({ states: second * 1000, depth: second, seconds: second });
          }
          return verdictOf({});
        },
      },
    };
  };
  const line = 'run gup --arch x86-64 --variant before';

  test('a plain line every two seconds for a log', async () => {
    expect((await shootdown(line, slow())).err).toBe(
      '0/1  gup before on x86-64  2,000 states  depth 2  2.0 s\n0/1  gup before on x86-64  4,000 states  depth 4  4.0 s\n',
    );
  });
  test('one line, rewritten and then taken away, for a person', async () => {
    const { err } = await shootdown(line, { ...slow(), live: true });
    expect(err.split('\r\x1b[2K').slice(1)).toEqual([
      '0/1  gup before on x86-64',
      '0/1  gup before on x86-64  1,000 states  depth 1  1.0 s',
      expect.stringContaining('2,000'),
      expect.stringContaining('3,000'),
      expect.stringContaining('4,000'),
      '',
    ]);
  });
  test('none when quiet', async () =>
    expect((await shootdown(`${line} --quiet`, { ...slow(), live: true })).err).toBe(''));
});

test('lists', async () => {
  expect((await shootdown('list archs')).out).toBe(
    'x86-64           ipi  the x86-64\nx86-64-paravirt  ipi  the x86-64-paravirt\narm64            ipi  the arm64\n',
  );
  expect((await shootdown('list workloads')).out).toBe('gup  race 2022  about gup\nzap  race 2022  about zap\n');
});

test('lists limits: the function of Linux, its file, and what the model does not have', async () => {
  const { exit, out } = await shootdown('list limits --json');
  const { items } = JSON.parse(out) as { items: { name: string; facts: string[]; says: string }[] };
  expect(exit).toBe(0);
  expect(items).toContainEqual({
    name: 'do_fault',
    facts: ['mm/memory.c'],
    says: 'memory that a file backs, private or shared.',
  });
});

test('the contract of a hook, with who answers', async () => {
  const { exit, out } = await shootdown('explain pmdp_collapse_flush --arch arm64', {
    core: { hooksOf: () => [{ hookName: 'pmdp_collapse_flush', layer: 'Generic', own: false }] },
  });
  expect(exit).toBe(0);
  expect(out).toMatch(/^called by +collapse_huge_page/m);
  expect(out).toMatch(/^locks +mmap_lock for writing/m);
  expect(out).toMatch(/^may differ +lockless walkers of the old table have left/m);
  expect(out).toMatch(/^arm64 +Generic +\(not its own\)$/m);
});

describe('--compact', () => {
  const seedOf = async (line: string): Promise<unknown> => {
    const seen: unknown[] = [];
    const note: Core['judgeScenario'] = async (_arch, _scenario, _configuration, _variant, { compact }) => (
      seen.push(compact),
      verdictOf({})
    );
    const compare: Core['compareRaces'] = async (archs, _races, _expected, { compact }) => (
      seen.push(compact),
      { schemaVersion: 2, archs: archs.map((a) => a.id), rows: [], seconds: 0, complete: true }
    );
    await shootdown(`${line} --arch x86-64`, { core: { judgeScenario: note, compareRaces: compare } });
    return seen[0];
  };
  test.each([
    ['run gup --compact', { seed: 1 }],
    ['run gup --compact=0', { seed: 0 }],
    ['compare gup --jobs 1 --compact=23', { seed: 23 }],
    ['run gup', undefined],
  ])('%s', async (line, seed) => expect(await seedOf(line)).toEqual(seed));
});

test('run --against puts each architecture beside the other one, kernel by kernel', async () => {
  const seen: unknown[] = [];
  const part: Core['part'] = (verdicts, archs, scenario, configuration) => {
    seen.push([
      verdicts.map(({ arch, variant }) => `${arch} ${variant}`),
      archs.map(({ id }) => id),
      scenario.name,
      configuration.says,
    ]);
    return { workload: scenario.name, variant: verdicts[0].variant, archs: [archs[0].id, archs[1].id] };
  };
  const { out } = await shootdown('run gup --arch x86-64,arm64,x86-64-paravirt --against arm64 --json', {
    core: { part },
  });
  const beside = (arch: string, variant: string, says: string) => [
    [`${arch} ${variant}`, `arm64 ${variant}`],
    [arch, 'arm64'],
    'gup',
    says,
  ];
  expect(seen).toEqual([
    beside('x86-64', 'before', 'without the fix'),
    beside('x86-64-paravirt', 'before', 'without the fix'),
    beside('x86-64', 'after', 'with it'),
    beside('x86-64-paravirt', 'after', 'with it'),
  ]);
  const { verdicts, partings } = JSON.parse(out) as { verdicts: unknown[]; partings: unknown[] };
  expect([verdicts.length, partings.length]).toEqual([6, 4]);
  expect(JSON.parse((await shootdown('run gup --json')).out)).not.toHaveProperty('partings');
});
