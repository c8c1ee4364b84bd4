/** Page frames and page tables (mm/page_alloc.c), walks without locks, and the visible steps of claims. */
import { F, mkLeaf, mkTable, POISON } from '../../src/words/entry.ts';
import { ghosts } from '../../src/words/ghosts.ts';
import { pageCells, tableCells } from '../../src/words/objects.ts';
import { hw } from '../../src/machine/hardware.ts';
import { steps } from '../../src/machine/steps/index.ts';
import type { Op } from '@shootdown/explorer';
import { POOL, type Known } from './known.ts';

const [ALLOCATED, FREED, FREED_TWICE] = [1, 2, 3];
/** Frames 4 to 7 belong to cpu0, 8 to 11 to cpu1; tables 1 to 3 to cpu0, 4 to 6 to cpu1. */
const frames: readonly Known[] = [
  {
    says: 'the first frame of a pool',
    code: (cpu) => cpu.alloc_pages(0),
    then: {
      changes: [
        [hw.framesTaken(0), 1],
        [pageCells.life(4), ALLOCATED],
        [pageCells.head(4), 4],
        [pageCells.refcount(4), 1],
      ],
      observes: 4,
    },
  },
  {
    says: 'each CPU has a pool of its own',
    on: 1,
    given: [[hw.framesTaken(0), 1]],
    code: (cpu) => cpu.alloc_pages(0),
    then: {
      changes: [
        [hw.framesTaken(1), 1],
        [pageCells.life(8), ALLOCATED],
        [pageCells.head(8), 8],
        [pageCells.refcount(8), 1],
      ],
      observes: 8,
    },
  },
  {
    says: 'a huge page is aligned to its size, has one reference, and its frames know their head',
    given: [[hw.framesTaken(0), 1]],
    code: (cpu) => cpu.alloc_pages(1),
    then: {
      changes: [
        [hw.framesTaken(0), 4],
        [pageCells.life(6), ALLOCATED],
        [pageCells.life(7), ALLOCATED],
        [pageCells.head(6), 6],
        [pageCells.head(7), 6],
        [pageCells.refcount(6), 1],
        [pageCells.order(6), 1],
      ],
      observes: 6,
    },
  },
  {
    says: 'the last frame of a pool',
    given: [[hw.framesTaken(0), POOL.frames - 1]],
    code: (cpu) => cpu.alloc_pages(0),
    then: {
      changes: [
        [hw.framesTaken(0), POOL.frames],
        [pageCells.life(7), ALLOCATED],
        [pageCells.head(7), 7],
        [pageCells.refcount(7), 1],
      ],
      observes: 7,
    },
  },
  {
    says: 'an empty pool gives nothing',
    given: [[hw.framesTaken(0), POOL.frames]],
    code: (cpu) => cpu.alloc_pages(0),
    then: { changes: [], observes: -1 },
  },
  {
    says: 'a pool with one frame left gives no huge page',
    given: [[hw.framesTaken(0), POOL.frames - 1]],
    code: (cpu) => cpu.alloc_pages(1),
    then: { changes: [], observes: -1 },
  },
  {
    says: 'a frame that was freed',
    given: [
      [pageCells.life(4), ALLOCATED],
      [pageCells.life(5), ALLOCATED],
    ],
    code: (cpu) => cpu.free_pages(4),
    then: { changes: [[pageCells.life(4), FREED]], observes: 0 },
  },
  {
    says: 'a huge page is freed with all its frames',
    given: [
      [pageCells.life(6), ALLOCATED],
      [pageCells.life(7), ALLOCATED],
      [pageCells.order(6), 1],
    ],
    code: (cpu) => cpu.free_pages(6),
    then: {
      changes: [
        [pageCells.life(6), FREED],
        [pageCells.life(7), FREED],
      ],
      observes: 0,
    },
  },
  {
    says: 'who frees twice is noticed',
    given: [[pageCells.life(4), FREED]],
    code: (cpu) => cpu.free_pages(4),
    then: { changes: [[pageCells.life(4), FREED_TWICE]], observes: 1 },
  },
];
const tables: readonly Known[] = [
  {
    says: 'the first table of a pool',
    code: (cpu) => cpu.alloc_table('pmd'),
    then: {
      changes: [
        [hw.tablesTaken(0), 1],
        [tableCells.life(1), ALLOCATED],
      ],
      observes: 1,
    },
  },
  {
    says: 'the next table of another CPU',
    on: 1,
    given: [[hw.tablesTaken(1), 1]],
    code: (cpu) => cpu.alloc_table('pte'),
    then: {
      changes: [
        [hw.tablesTaken(1), 2],
        [tableCells.life(5), ALLOCATED],
      ],
      observes: 5,
    },
  },
  {
    says: 'an empty pool of tables gives nothing',
    given: [[hw.tablesTaken(0), POOL.tables]],
    code: (cpu) => cpu.alloc_table('pte'),
    then: { changes: [], observes: -1 },
  },
  {
    says: 'the words of a table that was freed are no entries any more, and no other table',
    given: [
      [tableCells.life(2), ALLOCATED],
      [tableCells.entry(2, 0), mkTable(3)],
      [tableCells.entry(3, 0), mkTable(1)],
    ],
    code: (cpu) => cpu.free_table(2),
    then: {
      changes: [
        [tableCells.entry(2, 0), POISON],
        [tableCells.entry(2, 1), POISON],
        [tableCells.life(2), FREED],
      ],
      observes: 0,
    },
  },
  {
    says: 'a table that is freed twice is noticed',
    given: [
      [tableCells.life(2), FREED],
      [tableCells.entry(2, 0), POISON],
      [tableCells.entry(2, 1), POISON],
    ],
    code: (cpu) => cpu.free_table(2),
    then: { changes: [[tableCells.life(2), FREED_TWICE]], observes: 1 },
  },
];
const slot = { level: 'pmd', table: 2, index: 1 } as const;
const at = tableCells.entry(2, 1);
const walking = { ghosts: [ghosts.walking] };
const walks: readonly Known[] = [
  {
    says: 'a walk without locks is in the table that it was led to',
    given: [[at, mkTable(3)]],
    code: (cpu) => cpu.read_lockless(slot),
    machine: walking,
    then: { changes: [[ghosts.walking(0, 1), 3]], observes: mkTable(3) },
  },
  {
    says: 'a leaf leads it nowhere',
    given: [[at, mkLeaf(4, F.PRESENT)]],
    code: (cpu) => cpu.read_lockless(slot),
    machine: walking,
    then: { changes: [], observes: mkLeaf(4, F.PRESENT) },
  },
  {
    says: 'a table that is not present leads it nowhere',
    given: [[at, mkTable(3) - F.PRESENT]],
    code: (cpu) => cpu.read_lockless(slot),
    machine: walking,
    then: { changes: [], observes: mkTable(3) - F.PRESENT },
  },
  {
    says: 'where nobody asks nothing is written',
    given: [[at, mkTable(3)]],
    code: (cpu) => cpu.read_lockless(slot),
    then: { changes: [], observes: mkTable(3) },
  },
  {
    says: 'a typed read observes what is there, whatever it is',
    given: [[at, mkTable(3)]],
    code: (cpu) => cpu.read_typed(slot, 'leaf'),
    then: { changes: [], observes: mkTable(3) },
  },
];
const nested = { ghosts: [ghosts.inside, ghosts.interrupted] };
const hook = { hook: 'pte_free', args: [], held: [] };
const step = (kind: string) =>
  function* (cpu: { readonly id: number }): Op<unknown> {
    return yield { kind, cpu: cpu.id, cells: [], args: [], why: 'why', info: hook };
  };
