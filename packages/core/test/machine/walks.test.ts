/**
 * Walks of the hardware, step by step. Sources: Intel SDM vol. 3A, 4.5 (the walk), 4.7 (page faults), 4.8 (accessed and dirty), 4.10.2
 * (what is remembered); Arm ARM, D8; Power ISA 3.1B, book III, 6.7.
 */
import { describe, expect, test } from '@jest/globals';
import { hw } from '../../src/machine/hardware.ts';
import { alone, type Alone } from '../../src/testing.ts';
import { F, mkLeaf, mkTable } from '../../src/words/entry.ts';
import { tableCells } from '../../src/words/objects.ts';
import type { Access, MachineSpec } from '../../src/words/spec.ts';
import { machine as plain, toyArch } from '../rig/toy-arch.ts';

type Given = NonNullable<Alone['given']>;
interface Walk {
  readonly says: string;
  readonly given: Given;
  readonly machine?: Partial<MachineSpec>;
  readonly geometry?: Alone['geometry'];
  readonly code: Alone['code'];
  readonly does: readonly string[];
  readonly gives?: unknown;
}

const PAGE = 4096;
const [PTE, PMD, PGD] = [0, 1, 4];
const read = (va: number): Access => ({ va, kind: 'read', token: 0 });
const write = (va: number): Access => ({ va, kind: 'write', token: 7 });
const get =
  (access: Access): Alone['code'] =>
  (cpu) =>
    cpu.user_access(access);
const ahead =
  (va: number): Alone['code'] =>
  (cpu) =>
    cpu.speculate(va);

const USED = F.PRESENT | F.USER | F.WRITE | F.ACCESSED | F.DIRTY;
const [clean, old, readOnly] = [USED & ~F.DIRTY, USED & ~F.DIRTY & ~F.ACCESSED, USED & ~F.WRITE & ~F.DIRTY];
/** T3 on top, T1 below, T2 below that: pages 0 and 1 of the first huge page. */
const tree = (leaf: number): Given => [
  [hw.root(0), 3],
  [tableCells.entry(3, 0), mkTable(1)],
  [tableCells.entry(1, 0), mkTable(2)],
  [tableCells.entry(2, 1), leaf],
];
const huge = (leaf: number): Given => [
  [hw.root(0), 3],
  [tableCells.entry(3, 1), mkTable(1)],
  [tableCells.entry(1, 1), leaf],
];
/** Where a walk begins, as the lookup observes it: the table, and its level. */
const from = (table: number, level: number): number => 8 * table + level;

