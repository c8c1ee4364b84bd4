/** Both forms of the same code make the same steps in the same order, and observe and count the same. */
import { describe, expect, test } from '@jest/globals';
import { instrument } from '@shootdown/explorer/instrument';
import { MODES } from '../../src/measure/operation.ts';
import type { LayerClass } from '../../src/words/change.ts';
import type { ArchSpec } from '../../src/arch/declaration.ts';
import { Toy, toyArch } from '../rig/toy-arch.ts';
import { programs, run, SMALL } from './programs.ts';

/** A layer as a user might write it: it flushes twice for one page. */
const LAYER = `class Twice {
  *flush_tlb_page(cpu, vma, addr) {
    for (let i = 0; i < 2; i++) yield* cpu.tlbi_broadcast({ asid: vma.mm.id, start: addr, end: addr + 4096, leaves: ['pte', 'pmd'], walkCache: 'range' });
    yield* cpu.tlbi_sync('dsb');
  }
}`;
const withLayer = (text: string): ArchSpec =>
  toyArch({ layers: [Toy, Function(`${text}; return Twice;`)() as LayerClass] });

describe.each(programs)('%s', (...program) => {
  test.each(MODES)('%s', (mode) => {
    const plain = run(program, { mode, geometry: SMALL });
    const stepwise = run(program, { mode, geometry: SMALL, form: 'stepwise' });
    expect(plain.measured.noPlainForm).toBeUndefined();
    expect(plain.seen).toEqual(stepwise.seen);
    expect(plain.measured).toEqual(stepwise.measured);
  });
});

describe('a layer of somebody else', () => {
  const program = programs.find(([name]) => name === 'fork, copy, exit')!;
  const inBoth = (arch: ArchSpec) =>
    (['plain', 'stepwise'] as const).map((form) => run(program, { mode: 'spin3', geometry: SMALL, form }, arch));

  test('that was instrumented has both forms', () => {
    const [plain, stepwise] = inBoth(withLayer(instrument(LAYER, 'mine/twice')!));
    expect(plain).toEqual(stepwise);
    expect(plain!.measured.noPlainForm).toBeUndefined();
    expect(plain!.measured.stepsInAll).toBeGreaterThan(
      run(program, { mode: 'spin3', geometry: SMALL }).measured.stepsInAll,
    );
  });

  test('whose two forms differ is noticed', () => {
    const text = instrument(LAYER, 'mine/twice')!;
    const at = text.indexOf('i < 2');
    expect(text.indexOf('i < 2', at + 1)).toBeGreaterThan(at); // two forms, the plain one first
    const [plain, stepwise] = inBoth(withLayer(`${text.slice(0, at)}i < 1${text.slice(at + 'i < 2'.length)}`));
    expect(plain!.seen).not.toEqual(stepwise!.seen);
    expect(plain!.measured.steps).toBeLessThan(stepwise!.measured.steps);
  });

  test('that was not instrumented makes everything run stepwise, from the start, and says so', () => {
    const [plain, stepwise] = inBoth(withLayer(LAYER));
    const { noPlainForm, ...measured } = plain!.measured;
    expect(noPlainForm).toBe(
      'code that was not instrumented is called by core/rig/kernel-of dispatch, in flush_tlb_page',
    );
    expect(measured).toEqual(stepwise!.measured);
    expect(plain!.seen).toEqual(stepwise!.seen);
  });
});
