/** What a plugin author or a scenario can get wrong, and what is said then. */
import { describe, expect, test } from '@jest/globals';
import { inject } from 'inversify';
import { below } from '../../src/arch/below.ts';
import type { Layer } from '../../src/arch/layer.ts';
import type { MmHooks } from '../../src/contract/mm-hooks.ts';
import { Mistake, type Op } from '@shootdown/explorer';
import { decodeToken } from '../../src/ask/token.ts';
import { exploreSync, hooksOf, judgeScenario, rig } from '../../src/testing.ts';
import type { Va } from '../../src/words/address.ts';
import { perCpu } from '../../src/words/cells.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import { mmCells, type Mm, type PmdSlot, type PteSlot, type Vma } from '../../src/words/objects.ts';
import { machine, storeBeside, Toy, toyArch, v6_1 } from './toy-arch.ts';

const all = { stopAtFirst: true, maxStates: 1e6 };
const withLayer = (layer: new () => Layer) => rig(toyArch({ layers: [Toy, layer] }), storeBeside('collapse'), v6_1);
const run = (layer: new () => Layer) => exploreSync(withLayer(layer).system, all);
const said = (f: () => unknown): string => {
  try {
    f();
  } catch (e) {
    if (e instanceof Mistake) return `${e.exitClass} ${e.message}`;
    throw e;
  }
  return 'nothing';
};

describe('a plugin', () => {
  test('that misspells a hook', () => {
    class Slip {
      *flush_tlb_rnage(): Op {}
    }
    expect(said(() => withLayer(Slip as never))).toBe(
      '65 SD_UNKNOWN_HOOK: layer Slip defines flush_tlb_rnage, which no contract declares.\n  Did you mean flush_tlb_range? Helpers are #private or plain functions.',
    );
  });
  test('that lacks a hook', () => {
    class OnlyPages {
      *flush_tlb_page(): Op {}
    }
    expect(said(() => rig(toyArch({ layers: [OnlyPages] }), storeBeside('collapse'), v6_1))).toMatch(
      /^65 SD_MISSING_HOOK: architecture toy lacks flush_tlb_mm, flush_tlb_range\.\n {2}Generic has no body for them/,
    );
  });
  test('whose hook is no generator', () => {
    class Plain {
      flush_tlb_mm(): void {}
    }
    expect(said(() => withLayer(Plain as never))).toMatch(
      /SD_HOOK_NOT_GENERATOR: Plain\.flush_tlb_mm is not a generator method/,
    );
  });
  test('whose hook forgets to return', () => {
    class Forgets {
      *pmdp_collapse_flush(): Op {}
    }
    expect(said(() => run(Forgets as never))).toMatch(
      /SD_WRONG_RESULT: Forgets\.pmdp_collapse_flush returned nothing, but its contract says it returns a value of kind entry/,
    );
  });
  test('whose hook keeps state of its own between steps', () => {
    let calls = 0;
    class Counts implements Layer {
      *flush_tlb_range(cpu: Cpu, vma: Vma): Op {
        if (calls++ % 2 === 0) yield* cpu.load({ region: cpu.spec.cells[0]!, at: [0] });
        yield* cpu.tlbi_sync(`dsb of mm ${vma.mm.id}`);
      }
    }
    const own = perCpu('own');
    const said_ = said(() =>
      exploreSync(
        rig(toyArch({ layers: [Toy, Counts], machine: { ...machine, cells: [own] } }), storeBeside('collapse'), v6_1)
          .system,
        all,
      ),
    );
    expect(said_).toMatch(/^65 SD_HIDDEN_STATE/);
    expect(said_).toContain('flush_tlb_range');
  });
  test('that uses cells it does not declare', () => {
    const undeclared = perCpu('secret');
    class Sneaks implements Layer {
      *flush_tlb_range(cpu: Cpu): Op {
        yield* cpu.load(undeclared(0));
      }
    }
    expect(said(() => run(Sneaks))).toMatch(/SD_UNDECLARED_CELL[\s\S]*secret\[0\] is used, but no architecture/);
  });
  test('whose id, geometry or entry bits make no sense', () => {
    expect(said(() => toyArch({ id: 'Toy 1' }))).toMatch(/SD_BAD_ARCH: architecture Toy 1: its id is not a plain name/);
    expect(
      said(() =>
        toyArch({ machine: { ...machine, geometry: { pageShift: 12, bits: { ...machine.geometry.bits, pte: 0 } } } }),
      ),
    ).toMatch(/pte or pmd level is folded/);
    expect(said(() => toyArch({ machine: { ...machine, entryBits: { PRESNT: 'bit 0' } as never } }))).toMatch(
      /its machine\.entryBits has a key PRESNT, which means nothing\.\n {2}Did you mean PRESENT\?/,
    );
  });
});