const claims: readonly Known[] = [
  {
    says: 'who enters a hook has been told of no interrupt in it',
    given: [
      [ghosts.inside(0), 1],
      [ghosts.interrupted(0, 0), 2],
      [ghosts.interrupted(0, 1), 4],
    ],
    code: step('hook.enter'),
    machine: nested,
    then: {
      changes: [
        [ghosts.inside(0), 2],
        [ghosts.interrupted(0, 1), 0],
      ],
    },
  },
  {
    says: 'who leaves a hook keeps what was noted in it until that is judged, and forgets the hooks it called',
    given: [
      [ghosts.inside(0), 1],
      [ghosts.interrupted(0, 0), 2],
      [ghosts.interrupted(0, 1), 4],
    ],
    code: step('hook.leave'),
    machine: nested,
    then: {
      changes: [
        [ghosts.inside(0), 0],
        [ghosts.interrupted(0, 1), 0],
      ],
    },
  },
  ...['wild', 'bug', 'refused', 'unbalanced', 'bound'].map((kind): Known => ({
    says: `${kind} is seen, and changes nothing`,
    code: step(kind),
    then: { changes: [] },
  })),
];
/** A note is seen by whoever follows, and changes nothing. */
const notes = Object.keys(steps.notes).map((kind): Known => ({
  says: `${kind} changes nothing`,
  code: step(kind),
  then: { changes: [] },
}));

export const OBJECTS: readonly Known[] = [...frames, ...tables, ...walks, ...claims, ...notes];
