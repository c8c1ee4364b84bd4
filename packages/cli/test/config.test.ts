/** Where architectures and workloads come from. */
import { describe, expect, test } from '@jest/globals';
import { archOf, raceOf, shootdown, type Fakes } from './fakes.ts';

const config = (value: unknown, more: Fakes['modules'] = {}): Fakes => ({
  modules: { './config.mjs': { default: value }, ...more },
});
const archs = async (line: string, fakes: Fakes): Promise<string> =>
  (await shootdown(`list archs ${line}`.trim(), fakes)).out.replaceAll(/ .*\n/g, ' ');

test('the config names the architectures', async () =>
  expect(await archs('', config({ arches: ['@shootdown/arch-arm64'] }))).toBe('arm64 '));
test('it may hold the values themselves', async () =>
  expect(await archs('', config({ arches: [[archOf('a'), archOf('b')], archOf('c')] }))).toBe('a b c '));
test('without a config, those that come with the command line', async () =>
  expect(await archs('', {})).toBe('x86-64 x86-64-paravirt arm64 '));
test('--plugin adds more', async () =>
  expect(
    await archs(
      '--plugin shootdown-arch-vax --plugin ./pdp.mjs',
      config(
        { arches: ['@shootdown/arch-arm64'] },
        { 'shootdown-arch-vax': { default: archOf('vax') }, './pdp.mjs': { default: [archOf('pdp')] } },
      ),
    ),
  ).toBe('arm64 vax pdp '));
test('--config names another file', async () =>
  expect(
    await archs(
      '--config ./other.mjs',
      config({ arches: [] }, { './other.mjs': { default: { arches: [archOf('z')] } } }),
    ),
  ).toBe('z '));
describe('packages that say which architectures they supply', () => {
  const loads: string[] = [];
  const says = (name: string, supplies: readonly string[], ...ids: readonly string[]): Fakes['modules'] => ({
    [name]: {
      supplies,
      get default() {
        loads.push(name);
        return ids.map(archOf);
      },
    },
  });
  const known = config(
    { arches: ['vax', 'pdp'] },
    { ...says('vax', ['vax-11', 'vax-8600'], 'vax-11', 'vax-8600'), ...says('pdp', ['pdp-10'], 'pdp-10', 'pdp-11') },
  );
  const run = async (arch: string, fakes = known) => {
    loads.length = 0;
    const { out, err } = await shootdown(`run gup --arch ${arch} --variant after`, fakes);
    return [err || out.split('\n')[0]!.replace(/ +/g, ' ').split(' ').slice(0, 4).join(' '), ...new Set(loads)];
  };
  test('are loaded when one of them is asked for', async () => {
    expect(await run('vax-8600')).toEqual(['ok gup after vax-8600', 'vax']);
    expect(await run('pdp-10')).toEqual(['ok gup after pdp-10', 'pdp']);
    expect((await run('vax-11,pdp-10')).slice(1)).toEqual(['vax', 'pdp']);
  });
  test('are loaded for what nobody says to supply', async () =>
    expect(await run('pdp-11')).toEqual(['ok gup after pdp-11', 'vax', 'pdp']));
  test('are loaded for a wrong name, so that the right one can be told', async () =>
    expect(await run('pdp-12')).toEqual([expect.stringContaining('Did you mean pdp-1'), 'vax', 'pdp']));
  test('must not say what another one supplies, loaded or not', async () =>
    expect(
      await run(
        'vax-11',
        config(
          { arches: ['vax', 'pdp'] },
          { ...says('vax', ['vax-11', 'pdp-10'], 'vax-11', 'pdp-10'), ...says('pdp', ['pdp-10'], 'pdp-10') },
        ),
      ),
    ).toEqual([expect.stringContaining('SD_BAD_CONFIG: two architectures are called pdp-10.'), 'vax']));
});
test('workloads of several packages are one list', async () => {
  const { out } = await shootdown(
    'list workloads',
    config({ workloads: ['@shootdown/workloads', 'mine'] }, { mine: { races: [raceOf('mine')] } }),
  );
  expect(out.match(/^\w+/gm)).toEqual(['gup', 'zap', 'mine']);
});

describe('a wrong config or plugin exits 65', () => {
  test.each<[string, string, Fakes]>([
    ['SD_BAD_CONFIG: ./config.mjs has no default export that is an object.', '', config(undefined)],
    [
      'SD_BAD_CONFIG: ./config.mjs has a key archs, which means nothing.\n  Did you mean arches?',
      '',
      config({ archs: [] }),
    ],
    ['SD_BAD_CONFIG: arches in ./config.mjs is no list.', '', config({ arches: '@shootdown/arch-arm64' })],
    [
      "SD_BAD_CONFIG: shootdown-arch-vax (architectures) cannot be loaded: Cannot find package 'shootdown-arch-vax'",
      '--plugin shootdown-arch-vax',
      {},
    ],
    [
      'SD_BAD_ARCH: the default export of ./empty.mjs is no architecture.',
      '--plugin ./empty.mjs',
      { modules: { './empty.mjs': {} } },
    ],
    ['SD_BAD_CONFIG: two architectures are called arm64.', '--plugin @shootdown/arch-arm64', {}],
  ])('%s', async (said, line, fakes) => {
    const { exit, out, err } = await shootdown(`list archs ${line}`.trim(), fakes);
    expect({ exit, out }).toEqual({ exit: 65, out: '' });
    expect(err).toContain(said);
  });
});
