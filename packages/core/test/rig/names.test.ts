/** What somebody wrote by hand and nobody reads is a mistake, wherever it stands. */
import { describe, expect, test } from '@jest/globals';
import { Mistake, type Op } from '@shootdown/explorer';
import {
  flawOfRace,
  judgeScenario,
  namesKnownTo,
  readPlace,
  rig,
  strangerIn,
  type Configuration,
  type Scenario,
} from '../../src/testing.ts';
import type { Layer } from '../../src/arch/layer.ts';
import { mustKnowPlaces } from '../../src/rig/names.ts';
import { KERNEL_CONFIG } from '../../src/words/spec.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import { machine, storeBeside, Toy, toyArch, v6_1 } from './toy-arch.ts';

const said = (f: () => unknown): string => {
  try {
    const found = f();
    return found instanceof Mistake ? `${found.exitClass} ${found.message}` : 'nothing';
  } catch (error) {
    if (error instanceof Mistake) return `${error.exitClass} ${error.message}`;
    throw error;
  }
};
const story = storeBeside('dontneed');
const [thread] = story.threads;
const as = (value: object): never => value as never;

describe('an unknown key is named, with its place and what was meant', () => {
  test.each<[string, object, object]>([
    [
      'scenario store-beside-dontneed has a key thraeds, which means nothing.\n  Did you mean threads?',
      { thraeds: [] },
      {},
    ],
    [
      'scenario store-beside-dontneed: threads[0] has a key dose, which means nothing.\n  Did you mean does?',
      { threads: [{ ...thread, dose: 1 }] },
      {},
    ],
    [
      'scenario store-beside-dontneed: areas[0] has a key form, which means nothing.\n  Did you mean from?',
      { areas: [{ form: 0, to: 2, thp: 'never' }] },
      {},
    ],
    [
      'scenario store-beside-dontneed: areas[0].thp is "nevr".\n  Did you mean never?',
      { areas: [{ from: 0, to: 2, thp: 'nevr' }] },
      {},
    ],
    [
      'scenario store-beside-dontneed: setup[0] has a key cpus, which means nothing.\n  Did you mean cpu?',
      { setup: [{ cpus: 0, *does() {} }] },
      {},
    ],
    [
      'scenario store-beside-dontneed: needs has a key conifg, which means nothing.\n  Did you mean config?',
      { needs: { conifg: [] } },
      {},
    ],
    [
      'scenario store-beside-dontneed: needs.config[0] is "HAVE_FASTGUP".\n  Did you mean HAVE_FAST_GUP?',
      { needs: { config: ['HAVE_FASTGUP'] } },
      {},
    ],
    [
      'scenario store-beside-dontneed: geometry has a key pmdd, which means nothing.\n  Did you mean pmd?',
      { geometry: { pmdd: 1 } },
      {},
    ],
    ['scenario store-beside-dontneed: threads is empty.', { threads: [] }, {}],
    ['scenario store-beside-dontneed: memory is "TSO".', { memory: 'TSO' }, {}],
    ['the kernel "Linux 6.1" has a key wiht, which means nothing.\n  Did you mean with?', {}, { wiht: [] }],
    ['the kernel "Linux 6.1" has a key withuot, which means nothing.\n  Did you mean without?', {}, { withuot: [] }],
    [
      'the kernel "Linux 6.1": config has a key TRANSPARENT_HUGEPAGES, which means nothing.\n  Did you mean TRANSPARENT_HUGEPAGE?',
      {},
      { config: { TRANSPARENT_HUGEPAGES: false } },
    ],
    [
      'the kernel "Linux 6.1": config.HAVE_FAST_GUP is "no".\n  Write true or false.',
      {},
      { config: { HAVE_FAST_GUP: 'no' } },
    ],
    ['the kernel "Linux 6.1": places[0] has no after.', {}, { places: [{ what: 'kick' }] }],
  ])('%s', async (message, scenario, configuration) => {
    const judged = judgeScenario(toyArch(), as({ ...story, ...scenario }), as({ ...v6_1, ...configuration }), 'v6.1', {
      maxStates: 1e6,
    });
    await expect(judged).rejects.toThrow(new RegExp(message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
    expect(said(() => rig(toyArch(), as({ ...story, ...scenario }), as({ ...v6_1, ...configuration })))).toMatch(
      /^65 SD_BAD_/,
    );
  });
  test.each<[string, object]>([
    [
      'its machine has a key walkCach, which means nothing.\n  Did you mean walkCache?',
      { machine: { ...machine, walkCach: true } },
    ],
    [
      'its machine.config has a key HAVE_GUP, which means nothing.',
      { machine: { ...machine, config: { ...machine.config, HAVE_GUP: true } } },
    ],
    ['its machine.shootdown is "ipis".\n  Did you mean ipi?', { machine: { ...machine, shootdown: 'ipis' } }],
    ['it has a key histroy, which means nothing.\n  Did you mean history?', { histroy: [] }],
    [
      'its history[0] has a key sinec, which means nothing.\n  Did you mean since?',
      { history: [{ name: 'a', commit: 'b', says: 'c', sinec: 'v4.0' }] },
    ],
    [
      'its rules[0].off has a key number, which means nothing.\n  Did you mean numbers?',
      { rules: [{ name: 'a', says: 'b', off: { number: {} } }] },
    ],
    [
      'its rule a names a change toy_old, which it has not.',
      { rules: [{ name: 'a', says: 'b', off: { with: ['toy_old'] } }] },
    ],
  ])('architecture toy: %s', (message, change) =>
    expect(said(() => toyArch(as(change)))).toContain(`65 SD_BAD_ARCH: architecture toy: ${message}`),
  );
  test('a machine may have keys of its own where the architecture says so, or the one below it', () => {
    const base = toyArch({ machineKeys: ['pv_ops'] });
    expect(said(() => toyArch({ id: 'guest', over: base, machine: as({ ...machine, pv_ops: {} }) }))).toBe('nothing');
    expect(said(() => toyArch({ id: 'guest', machine: as({ ...machine, pv_ops: {} }) }))).toContain(
      'its machine has a key pv_ops',
    );
  });
  test('of a race, wherever', () => {
    const race = { id: 'r', title: 'R', year: 2020, commits: [], scenario: story, before: v6_1, after: v6_1 };
    expect(flawOfRace(race)).toBeUndefined();
    expect(said(() => flawOfRace({ ...race, befor: v6_1 }))).toBe(
      '65 SD_BAD_SCENARIO: race r has a key befor, which means nothing.\n  Did you mean before?',
    );
    expect(said(() => flawOfRace({ ...race, after: { ...v6_1, whit: [] } }))).toBe(
      '65 SD_BAD_SCENARIO: race r: after has a key whit, which means nothing.\n  Did you mean with?',
    );
    expect(said(() => flawOfRace({ ...race, scenario: undefined }))).toBe(
      '65 SD_BAD_SCENARIO: race r has no scenario.\n  It needs id, scenario, before, after.',
    );
    expect(said(() => flawOfRace({ ...race, scenario: { ...story, threads: 2 } }))).toContain(
      'race r: scenario.threads is 2.\n  Write a list.',
    );
    for (const value of [undefined, null, 5, 'race', [], () => race])
      expect(said(() => flawOfRace(value))).toMatch(/^65 SD_BAD_SCENARIO: a race is /);
  });
});

describe('a name that some architecture brings', () => {
  const other = toyArch({
    id: 'other',
    history: [{ name: 'other_clear_kicks', commit: 'none', says: 'A change.' }],
    operations: { other_walk: as(function* (): Op {}) },
    machine: { ...machine, numbers: { ceiling: 3 } },
  });
  const known = namesKnownTo([toyArch(), other]);
  const stranger = (scenario: Partial<Scenario>, changes: Partial<Configuration> = {}): string =>
    said(() => strangerIn({ scenario: { ...story, ...scenario }, configurations: [{ ...v6_1, ...changes }] }, known));
  test('may be that of another one', () => {
    expect(
      stranger(
        {
          numbers: { ceiling: 2, MAX_TABLE_BATCH: 1, CPUS_WITHOUT_HUGE_PAGES: 1 },
          needs: { operations: ['other_walk'] },
        },
        { with: ['other_clear_kicks', 'walkers_counted_per_mm'], without: ['other_clear_kicks'] },
      ),
    ).toBe('nothing');
  });
  test.each<[string, string]>([
    [
      '65 SD_UNKNOWN_CHANGE: scenario store-beside-dontneed: with of "Linux 6.1" names other_clear_kick, and no change is called so.\n  Did you mean other_clear_kicks?',
      stranger({}, { with: ['other_clear_kick'] }),
    ],
    [
      'without of "Linux 6.1" names nothing_like_it, and no change is called so.\n  Known: ',
      stranger({}, { without: ['nothing_like_it'] }),
    ],
    [
      '65 SD_BAD_SCENARIO: scenario store-beside-dontneed: numbers names MAX_TABEL_BATCH, and no number of a machine is called so.\n  Did you mean MAX_TABLE_BATCH?',
      stranger({ numbers: { MAX_TABEL_BATCH: 1 } }),
    ],
    [
      'needs.operations names othr_walk, and no operation of an architecture is called so.\n  Did you mean other_walk?',
      stranger({ needs: { operations: ['missing_walk|othr_walk', 'othr_walk'].slice(1) } }),
    ],
  ])('must be known to one of them: %s', (message, found) => expect(found).toContain(message));
  test('code may ask only for what there is', () => {
    class Asks implements Layer {
      *flush_tlb_mm(cpu: Cpu): Op {
        if (cpu.has('gup_fast_recheck_pmd')) yield* cpu.fence('x');
      }
    }
    const asks = toyArch({ layers: [Toy, Asks] });
    const flushes = { ...story, setup: [...story.setup, { cpu: 0, does: (cpu: Cpu) => new Asks().flush_tlb_mm(cpu) }] };
    expect(said(() => rig(asks, flushes, v6_1))).toBe(
      '65 SD_UNKNOWN_CHANGE: code on toy asks whether it has gup_fast_recheck_pmd, which is no change of generic code, nor of this architecture.\n  Did you mean gup_fast_rechecks_pmd?',
    );
  });
  test('places are behind hooks, within operations or hooks', () => {
    for (const place of ['kick.pmd_clear', 'kick.pmd_clear.collapse_huge_page', 'flush.pmd_clear.pmdp_collapse_flush'])
      expect(said(() => mustKnowPlaces([readPlace(place)]))).toBe('nothing');
    expect(said(() => mustKnowPlaces([readPlace('kick.pmd_clear.collapse_hugepage')]))).toBe(
      '64 SD_UNKNOWN_OPERATION: pmd_clear.collapse_hugepage names collapse_hugepage, and no operation or hook is called so.\n  Did you mean collapse_huge_page?',
    );
    expect(said(() => rig(toyArch(), story, { ...v6_1, places: [{ what: 'kick', after: 'pmd_claer' }] }))).toBe(
      '64 SD_UNKNOWN_HOOK_NAME: there is no hook pmd_claer.\n  Did you mean pmd_clear?',
    );
  });
});

test('a kernel with an option that an architecture lacks does not exist there', async () => {
  const verdict = (config: NonNullable<Configuration['config']>) =>
    judgeScenario(toyArch(), story, { ...v6_1, config }, 'v6.1', { maxStates: 1e6 });
  expect(await verdict({ MMU_GATHER_PAGE_SIZE: true })).toMatchObject({
    outcome: 'n/a',
    reason: 'toy has no MMU_GATHER_PAGE_SIZE',
  });
  expect(await verdict({ HAVE_FAST_GUP: true, MMU_GATHER_PAGE_SIZE: false })).toMatchObject({ outcome: 'clean' });
  expect(new Set(KERNEL_CONFIG).size).toBe(KERNEL_CONFIG.length);
});

describe('code of a story', () => {
  const broken = (does: unknown, setup: unknown = story.setup) =>
    said(() =>
      rig(
        toyArch(),
        as({ ...story, setup, threads: [{ ...thread, does }, story.threads[1]] }),
        v6_1,
      ).system.processes[0]!.body(),
    );
  test('that gives back no generator', () => {
    expect(broken(() => 5)).toBe(
      '65 SD_BAD_SCENARIO: scenario store-beside-dontneed: thread U makes no steps: its does gives back no generator.\n  Write it as function* (cpu, story) { yield* ... }.',
    );
    expect(broken(thread!.does, [{ cpu: 0, does: () => undefined }])).toMatch(
      /^65 SD_BAD_SCENARIO: .*set-up 1 makes no steps/,
    );
  });
  test('that throws is a mistake of its author, not a bug of ours', () => {
    const throws = () => {
      throw new TypeError('x is not a page');
    };
    expect(broken(throws)).toMatch(
      /^65 SD_OPERATION_THREW: thread U of store-beside-dontneed threw in its body: TypeError: x is not a page, at packages\/core\/test\/rig\/names\.test\.ts:\d+\./,
    );
    expect(broken(thread!.does, [{ cpu: 0, does: throws }])).toMatch(
      /^65 SD_OPERATION_THREW: set-up 1 of store-beside-dontneed threw/,
    );
    expect(
      broken(thread!.does, [
        {
          cpu: 0,
          *does() {
            throws();
          },
        },
      ]),
    ).toMatch(
      /^65 SD_OPERATION_THREW: store-beside-dontneed \(set-up 1\) threw in its body: TypeError: x is not a page, at/,
    );
  });
});

describe('what contradicts itself is a mistake', () => {
  test.each<[string, object]>([
    ['set-up 1 is on cpu7, but there are 2', { setup: [{ cpu: 7, does: () => undefined }] }],
    [
      'two threads are called A: a trace could not tell them apart',
      {
        threads: [
          { ...thread, name: 'A', cpu: 0 },
          { ...thread, name: 'A', cpu: 1 },
        ],
      },
    ],
    ['address space 1 is to be forked, but there are 1 (mms)', { forked: [1] }],
    ['the number MMU_GATHER_BUNDLE is -1', { numbers: { MMU_GATHER_BUNDLE: -1 } }],
  ])('%s', (words, change) => {
    expect(said(() => rig(toyArch(), as({ ...story, ...change }), v6_1))).toContain(words);
  });

  test('a change that is asked for and refused', () => {
    const both: Configuration = { ...v6_1, with: ['x'], without: ['x'] };
    expect(said(() => rig(toyArch(), story, both))).toContain('is to be with and without x');
  });
});
