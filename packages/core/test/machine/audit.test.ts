/** A step touches only what it may, and what is said of it beside that is true: reductions of the search rest on it. */
import { describe, expect, test } from '@jest/globals';
import { madvise_free } from '../../src/kernel/index.ts';
import { auditAccesses, auditDeclarations, countHook, rig, type System } from '../../src/testing.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import type { Meaning, Step, Store } from '@shootdown/explorer';
import type { Story } from '../../src/workload/scenario.ts';
import { hw } from '../../src/machine/hardware.ts';
import type { Layout } from '../../src/machine/layout.ts';
import { tableCells } from '../../src/words/objects.ts';
import { storeBeside, toyArch, v6_1 } from '../rig/toy-arch.ts';

const story = (what: 'collapse' | 'dontneed' | 'munmap') =>
  rig(
    toyArch(),
    storeBeside(what, [
      'no user store is lost',
      'no user access reaches a page after it was freed',
      'a pinned page is the page that the process maps',
      'no page is still mapped where it was when its removal began',
      'every page that user code stored to is known to be dirty',
    ]),
    v6_1,
  ).system;

describe('a step touches only cells that it names, cells of its CPU, and what its kind may', () => {
  test.each(['collapse', 'dontneed', 'munmap'] as const)('beside %s', (what) => {
    expect(auditAccesses(story(what), 1e5)).toEqual([]);
  });
  test('beside MADV_FREE', () => {
    const story = { ...storeBeside('dontneed', ['every page that user code stored to is known to be dirty']) };
    const freeing = {
      ...story,
      threads: story.threads.map((t) =>
        t.name === 'K'
          ? {
              ...t,
              *does(cpu: Cpu, s: Story) {
                yield* madvise_free(cpu, s.mm, 0, s.hugePageSize);
              },
            }
          : t,
      ),
    };
    expect(auditAccesses(rig(toyArch(), freeing, v6_1).system, 1e5)).toEqual([]);
  });
  test('with the ghosts of a contract', () => {
    expect(
      auditAccesses(rig(toyArch(), storeBeside('collapse'), v6_1, countHook('pmdp_collapse_flush')).system, 1e5),
    ).toEqual([]);
  });
  test('under TSO', () => {
    expect(auditAccesses(rig(toyArch(), { ...storeBeside('dontneed'), memory: 'tso' }, v6_1).system, 3e4)).toEqual([]);
  });
});

/** The same machine, but for what one kind of step does. */
const but = (kind: string, change: (meaning: Meaning, layout: Layout) => Partial<Meaning>): System => {
  const system = story('munmap');
  return {
    ...system,
    meaning: (asked) => {
      const plain = system.meaning(asked);
      return asked === kind ? { ...plain, ...change(plain, system.names as Layout) } : plain;
    },
  };
};
const does =
  (extra: (step: Step, store: Store, layout: Layout) => number | void) => (plain: Meaning, layout: Layout) => ({
    apply(step: Step, store: Store, choice: number) {
      const observed = plain.apply(step, store, choice);
      return extra(step, store, layout) ?? observed;
    },
  });

describe('a step that touches more than it may is found', () => {
  const next = /which is neither named by it nor of its CPU$/;
  test.each([
    [
      'writes the cell beside its own',
      'spin_lock',
      does((step, store) => store.set(step.cells[0]! + 1, 1)),
      /^spin_lock writes /,
    ],
    ['reads the cell beside its own', 'load', does((step, store) => store.get(step.cells[0]! + 1)), /^load reads /],
    [
      'drops translations of another CPU',
      'tlb.receive',
      does((step, store, layout) => store.set(layout.cell(hw.tlb(1 - step.cpu, 0, 0, 0)), 7)),
      /^tlb.receive writes CPU\d tlb/,
    ],
    [
      'frees the table beside the one that it names',
      'table.free',
      does((step, store, layout) => store.set(layout.cell(tableCells.life(step.args[0]! + 1)), 2)),
      /^table.free writes /,
    ],
  ] as const)('that %s', (_what, kind, fault, says) => {
    const found = auditAccesses(but(kind, fault), 1e5);
    expect(found).toContainEqual(expect.stringMatching(says));
    expect(found).toContainEqual(expect.stringMatching(next));
  });
});

describe('what is said of steps beside that', () => {
  test('holds for every kind of step', () => {
    for (const what of ['collapse', 'dontneed', 'munmap'] as const)
      expect(auditDeclarations(story(what), 10)).toEqual([]);
  });
  test.each([
    [
      'an update that commutes and is observed',
      'add',
      does((step, store) => store.get(step.cells[0]!)),
      'add depends on what is in',
    ],
    [
      'a step that is said to commute and does not',
      'xchg',
      () => ({ commutes: (step: Step) => [step.cells[0]!] }),
      'xchg depends on what is in',
    ],
  ] as const)('%s is found', (_what, kind, fault, says) => {
    expect(auditDeclarations(but(kind, fault), 20)).toContainEqual(expect.stringContaining(says));
  });
});