const WALKS: readonly Walk[] = [
  {
    says: 'a walk reads an entry of each level, and makes the access',
    given: tree(mkLeaf(5, USED)),
    code: get(read(PAGE)),
    does: [
      `mmu.lookup 4096 0 0 -> ${from(3, PGD)}`,
      `mmu.walk entry[3][0] 4096 ${PGD} -> ${mkTable(1)}`,
      `mmu.walk entry[1][0] 4096 ${PMD} -> ${mkTable(2)}`,
      `mmu.walk entry[2][1] 4096 ${PTE} -> ${mkLeaf(5, USED)}`,
      `mmu.finish entry[2][1] 4096 0 0 ${PTE} ${mkLeaf(5, USED)} 0 -> 1`,
    ],
    gives: 'done',
  },
  {
    says: 'from a way that is remembered it reads what is below only',
    given: [...tree(mkLeaf(5, USED)), [hw.walkCache(0, 0, PMD, 0), 2]],
    code: get(read(PAGE)),
    does: [
      `mmu.lookup 4096 0 0 -> ${from(2, PTE)}`,
      `mmu.walk entry[2][1] 4096 ${PTE} -> ${mkLeaf(5, USED)}`,
      `mmu.finish entry[2][1] 4096 0 0 ${PTE} ${mkLeaf(5, USED)} 0 -> 1`,
    ],
    gives: 'done',
  },
  {
    says: 'a huge page ends it one level above',
    given: huge(mkLeaf(4, USED)),
    code: get(read(7 * PAGE)),
    does: [
      `mmu.lookup 28672 0 0 -> ${from(3, PGD)}`,
      `mmu.walk entry[3][1] 28672 ${PGD} -> ${mkTable(1)}`,
      `mmu.walk entry[1][1] 28672 ${PMD} -> ${mkLeaf(4, USED)}`,
      `mmu.finish entry[1][1] 28672 0 0 ${PMD} ${mkLeaf(4, USED)} 0 -> 1`,
    ],
    gives: 'done',
  },
  {
    says: 'what is remembered is used without a walk',
    given: [...tree(0), [hw.tlb(0, 0, PTE, 1), mkLeaf(5, USED)]],
    code: get(read(PAGE)),
    does: ['mmu.lookup 4096 0 0 -> 1'],
    gives: 'done',
  },
  {
    says: 'without a root there is a fault, and nothing to read',
    given: [],
    code: get(read(PAGE)),
    does: ['mmu.lookup 4096 0 0', 'mmu.fault 4096'],
    gives: 'fault',
  },
  {
    says: 'beyond the address space too',
    given: tree(mkLeaf(5, USED)),
    code: get(read(8 * PAGE)),
    does: ['mmu.fault 32768'],
    gives: 'fault',
  },
  {
    says: 'and below it',
    given: tree(mkLeaf(5, USED)),
    code: get(read(-PAGE)),
    does: ['mmu.fault -4096'],
    gives: 'fault',
  },
  ...(
    [
      ['an entry that is empty', 0],
      ['an entry that is not present', mkLeaf(5, USED & ~F.PRESENT)],
      ['a page that is not for user code', mkLeaf(5, USED & ~F.USER)],
    ] as const
  ).map(([says, leaf]): Walk => ({
    says: `${says} faults`,
    given: [...tree(leaf), [hw.walkCache(0, 0, PMD, 0), 2]],
    code: get(read(PAGE)),
    does: [
      `mmu.lookup 4096 0 0 -> ${from(2, PTE)}`,
      `mmu.walk entry[2][1] 4096 ${PTE}${leaf === 0 ? '' : ` -> ${leaf}`}`,
      'mmu.fault 4096',
    ],
    gives: 'fault',
  })),
  {
    says: 'a word that is present, and neither page nor table, faults',
    given: [
      [hw.root(0), 3],
      [tableCells.entry(3, 0), F.PRESENT | F.USER],
    ],
    code: get(read(PAGE)),
    does: [
      `mmu.lookup 4096 0 0 -> ${from(3, PGD)}`,
      `mmu.walk entry[3][0] 4096 ${PGD} -> ${F.PRESENT | F.USER}`,
      'mmu.fault 4096',
    ],
    gives: 'fault',
  },
  {
    says: 'a write through what is read-only faults',
    given: [...tree(mkLeaf(5, readOnly)), [hw.walkCache(0, 0, PMD, 0), 2]],
    code: get(write(PAGE)),
    does: [
      `mmu.lookup 4096 1 7 -> ${from(2, PTE)}`,
      `mmu.walk entry[2][1] 4096 ${PTE} -> ${mkLeaf(5, readOnly)}`,
      'mmu.fault 4096',
    ],
    gives: 'fault',
  },
  {
    says: 'a read through what is read-only does not',
    given: [...tree(mkLeaf(5, readOnly)), [hw.walkCache(0, 0, PMD, 0), 2]],
    code: get(read(PAGE)),
    does: [
      `mmu.lookup 4096 0 0 -> ${from(2, PTE)}`,
      `mmu.walk entry[2][1] 4096 ${PTE} -> ${mkLeaf(5, readOnly)}`,
      `mmu.finish entry[2][1] 4096 0 0 ${PTE} ${mkLeaf(5, readOnly)} 0 -> 1`,
    ],
    gives: 'done',
  },
  {
    says: 'a read sets accessed',
    given: [...tree(mkLeaf(5, old)), [hw.walkCache(0, 0, PMD, 0), 2]],
    code: get(read(PAGE)),
    does: [
      `mmu.lookup 4096 0 0 -> ${from(2, PTE)}`,
      `mmu.walk entry[2][1] 4096 ${PTE} -> ${mkLeaf(5, old)}`,
      `mmu.finish entry[2][1] 4096 0 0 ${PTE} ${mkLeaf(5, old)} ${F.ACCESSED} -> 1`,
    ],
    gives: 'done',
  },
  {
    says: 'a write sets accessed and dirty',
    given: [...tree(mkLeaf(5, old)), [hw.walkCache(0, 0, PMD, 0), 2]],
    code: get(write(PAGE)),
    does: [
      `mmu.lookup 4096 1 7 -> ${from(2, PTE)}`,
      `mmu.walk entry[2][1] 4096 ${PTE} -> ${mkLeaf(5, old)}`,
      `mmu.finish entry[2][1] 4096 1 7 ${PTE} ${mkLeaf(5, old)} ${F.ACCESSED | F.DIRTY} -> 1`,
    ],
    gives: 'done',
  },
  {
    says: 'hardware that never sets accessed faults',
    machine: { hardwareAccessed: 'never' },
    given: [...tree(mkLeaf(5, old)), [hw.walkCache(0, 0, PMD, 0), 2]],
    code: get(read(PAGE)),
    does: [
      `mmu.lookup 4096 0 0 -> ${from(2, PTE)}`,
      `mmu.walk entry[2][1] 4096 ${PTE} -> ${mkLeaf(5, old)}`,
      'mmu.fault 4096',
    ],
    gives: 'fault',
  },
  {
    says: 'hardware that never sets dirty faults at a write',
    machine: { hardwareDirty: 'never' },
    given: [...tree(mkLeaf(5, clean)), [hw.walkCache(0, 0, PMD, 0), 2]],
    code: get(write(PAGE)),
    does: [
      `mmu.lookup 4096 1 7 -> ${from(2, PTE)}`,
      `mmu.walk entry[2][1] 4096 ${PTE} -> ${mkLeaf(5, clean)}`,
      'mmu.fault 4096',
    ],
    gives: 'fault',
  },
  {
    says: 'and at a read it does not',
    machine: { hardwareDirty: 'never' },
    given: [...tree(mkLeaf(5, clean)), [hw.walkCache(0, 0, PMD, 0), 2]],
    code: get(read(PAGE)),
    does: [
      `mmu.lookup 4096 0 0 -> ${from(2, PTE)}`,
      `mmu.walk entry[2][1] 4096 ${PTE} -> ${mkLeaf(5, clean)}`,
      `mmu.finish entry[2][1] 4096 0 0 ${PTE} ${mkLeaf(5, clean)} 0 -> 1`,
    ],
    gives: 'done',
  },
  {
    says: 'hardware that never sets either goes on where both are set',
    machine: { hardwareAccessed: 'never', hardwareDirty: 'never' },
    given: [...tree(mkLeaf(5, USED)), [hw.walkCache(0, 0, PMD, 0), 2]],
    code: get(write(PAGE)),
    does: [
      `mmu.lookup 4096 1 7 -> ${from(2, PTE)}`,
      `mmu.walk entry[2][1] 4096 ${PTE} -> ${mkLeaf(5, USED)}`,
      `mmu.finish entry[2][1] 4096 1 7 ${PTE} ${mkLeaf(5, USED)} 0 -> 1`,
    ],
    gives: 'done',
  },
  {
    says: 'an entry that changes under the walk is read again',
    given: [...tree(mkLeaf(5, old)), [hw.walkCache(0, 0, PMD, 0), 2]],
    *code(cpu) {
      const op = cpu.user_access(read(PAGE));
      let turn = op.next();
      for (let changed = false; !turn.done; turn = op.next(yield turn.value))
        if (!changed && turn.value.kind === 'mmu.finish') {
          changed = true;
          yield* cpu.store(tableCells.entry(2, 1), mkLeaf(6, old));
        }
      return turn.value;
    },
    does: [
      `mmu.lookup 4096 0 0 -> ${from(2, PTE)}`,
      `mmu.walk entry[2][1] 4096 ${PTE} -> ${mkLeaf(5, old)}`,
      'store entry[2][1] P6|PRESENT|WRITE|USER|LEAF',
      `mmu.finish entry[2][1] 4096 0 0 ${PTE} ${mkLeaf(5, old)} ${F.ACCESSED}`,
      `mmu.walk entry[2][1] 4096 ${PTE} -> ${mkLeaf(6, old)}`,
      `mmu.finish entry[2][1] 4096 0 0 ${PTE} ${mkLeaf(6, old)} ${F.ACCESSED} -> 1`,
    ],
    gives: 'done',
  },
  {
    says: 'one that keeps changing is given up after four turns: a fault, after which it is tried again',
    given: [...tree(mkLeaf(5, old)), [hw.walkCache(0, 0, PMD, 0), 2]],
    *code(cpu) {
      const op = cpu.user_access(read(PAGE));
      let turn = op.next();
      for (let frame = 6; !turn.done; turn = op.next(yield turn.value))
        if (turn.value.kind === 'mmu.finish') yield* cpu.store(tableCells.entry(2, 1), mkLeaf(frame++, old));
      return turn.value;
    },
    does: [
      `mmu.lookup 4096 0 0 -> ${from(2, PTE)}`,
      ...[5, 6, 7, 8].flatMap((frame) => [
        `mmu.walk entry[2][1] 4096 ${PTE} -> ${mkLeaf(frame, old)}`,
        `store entry[2][1] P${frame + 1}|PRESENT|WRITE|USER|LEAF`,
        `mmu.finish entry[2][1] 4096 0 0 ${PTE} ${mkLeaf(frame, old)} ${F.ACCESSED}`,
      ]),
      'mmu.fault 4096',
    ],
    gives: 'fault',
  },
  {
    says: 'a table below the last level is taken for a page that does not exist',
    given: [...tree(mkTable(1)), [hw.walkCache(0, 0, PMD, 0), 2]],
    code: get(read(PAGE)),
    does: [
      `mmu.lookup 4096 0 0 -> ${from(2, PTE)}`,
      `mmu.walk entry[2][1] 4096 ${PTE} -> ${mkTable(1)}`,
      'wild (page.life[-1]: T1 is no page, a page table was taken for one)',
    ],
  },

  {
    says: 'a table that is not present is not read',
    given: [
      [hw.root(0), 3],
      [tableCells.entry(3, 0), mkTable(1) - F.PRESENT],
      [tableCells.entry(1, 0), mkLeaf(4, USED)],
    ],
    code: get(read(PAGE)),
    does: [
      `mmu.lookup 4096 0 0 -> ${from(3, PGD)}`,
      `mmu.walk entry[3][0] 4096 ${PGD} -> ${mkTable(1) - F.PRESENT}`,
      'mmu.fault 4096',
    ],
    gives: 'fault',
  },
  {
    says: 'hardware that leaves a flag to software has ended the instruction: no second fault',
    given: [...tree(mkLeaf(5, old)), [hw.walkCache(0, 0, PMD, 0), 2]],
    *code(cpu) {
      const FLAG_FAULT = 2;
      const op = cpu.user_access(read(PAGE));
      let turn = op.next();
      while (!turn.done) turn = op.next(turn.value.kind === 'mmu.finish' ? FLAG_FAULT : yield turn.value);
      return turn.value;
    },
    does: [`mmu.lookup 4096 0 0 -> ${from(2, PTE)}`, `mmu.walk entry[2][1] 4096 ${PTE} -> ${mkLeaf(5, old)}`],
    gives: 'fault',
  },

  // Walks for nobody
  {
    says: 'a walk ahead remembers what it finds',
    given: tree(mkLeaf(5, USED)),
    code: ahead(PAGE),
    does: [
      `mmu.prefetch 4096 -> ${from(3, PGD)}`,
      `mmu.walk entry[3][0] 4096 ${PGD} -> ${mkTable(1)}`,
      `mmu.walk entry[1][0] 4096 ${PMD} -> ${mkTable(2)}`,
      `mmu.walk entry[2][1] 4096 ${PTE} -> ${mkLeaf(5, USED)}`,
      `mmu.fill 4096 ${PTE} ${mkLeaf(5, USED)}`,
    ],
  },
  {
    says: 'a huge page',
    given: huge(mkLeaf(4, USED)),
    code: ahead(7 * PAGE),
    does: [
      `mmu.prefetch 28672 -> ${from(3, PGD)}`,
      `mmu.walk entry[3][1] 28672 ${PGD} -> ${mkTable(1)}`,
      `mmu.walk entry[1][1] 28672 ${PMD} -> ${mkLeaf(4, USED)}`,
      `mmu.fill 28672 ${PMD} ${mkLeaf(4, USED)}`,
    ],
  },
  {
    says: 'or nothing, where there is none',
    given: [...tree(0), [hw.walkCache(0, 0, PMD, 0), 2]],
    code: ahead(PAGE),
    does: [`mmu.prefetch 4096 -> ${from(2, PTE)}`, `mmu.walk entry[2][1] 4096 ${PTE}`, `mmu.fill 4096 ${PTE} 0`],
  },
  {
    says: 'what is remembered already is not walked for',
    given: [...tree(mkLeaf(5, USED)), [hw.tlb(0, 0, PTE, 1), mkLeaf(5, USED)]],
    code: ahead(PAGE),
    does: ['mmu.prefetch 4096 -> 1'],
  },
  { says: 'without a root nobody runs ahead', given: [], code: ahead(PAGE), does: ['mmu.prefetch 4096'] },
  { says: 'nor out of the address space', given: tree(mkLeaf(5, USED)), code: ahead(8 * PAGE), does: [] },
];

describe('walks', () => {
  test.each(WALKS.map((walk) => [walk.says, walk] as const))('%s', (_says, walk) => {
    const { given, geometry, code, does, gives, machine } = walk;
    const found = alone({
      arch: toyArch({ machine: { ...plain, ...machine } }),
      given,
      code,
      ...(geometry && { geometry }),
    });
    expect(found.does).toEqual(does);
    expect(found.gives).toEqual(gives);
  });
});
