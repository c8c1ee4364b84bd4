/** A token shows what was found: also after a change elsewhere, and not after what was found has gone. */
import { expect, test } from '@jest/globals';
import type { Layer } from '../../src/arch/layer.ts';
import { decodeToken, encodeToken } from '../../src/ask/token.ts';
import { judgeScenario } from '../../src/ask/judge.ts';
import { replayToken } from '../../src/ask/replay-token.ts';
import type { ArchSpec } from '../../src/testing.ts';
import type { Va } from '../../src/words/address.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import type { Vma } from '../../src/words/objects.ts';
import type { Op } from '@shootdown/explorer';
import { storeBeside, Toy, toyArch, v6_1 } from '../rig/toy-arch.ts';

const claim = 'no user access reaches a page after it was freed';
const scenario = storeBeside('dontneed', [claim]);
const named = [{ scenario, variants: { 'v6.1': v6_1 } }];

class NoFlush implements Layer {
  *flush_tlb_range(_cpu: Cpu, _vma: Vma): Op {}
}
/** Another function, which nobody calls on the way. */
class NoFlushAndMore extends NoFlush {
  *flush_tlb_page(cpu: Cpu, _vma: Vma, _addr: Va): Op {
    yield* cpu.fence('more');
  }
}
const broken = toyArch({ layers: [Toy, NoFlush] });
const found = async (): Promise<string> =>
  (await judgeScenario(broken, scenario, v6_1, 'v6.1', { maxStates: 1e5 })).counterexample!.token;
const shown = (token: string, arch: ArchSpec): string[] =>
  replayToken(token, [arch], named).trace.events.flatMap((event) => event.broken.map((b) => b.claim));

test('a token shows what was found', async () => {
  expect(shown(await found(), broken)).toEqual([claim]);
});

test('a change elsewhere does not matter', async () => {
  expect(shown(await found(), toyArch({ layers: [Toy, NoFlushAndMore] }))).toEqual([claim]);
});

test('with the bug gone, it says so', async () => {
  const token = await found();
  expect(() => shown(token, toyArch())).toThrow(/SD_TOKEN_DOES_NOT_APPLY/);
});

test('other steps that can be made, along which nothing breaks, are said to be others', async () => {
  const token = await found();
  const { schedule, ...rest } = decodeToken(token);
  const first = schedule.slice(0, 2);
  expect(() => shown(encodeToken({ ...rest, schedule: first }), broken)).toThrow(
    /makes other steps than when it was found, and nothing breaks/,
  );
  // Written by hand, or by a command that breaks nothing: without a mark there is nothing to compare.
  expect(
    shown(encodeToken({ workload: rest.workload, variant: rest.variant, arch: rest.arch, schedule: first }), broken),
  ).toEqual([]);
});
