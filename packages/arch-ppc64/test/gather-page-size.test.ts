/** A gather that holds entries of two sizes (before e77b0852b551): one range, flushed as pages of the size that came last. */
import { expect, test } from '@jest/globals';
import {
  judgeScenario,
  munmap,
  replayToken,
  user_load,
  user_store,
  watches,
  type Configuration,
  type Scenario,
} from '@shootdown/core';
import { radix } from '../src/index.ts';

const story: Scenario = {
  name: 'munmap-of-both-sizes',
  title: 'One munmap takes a huge page and base pages away, while user code reads the huge page.',
  cpus: 2,
  areas: [
    { from: 0, to: 2, thp: 'always' },
    { from: 2, to: 4, thp: 'never' },
  ],
  setup: [
    {
      cpu: 0,
      *does(cpu, s) {
        yield* user_store(cpu, s.page(0), 1);
        yield* user_store(cpu, s.page(2), 2);
        return yield* user_store(cpu, s.page(3), 3);
      },
    },
  ],
  threads: [
    { name: 'M', cpu: 0, runs: 0, does: (cpu, s) => munmap(cpu, s.mm, s.page(0), s.page(4)) },
    {
      name: 'U',
      cpu: 1,
      runs: 0,
      *does(cpu, s) {
        yield* user_load(cpu, s.page(1));
        return yield* user_load(cpu, s.page(1));
      },
    },
  ],
  asks: [watches.find((w) => w.breach === 'page-uaf')!.claim],
};
const v5_4: Configuration = { release: 'v5.4', says: 'Linux 5.4' };
const mixed: Configuration = {
  ...v5_4,
  config: { MMU_GATHER_PAGE_SIZE: false },
  says: 'Linux 5.4 without MMU_GATHER_PAGE_SIZE',
};
const judge = (kernel: Configuration, thresholds?: 'exploring' | 'machine') =>
  judgeScenario(radix, story, kernel, 'v5.4', { maxStates: 1e6, ...(thresholds && { thresholds }) });

test('four pages are above the small ceiling, where everything is flushed, and below 33, where the huge page is missed', async () => {
  expect((await judge(mixed, 'exploring')).outcome).toBe('clean');
  const verdict = await judge(mixed);
  expect([verdict.outcome, verdict.evidence.thresholds?.numbers]).toEqual(['violates', 'machine']);
  const { trace } = replayToken(
    verdict.counterexample!.token,
    [radix],
    [{ scenario: story, variants: { 'v5.4': mixed } }],
  );
  expect(trace.events.at(-1)?.broken.map(({ claim }) => claim)).toEqual(story.asks);
}, 60_000);

test('a gather of one size is right on both sides', async () => {
  const { outcome, evidence } = await judge(v5_4);
  expect([outcome, evidence.thresholds?.numbers]).toEqual(['clean', 'both']);
  expect(evidence.thresholds?.oneSided.map(({ name }) => name)).not.toContain('tlb_single_page_flush_ceiling');
}, 60_000);
