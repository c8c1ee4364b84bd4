/** A hook that throws is a mistake with its line for the conformance kit too, not an unexplained error. */
import { expect, test } from '@jest/globals';
import { Mistake } from '@shootdown/core';
import { arch, type Cpu, type MmuGather, type Op } from '@shootdown/core/plugin';
import { stories } from '../../conformance/src/stories.ts';
import { tell } from '../../conformance/src/tell.ts';
import { arm64 } from '../src/index.ts';

/** Looks for what is not there. */
class Throws {
  *tlb_flush(_cpu: Cpu, tlb: MmuGather): Op<void> {
    throw new TypeError(`no end of ${tlb.mm.id}`);
  }
}

test('with the line of the hook', async () => {
  const broken = arch({
    id: 'throws',
    title: 'throws',
    what: 'For a test.',
    over: arm64,
    layers: [Throws],
    machine: arm64.machine,
  });
  const told = await Promise.all(stories.map((story) => tell(broken, story).catch((error: unknown) => error)));
  const mistakes = told.filter((one) => one instanceof Mistake);
  expect(mistakes.length).toBeGreaterThan(0);
  for (const { message } of mistakes)
    expect(message).toMatch(
      /^SD_OPERATION_THREW: .* threw in .*tlb_flush: TypeError: no end of 0, at packages\/arch-arm64\/test\/throws\.test\.ts:12\./,
    );
});
