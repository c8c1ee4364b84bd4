/** States told apart by fingerprints alone: the same verdict with every seed, and a printed risk. */
import { expect, test } from '@jest/globals';
import type { Cpu } from '../../src/words/cpu.ts';
import type { Op } from '@shootdown/explorer';
import type { Vma } from '../../src/words/objects.ts';
import type { Verdict } from '../../src/ask/verdict.ts';
import { judgeScenario } from '../../src/ask/judge.ts';
import { USUAL_REDUCTIONS, watches, type Reductions } from '../../src/testing.ts';
import { storeBeside, Toy, toyArch, v6_1 } from '../rig/toy-arch.ts';

/** Says that it flushed, and did not. */
class Forgetful extends Toy {
  override *flush_tlb_range(cpu: Cpu, _vma: Vma): Op {
    yield* cpu.fence('smp_mb');
  }
  override *flush_tlb_mm(cpu: Cpu): Op {
    yield* cpu.fence('smp_mb');
  }
}
const archs = { sound: toyArch(), forgetful: toyArch({ layers: [Forgetful] }) };
const story = { ...storeBeside('dontneed'), asks: [watches.find((w) => w.breach === 'page-uaf')!.claim] };
const judge = (
  arch: keyof typeof archs,
  options: { compact?: { seed: number }; reduce?: Reductions } = {},
): Promise<Verdict> => judgeScenario(archs[arch], story, v6_1, 'v6.1', { maxStates: 1e6, ...options });

test.each([
  ['sound', 'clean'],
  ['forgetful', 'violates'],
] as const)('the %s architecture: both seeds say what the comparison in full says', async (arch, outcome) => {
  const exact = await judge(arch);
  expect(exact.outcome).toBe(outcome);
  expect(exact.evidence).not.toHaveProperty('compact');
  // Nobody sleeps where fingerprints alone tell states apart.
  const { states } = (await judge(arch, { reduce: { ...USUAL_REDUCTIONS, sleep: false } })).evidence;
  for (const seed of [1, 2, 0xffff_ffff]) {
    const found = await judge(arch, { compact: { seed } });
    expect(found.outcome).toBe(outcome);
    expect(found.evidence).toMatchObject({ states, compact: { seed, omissionRisk: states ** 2 / 2 ** 65 } });
    // A shortest execution is looked for with fingerprints too.
    expect(found.counterexample?.length).toBe(exact.counterexample?.length);
  }
});

test.each([-1, 1.5, 2 ** 32, NaN])('%d is no seed', async (seed) => {
  await expect(judge('sound', { compact: { seed } })).rejects.toThrow(/SD_BAD_BOUND.*seed/);
});
