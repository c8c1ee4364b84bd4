/** A threshold has two sides, and a proof has seen both, or says which one it has not. */
import { expect, test } from '@jest/globals';
import type { Layer } from '../../src/arch/layer.ts';
import { replayToken } from '../../src/ask/replay-token.ts';
import type { Whose } from '../../src/rig/thresholds.ts';
import { judgeScenario, MAX_STATES, watches, type ArchSpec } from '../../src/testing.ts';
import { TLB_FLUSH_ALL, type Va } from '../../src/words/address.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import { PAGE_SIZE } from '../../src/words/geometry.ts';
import type { Mm, Vma } from '../../src/words/objects.ts';
import type { Op } from '@shootdown/explorer';
import type { Verdict } from '../../src/ask/verdict.ts';
import { machine, storeBeside, Toy, toyArch, v6_1 } from './toy-arch.ts';

const story = storeBeside('dontneed', [watches.find((w) => w.breach === 'page-uaf')!.claim]);

/** Flushes a range page by page, or all of the address space above a ceiling. One of the two may be forgotten. */
const flushing = (
  forgets: 'pages' | 'all' | 'nothing',
  isAbove: (cpu: Cpu, pages: number) => boolean,
): new () => Layer =>
  class implements Layer {
    *flush_tlb_range(cpu: Cpu, vma: Vma, start: Va, end: Va): Op {
      const above = isAbove(cpu, (end - start) / PAGE_SIZE(cpu.geometry));
      if (above && forgets !== 'all') yield* invalidate(cpu, vma.mm, 0, TLB_FLUSH_ALL);
      if (!above && forgets !== 'pages') yield* invalidate(cpu, vma.mm, start, end);
    }
  };
function* invalidate(cpu: Cpu, mm: Mm, start: Va, end: Va): Op {
  yield* cpu.tlbi_broadcast({ asid: mm.id, start, end, leaves: ['pte', 'pmd'], walkCache: 'range' });
  yield* cpu.tlbi_sync('dsb');
}
const seen = (cpu: Cpu, pages: number): boolean => cpu.exceeds('ceiling', pages);
const unseen = (cpu: Cpu, pages: number): boolean => pages > cpu.number('ceiling');

const numbers = { ceiling: 33 };
const on = (layer: new () => Layer, exploring: Readonly<Record<string, number>> = { ceiling: 1 }): ArchSpec =>
  toyArch({ layers: [Toy, layer], machine: { ...machine, numbers, exploring } });
const judge = (arch: ArchSpec, thresholds?: Whose, told = story): Promise<Verdict> =>
  judgeScenario(arch, told, v6_1, 'v6.1', { maxStates: MAX_STATES, ...(thresholds && { thresholds }) });
/** What is said of the ceiling. */
const ofCeiling = ({ evidence }: Verdict): string | undefined =>
  evidence.thresholds?.oneSided.find(({ name }) => name === 'ceiling')?.side;

test('two pages are more than the small ceiling, and fewer than that of the machine: a proof has tried both', async () => {
  const verdict = await judge(on(flushing('nothing', seen)));
  expect([verdict.outcome, ofCeiling(verdict), verdict.evidence.thresholds?.numbers]).toEqual([
    'clean',
    undefined,
    'both',
  ]);
  expect(verdict.evidence.thresholds?.second?.states).toBeGreaterThan(0);
});

test('with one of them alone it names the side that it knows', async () => {
  const [small, own] = [
    await judge(on(flushing('nothing', seen)), 'exploring'),
    await judge(on(flushing('nothing', seen)), 'machine'),
  ];
  expect([small, own].map((v) => [v.outcome, ofCeiling(v), v.evidence.thresholds?.numbers])).toEqual([
    ['clean', 'over', 'exploring'],
    ['clean', 'within', 'machine'],
  ]);
});

test('what breaks on the side of the machine is found, and its token replays', async () => {
  const arch = on(flushing('pages', seen));
  expect((await judge(arch, 'exploring')).outcome).toBe('clean');
  const { outcome, counterexample, evidence } = await judge(arch);
  expect([outcome, evidence.grade, evidence.thresholds?.numbers]).toEqual(['violates', 'found', 'machine']);
  const { trace } = replayToken(counterexample!.token, [arch], [{ scenario: story, variants: { 'v6.1': v6_1 } }]);
  expect(trace.events.at(-1)?.broken.map(({ claim }) => claim)).toEqual(story.asks);
});

test('what breaks on the small side is found at once', async () => {
  const { outcome, evidence } = await judge(on(flushing('all', seen)));
  expect([outcome, evidence.thresholds?.numbers]).toEqual(['violates', 'exploring']);
});

test('nothing is searched twice where every comparison would come out the same', async () => {
  const verdict = await judge(on(flushing('nothing', seen), { ceiling: 5 }));
  expect([
    verdict.outcome,
    ofCeiling(verdict),
    verdict.evidence.thresholds?.numbers,
    verdict.evidence.thresholds?.second,
  ]).toEqual(['clean', 'within', 'both', undefined]);
});

test('a number that code compares by itself is tried with both values, and named', async () => {
  const right = await judge(on(flushing('nothing', unseen)));
  expect([right.outcome, ofCeiling(right), right.evidence.thresholds?.numbers]).toEqual(['clean', 'unseen', 'both']);
  expect((await judge(on(flushing('pages', unseen)))).outcome).toBe('violates');
});

test('a number that the story sets is the same for both, and the side that it leaves out is named', async () => {
  const verdict = await judge(on(flushing('pages', seen)), undefined, { ...story, numbers: { ceiling: 1 } });
  expect([verdict.outcome, ofCeiling(verdict), verdict.evidence.thresholds?.second]).toEqual([
    'clean',
    'over',
    undefined,
  ]);
});

test('what belongs to the shape of the tables stays small', async () => {
  const entries = (cpu: Cpu): boolean => cpu.number('entries') !== 2;
  const arch = toyArch({
    layers: [Toy, flushing('all', entries)],
    machine: { ...machine, numbers: { entries: 512 }, exploring: {}, shape: { entries: 2 } },
  });
  const verdict = await judge(arch, 'machine');
  expect([verdict.outcome, verdict.evidence.thresholds?.oneSided.map(({ name }) => name)]).toEqual([
    'clean',
    ['MMU_GATHER_BUNDLE'],
  ]);
});