describe('layers', () => {
  test('the topmost answers, also when a body below calls the hook', () => {
    class Marks implements Layer {
      *flush_tlb_range(cpu: Cpu): Op {
        yield* cpu.bug_on(true, 'the top layer was called');
      }
    }
    expect(run(Marks).violations[0]?.claim).toBe('no BUG_ON fires');
  });
  test('a layer reaches what is below it, and its services', () => {
    class Counter {
      readonly name = 'counter';
    }
    class Passes implements Layer {
      constructor(
        @below() private readonly below: MmHooks,
        @inject(Counter) private readonly counter: Counter,
      ) {}
      *pmdp_collapse_flush(cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot): Op<number> {
        const old = yield* this.below.pmdp_collapse_flush(cpu, vma, address, pmdp);
        yield* cpu.bug_on(this.counter.name === 'counter', 'both were injected');
        return old;
      }
    }
    const spec = toyArch({ layers: [Toy, Passes], services: [Counter] });
    expect(exploreSync(rig(spec, storeBeside('collapse'), v6_1).system, all).violations[0]?.claim).toBe(
      'no BUG_ON fires',
    );
    expect(hooksOf(spec).find((h) => h.hookName === 'pmdp_collapse_flush')).toMatchObject({
      layer: 'Passes',
      own: true,
    });
    expect(hooksOf(spec).find((h) => h.hookName === 'flush_tlb_mm')).toMatchObject({
      layer: 'Toy',
      source: { symbol: 'flush_tlb_mm' },
    });
  });
  test('a change is in force from its first release to its last, or when it is asked for', () => {
    class Old implements Layer {
      *ptep_get_and_clear(cpu: Cpu, _mm: Mm, _addr: Va, _ptep: PteSlot): Op<number> {
        yield* cpu.fence('old');
        return 0;
      }
    }
    const spec = toyArch({
      history: [{ name: 'toy_old_clear', commit: 'none', says: 'Old form.', since: 'v4.0', until: 'v5.8', layer: Old }],
    });
    const layerAt = (release: string, changes = {}) =>
      hooksOf(spec, { release, says: '', ...changes }).find((h) => h.hookName === 'ptep_get_and_clear')?.layer;
    expect([layerAt('v3.10'), layerAt('v4.0'), layerAt('v4.19'), layerAt('v5.8')]).toEqual([
      'Toy',
      'Old',
      'Old',
      'Toy',
    ]);
    expect(layerAt('v6.1', { with: ['toy_old_clear'] })).toBe('Old');
    expect(layerAt('v4.0', { without: ['toy_old_clear'] })).toBe('Toy');
  });
});

describe('a scenario', () => {
  const story = storeBeside('collapse');
  test.each([
    [
      'asks for a claim nobody knows',
      { asks: ['no user store is lots'] },
      /SD_UNKNOWN_CLAIM[\s\S]*Did you mean "no user store is lost"/,
    ],
    [
      'puts two threads on one CPU',
      { threads: story.threads.map((t) => ({ ...t, cpu: 0 })) },
      /two threads are on cpu0/,
    ],
    ['has a thread on a CPU that is not there', { cpus: 1 }, /thread K is on cpu1, but there are 1/],
    [
      'maps pages outside the tree',
      { areas: [{ from: 0, to: 99, thp: 'never' as const }] },
      /area 0\.\.99 does not lie in the 8 pages/,
    ],
    ['has an impossible geometry', { geometry: { pte: 40 } }, /geometry\.pte is 40/],
  ])('that %s', (_what, change, message) => {
    expect(said(() => rig(toyArch(), { ...story, ...change }, v6_1))).toMatch(message);
  });
  test('whose set-up waits for ever', () => {
    const lock = mmCells.mmap_lock(0);
    const stuck = {
      ...story,
      setup: [
        {
          cpu: 0,
          *does(cpu: Cpu): Op {
            yield* cpu.down_write(lock);
            yield* cpu.down_write(lock);
          },
        },
      ],
    };
    expect(said(() => rig(toyArch(), stuck, v6_1))).toMatch(
      /^65 SD_SETUP_STUCK: set-up of store-beside-collapse \(set-up 1\) cannot go on: it waits at down_write/,
    );
  });
  test('on an unknown release or change', () => {
    expect(said(() => rig(toyArch(), story, { release: 'v9.9', says: '' }))).toMatch(/SD_BAD_CONFIG/);
    expect(said(() => rig(toyArch(), story, { release: 'v6.1', without: ['gup_fast_recheck_pmd'], says: '' }))).toMatch(
      /SD_UNKNOWN_CHANGE[\s\S]*Did you mean gup_fast_rechecks_pmd/,
    );
  });
  test('with an impossible bound', async () => {
    await expect(judgeScenario(toyArch(), story, v6_1, 'v6.1', { maxStates: 0 })).rejects.toThrow(/SD_BAD_BOUND/);
    await expect(judgeScenario(toyArch(), story, v6_1, 'v6.1', { maxStates: 10, deadlineMs: -1 })).rejects.toThrow(
      /SD_BAD_BOUND/,
    );
  });
});

test('tokens of another version, and what is no token', () => {
  expect(said(() => decodeToken('v9:a:b:c:0'))).toMatch(
    /^64 SD_TOKEN_VERSION: this token is of version v9; this shootdown replays v1/,
  );
  expect(said(() => decodeToken('hello'))).toMatch(/^64 SD_BAD_TOKEN/);
});
