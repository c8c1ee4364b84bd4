/** Leaving steps out: what is needed is noticed, what is not is not, and a token shows each execution again. */
import { expect, test } from '@jest/globals';
import { ablate } from '../../src/ask/ablate.ts';
import { replayToken } from '../../src/ask/replay-token.ts';
import { watches } from '../../src/testing.ts';
import { storeBeside, toyArch, v6_1 } from '../rig/toy-arch.ts';

const claim = watches.find((w) => w.breach === 'page-uaf')!.claim;
const story = { ...storeBeside('dontneed'), asks: [claim] };

/** A dozen searches on a busy machine. */
const PATIENCE = 60_000;

test(
  'zapping beside a store needs the flush and the wait for it, and no step of the store',
  async () => {
    const found = await ablate(toyArch(), story, v6_1, 'v6.1', { maxStates: 1e6 });
    const needed = found!.removals.filter((r) => r.word === 'needed').map((r) => `${r.step} in ${r.in}`);
    expect(found!.base.outcome).toBe('clean');
    expect(needed.length).toBeGreaterThan(0);
    expect(needed.every((one) => /flush|kick/.test(one))).toBe(true);
    expect(found!.removals.some((r) => r.word === 'not shown to be needed')).toBe(true);
    const token = found!.removals.find((r) => r.word === 'needed')!.verdict.counterexample!.token;
    const { trace } = replayToken(token, [toyArch()], [{ scenario: story, variants: { 'v6.1': v6_1 } }]);
    expect([...trace.events.flatMap((e) => e.broken), ...trace.brokenAtEnd].length).toBeGreaterThan(0);
  },
  PATIENCE,
);

test('nothing is left out of a story that breaks as it is', async () => {
  await expect(
    ablate(toyArch(), { ...storeBeside('dontneed'), asks: [claim] }, { ...v6_1, release: 'v9.9' }, 'v9.9', {
      maxStates: 1e6,
    }),
  ).rejects.toThrow('v9.9');
});
