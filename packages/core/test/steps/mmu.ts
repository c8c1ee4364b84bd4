/**
 * User accesses, hardware walks, and invalidations: Intel SDM volume 3 sections 4.7, 4.8 and 4.10, Arm ARM D8 (TLB maintenance, hardware
 * management of the Access flag), Power ISA book III radix translation.
 *
 * Eight pages: a PTE table maps 2, a PMD entry 2, a PGD entry 4.
 */
import { steps } from '../../src/machine/steps/index.ts';
import { F, mkLeaf, mkTable } from '../../src/words/entry.ts';
import { ghosts } from '../../src/words/ghosts.ts';
import { pageCells, tableCells } from '../../src/words/objects.ts';
import type { Invalidation } from '../../src/words/cpu.ts';
import type { Access } from '../../src/words/spec.ts';
import { hw } from '../../src/machine/hardware.ts';
import type { Cells, Known } from './known.ts';

const PAGE = 4096;
const [PTE, PMD, PGD] = [0, 1, 4];
const HIT = 1;
const RIGHTS_FAULT = 2;
const READ = F.PRESENT | F.USER | F.ACCESSED;
const leaf = (pfn: number, more = 0) => mkLeaf(pfn, READ | more);
const writable = F.WRITE | F.DIRTY;
const read = (page: number): Access => ({ va: page * PAGE, kind: 'read', token: 0 });
const write = (page: number, token = 77): Access => ({ va: page * PAGE, kind: 'write', token });
/** The address space that cpu0 has loaded: number 1, with its top table 2. */
const loaded: Cells = [
  [hw.asid(0), 1],
  [hw.root(0), 2],
];
const tlb = (page: number, entry: number) => [hw.tlb(0, 1, PTE, page), entry] as const;
const hugeTlb = (block: number, entry: number) => [hw.tlb(0, 1, PMD, block), entry] as const;
const inInsn = [hw.inInsn(0), 1] as const;
const does = (rights: 'walks again' | 'faults' | 'may fault', faultForgets = false) => ({
  spec: { insufficientRights: { does: rights, faultForgets } },
});

const lookups: readonly Known[] = [
  {
    says: 'a load through a remembered translation reaches its page and changes nothing',
    given: [...loaded, tlb(3, leaf(5))],
    code: (cpu) => cpu.user_access(read(3)),
    then: { changes: [], observes: HIT },
  },
  {
    says: 'a store through a remembered translation reaches its page',
    given: [...loaded, tlb(3, leaf(5, writable))],
    code: (cpu) => cpu.user_access(write(3)),
    then: { changes: [[pageCells.data(5), 77]], observes: HIT },
  },
  {
    says: 'a store through a huge page reaches the frame of its base page',
    given: [...loaded, hugeTlb(1, leaf(4, writable))],
    code: (cpu) => cpu.user_access(write(3)),
    then: { changes: [[pageCells.data(5), 77]], observes: HIT },
  },
  {
    says: 'a base page and a huge page that are both remembered may both be used',
    given: [...loaded, tlb(2, leaf(7, writable)), hugeTlb(1, leaf(4, writable))],
    code: (cpu) => cpu.user_access(write(2)),
    then: [
      { changes: [[pageCells.data(7), 77]], observes: HIT },
      { changes: [[pageCells.data(4), 77]], observes: HIT },
    ],
  },
  {
    says: 'what is remembered of another page does not serve: the walk begins at the root',
    given: [...loaded, tlb(2, leaf(5))],
    code: (cpu) => cpu.user_access(read(3)),
    then: { changes: [inInsn], observes: 8 * 2 + PGD },
  },
  {
    says: 'what is remembered of another address space does not serve',
    given: [...loaded, [hw.tlb(0, 0, PTE, 3), leaf(5)]],
    code: (cpu) => cpu.user_access(read(3)),
    then: { changes: [inInsn], observes: 8 * 2 + PGD },
  },
  {
    says: 'what another CPU remembers does not serve',
    given: [...loaded, [hw.tlb(1, 1, PTE, 3), leaf(5)]],
    code: (cpu) => cpu.user_access(read(3)),
    then: { changes: [inInsn], observes: 8 * 2 + PGD },
  },
  {
    says: 'a translation that was never used for an access (no accessed flag) does not serve',
    given: [...loaded, tlb(3, mkLeaf(5, F.PRESENT | F.USER))],
    code: (cpu) => cpu.user_access(read(3)),
    then: { changes: [inInsn], observes: 8 * 2 + PGD },
  },
  {
    says: 'a translation that is not present does not serve',
    given: [...loaded, tlb(3, mkLeaf(5, F.USER | F.ACCESSED))],
    code: (cpu) => cpu.user_access(read(3)),
    then: { changes: [inInsn], observes: 8 * 2 + PGD },
  },
  {
    says: 'a translation of the kernel does not serve user code',
    given: [...loaded, tlb(3, mkLeaf(5, F.PRESENT | F.ACCESSED))],
    code: (cpu) => cpu.user_access(read(3)),
    then: { changes: [inInsn], observes: 8 * 2 + PGD },
  },
  {
    says: 'the walk begins at the lowest table that the CPU remembers',
    given: [...loaded, [hw.walkCache(0, 1, PGD, 0), 3], [hw.walkCache(0, 1, PMD, 1), 4]],
    code: (cpu) => cpu.user_access(read(3)),
    then: { changes: [inInsn], observes: 8 * 4 + PTE },
  },
  {
    says: 'an upper table that it remembers is the next best',
    given: [...loaded, [hw.walkCache(0, 1, PGD, 0), 3], [hw.walkCache(0, 1, PMD, 0), 4]],
    code: (cpu) => cpu.user_access(read(3)),
    then: { changes: [inInsn], observes: 8 * 3 + PMD },
  },
  {
    says: 'the way to a table of another address space does not serve',
    given: [...loaded, [hw.walkCache(0, 0, PMD, 1), 4]],
    code: (cpu) => cpu.user_access(read(3)),
    then: { changes: [inInsn], observes: 8 * 2 + PGD },
  },
  {
    says: 'without a root there is no walk',
    given: [[hw.asid(0), 1]],
    code: (cpu) => cpu.user_access(read(3)),
    then: { changes: [inInsn], observes: 0 },
  },
  {
    says: 'the walker is in the table where it begins',
    given: loaded,
    code: (cpu) => cpu.user_access(read(3)),
    machine: { ghosts: [ghosts.hardwareWalking] },
    then: { changes: [inInsn, [ghosts.hardwareWalking(0), 2]], observes: 8 * 2 + PGD },
  },
  {
    says: 'a store through a read-only translation: hardware that looks again walks',
    given: [...loaded, tlb(3, leaf(5))],
    code: (cpu) => cpu.user_access(write(3)),
    machine: does('walks again'),
    then: { changes: [inInsn], observes: 8 * 2 + PGD },
  },
  {
    says: 'a store through a read-only translation: hardware that trusts it faults',
    given: [...loaded, tlb(3, leaf(5))],
    code: (cpu) => cpu.user_access(write(3)),
    machine: does('faults'),
    then: { changes: [], observes: RIGHTS_FAULT },
  },
  {
    says: 'a fault that forgets drops this page, its huge page and the way to them, and nothing else',
    given: [
      ...loaded,
      tlb(3, leaf(5)),
      tlb(2, leaf(4)),
      hugeTlb(0, leaf(4)),
      [hw.tlb(0, 0, PTE, 3), leaf(5)],
      [hw.tlb(1, 1, PTE, 3), leaf(5)],
      [hw.walkCache(0, 1, PMD, 1), 4],
      [hw.walkCache(0, 1, PMD, 0), 3],
      [hw.walkCache(0, 1, PGD, 0), 3],
      [hw.walkCache(0, 1, PGD, 1), 3],
    ],
    code: (cpu) => cpu.user_access(write(3)),
    machine: does('faults', true),
    then: {
      changes: [
        [hw.tlb(0, 1, PTE, 3), 0],
        [hw.walkCache(0, 1, PMD, 1), 0],
        [hw.walkCache(0, 1, PGD, 0), 0],
      ],
      observes: RIGHTS_FAULT,
    },
  },
  {
    says: 'hardware that may fault walks, or faults and then keeps what it has',
    given: [...loaded, tlb(3, leaf(5))],
    code: (cpu) => cpu.user_access(write(3)),
    machine: does('may fault'),
    then: [
      { changes: [inInsn], observes: 8 * 2 + PGD },
      { changes: [[hw.tlb(0, 1, PTE, 3), leaf(5, F.FAULTED)]], observes: RIGHTS_FAULT },
    ],
  },
  {
    says: 'from what it has faulted from once it faults again',
    given: [...loaded, tlb(3, leaf(5, F.FAULTED))],
    code: (cpu) => cpu.user_access(write(3)),
    machine: does('may fault'),
    then: { changes: [], observes: RIGHTS_FAULT },
  },
  {
    says: 'a load goes through where a store would fault',
    given: [...loaded, tlb(3, leaf(5, F.FAULTED))],
    code: (cpu) => cpu.user_access(read(3)),
    machine: does('may fault'),
    then: { changes: [], observes: HIT },
  },
  {
    says: 'a store through a writable, clean translation goes to memory to set dirty',
    given: [...loaded, tlb(3, leaf(5, F.WRITE))],
    code: (cpu) => cpu.user_access(write(3)),
    machine: does('faults'),
    then: { changes: [inInsn], observes: 8 * 2 + PGD },
  },
  {
    says: 'where no hardware sets dirty, a clean translation is one that lacks a right',
    given: [...loaded, tlb(3, leaf(5, F.WRITE))],
    code: (cpu) => cpu.user_access(write(3)),
    machine: { spec: { insufficientRights: { does: 'faults', faultForgets: false }, hardwareDirty: 'never' } },
    then: { changes: [], observes: RIGHTS_FAULT },
  },
  {
    says: 'where hardware may set dirty, a clean translation may fault',
    given: [...loaded, tlb(3, leaf(5, F.WRITE))],
    code: (cpu) => cpu.user_access(write(3)),
    machine: { spec: { insufficientRights: { does: 'faults', faultForgets: false }, hardwareDirty: 'may' } },
    then: [
      { changes: [inInsn], observes: 8 * 2 + PGD },
      { changes: [[hw.tlb(0, 1, PTE, 3), leaf(5, F.WRITE | F.FAULTED)]], observes: RIGHTS_FAULT },
    ],
  },
  {
    says: 'an address beyond the last page is a fault',
    given: loaded,
    code: (cpu) => cpu.user_access(read(8)),
    then: { changes: [] },
  },
];

const ahead: readonly Known[] = [
  {
    says: 'a walk ahead begins like any other',
    given: loaded,
    code: (cpu) => cpu.speculate(3 * PAGE),
    then: { changes: [inInsn], observes: 8 * 2 + PGD },
  },
  {
    says: 'nothing is walked ahead where the page is remembered',
    given: [...loaded, tlb(3, leaf(5))],
    code: (cpu) => cpu.speculate(3 * PAGE),
    then: { changes: [], observes: HIT },
  },
  {
    says: 'nor where its huge page is',
    given: [...loaded, hugeTlb(1, leaf(4))],
    code: (cpu) => cpu.speculate(3 * PAGE),
    then: { changes: [], observes: HIT },
  },
  {
    says: 'nothing is walked ahead without an address space',
    given: [[hw.asid(0), 1]],
    code: (cpu) => cpu.speculate(3 * PAGE),
    then: { changes: [], observes: 0 },
  },
  {
    says: 'what was found ahead is remembered',
    given: [...loaded, inInsn],
    code: (cpu) => cpu.fill(3 * PAGE, 'pte', leaf(5)),
    then: {
      changes: [
        [hw.tlb(0, 1, PTE, 3), leaf(5)],
        [hw.inInsn(0), 0],
      ],
    },
  },
  {
    says: 'a huge page that was found ahead too',
    given: [...loaded, inInsn],
    code: (cpu) => cpu.fill(3 * PAGE, 'pmd', leaf(4)),
    then: {
      changes: [
        [hw.tlb(0, 1, PMD, 1), leaf(4)],
        [hw.inInsn(0), 0],
      ],
    },
  },
  {
    says: 'not where a flag would have to be set first',
    given: [...loaded, inInsn],
    code: (cpu) => cpu.fill(3 * PAGE, 'pte', mkLeaf(5, F.PRESENT | F.USER)),
    then: { changes: [[hw.inInsn(0), 0]] },
  },
  {
    says: 'not where nothing was found',
    given: [...loaded, inInsn],
    code: (cpu) => cpu.fill(3 * PAGE, 'pte', 0),
    then: { changes: [[hw.inInsn(0), 0]] },
  },
];

const entry = tableCells.entry(2, 1);
const table = mkTable(4);
const walks: readonly Known[] = [
  {
    says: 'the walker remembers the way to a table',
    given: [...loaded, [entry, table]],
    code: (cpu) => cpu.walkRead(entry, 3 * PAGE, 'pmd'),
    then: { changes: [[hw.walkCache(0, 1, PMD, 1), 4]], observes: table },
  },
  {
    says: 'not where the machine has no walk cache',
    given: [...loaded, [entry, table]],
    code: (cpu) => cpu.walkRead(entry, 3 * PAGE, 'pmd'),
    machine: { spec: { walkCache: false } },
    then: { changes: [], observes: table },
  },
  {
    says: 'a leaf is no way to anywhere',
    given: [...loaded, [entry, leaf(5)]],
    code: (cpu) => cpu.walkRead(entry, 3 * PAGE, 'pmd'),
    then: { changes: [], observes: leaf(5) },
  },
  {
    says: 'an entry that is not present is not remembered',
    given: [...loaded, [entry, table - F.PRESENT]],
    code: (cpu) => cpu.walkRead(entry, 3 * PAGE, 'pmd'),
    then: { changes: [], observes: table - F.PRESENT },
  },
  {
    says: 'an empty entry is not remembered',
    given: loaded,
    code: (cpu) => cpu.walkRead(entry, 3 * PAGE, 'pmd'),
    then: { changes: [], observes: 0 },
  },
  {
    says: 'the walker is in the table that it was led to',
    given: [...loaded, [entry, table], [ghosts.hardwareWalking(0), 2]],
    code: (cpu) => cpu.walkRead(entry, 3 * PAGE, 'pmd'),
    machine: { ghosts: [ghosts.hardwareWalking] },
    then: {
      changes: [
        [hw.walkCache(0, 1, PMD, 1), 4],
        [ghosts.hardwareWalking(0), 4],
      ],
      observes: table,
    },
  },
];

const old = mkLeaf(5, F.PRESENT | F.USER);
const clean = mkLeaf(5, F.PRESENT | F.USER | F.WRITE);
const finish: readonly Known[] = [
  {
    says: 'a load through an entry that needs no flag: remembered, and done',
    given: [...loaded, inInsn, [entry, leaf(5)]],
    code: (cpu) => cpu.finish(read(3), 'pte', leaf(5), 0, entry),
    then: {
      changes: [
        [hw.tlb(0, 1, PTE, 3), leaf(5)],
        [hw.inInsn(0), 0],
      ],
      observes: HIT,
    },
  },
  {
    says: 'an entry that needs no flag is not looked at again',
    given: [...loaded, inInsn],
    code: (cpu) => cpu.finish(read(3), 'pte', leaf(5), 0, entry),
    then: {
      changes: [
        [hw.tlb(0, 1, PTE, 3), leaf(5)],
        [hw.inInsn(0), 0],
      ],
      observes: HIT,
    },
  },
  {
    says: 'the accessed flag is set in memory and in what is remembered',
    given: [...loaded, inInsn, [entry, old]],
    code: (cpu) => cpu.finish(read(3), 'pte', old, F.ACCESSED, entry),
    then: {
      changes: [
        [entry, leaf(5)],
        [hw.tlb(0, 1, PTE, 3), leaf(5)],
        [hw.inInsn(0), 0],
      ],
      observes: HIT,
    },
  },
  {
    says: 'a store sets accessed and dirty, and reaches the page',
    given: [...loaded, inInsn, [entry, clean]],
    code: (cpu) => cpu.finish(write(3), 'pte', clean, F.ACCESSED | F.DIRTY, entry),
    then: {
      changes: [
        [entry, leaf(5, writable)],
        [hw.tlb(0, 1, PTE, 3), leaf(5, writable)],
        [pageCells.data(5), 77],
        [hw.inInsn(0), 0],
      ],
      observes: HIT,
    },
  },
  {
    says: 'a store through a huge page',
    given: [...loaded, inInsn, [entry, mkLeaf(4, F.PRESENT | F.USER | F.WRITE)]],
    code: (cpu) => cpu.finish(write(3), 'pmd', mkLeaf(4, F.PRESENT | F.USER | F.WRITE), F.ACCESSED | F.DIRTY, entry),
    then: {
      changes: [
        [entry, leaf(4, writable)],
        [hw.tlb(0, 1, PMD, 1), leaf(4, writable)],
        [pageCells.data(5), 77],
        [hw.inInsn(0), 0],
      ],
      observes: HIT,
    },
  },
  {
    says: 'an entry that changed under the walk gets no flag: walk again',
    given: [...loaded, inInsn, [entry, mkLeaf(6, F.PRESENT | F.USER)]],
    code: (cpu) => cpu.finish(read(3), 'pte', old, F.ACCESSED, entry),
    then: { changes: [], observes: 0 },
  },
  {
    says: 'an entry that was emptied under the walk gets no flag',
    given: [...loaded, inInsn],
    code: (cpu) => cpu.finish(read(3), 'pte', old, F.ACCESSED, entry),
    then: { changes: [], observes: 0 },
  },
  {
    says: 'hardware that may set accessed sets it, or leaves it to software',
    given: [...loaded, inInsn, [entry, old]],
    code: (cpu) => cpu.finish(read(3), 'pte', old, F.ACCESSED, entry),
    machine: { spec: { hardwareAccessed: 'may' } },
    then: [
      {
        changes: [
          [entry, leaf(5)],
          [hw.tlb(0, 1, PTE, 3), leaf(5)],
          [hw.inInsn(0), 0],
        ],
        observes: HIT,
      },
      { changes: [[hw.inInsn(0), 0]], observes: 2 },
    ],
  },
  {
    says: 'hardware that may set dirty has one way where dirty is set',
    given: [...loaded, inInsn, [entry, leaf(5, writable)]],
    code: (cpu) => cpu.finish(write(3), 'pte', leaf(5, writable), 0, entry),
    machine: { spec: { hardwareDirty: 'may' } },
    then: {
      changes: [
        [hw.tlb(0, 1, PTE, 3), leaf(5, writable)],
        [pageCells.data(5), 77],
        [hw.inInsn(0), 0],
      ],
      observes: HIT,
    },
  },
  {
    says: 'a page fault ends the instruction, and what is remembered stays',
    given: [...loaded, inInsn, tlb(3, leaf(5))],
    code: (cpu) => cpu.access_fault(read(3)),
    then: { changes: [[hw.inInsn(0), 0]] },
  },
  {
    says: 'a page fault that forgets drops the page and the way to it',
    given: [
      ...loaded,
      inInsn,
      tlb(3, leaf(5)),
      tlb(2, leaf(4)),
      [hw.walkCache(0, 1, PMD, 1), 4],
      [hw.walkCache(0, 1, PMD, 0), 4],
    ],
    code: (cpu) => cpu.access_fault(read(3)),
    machine: does('may fault', true),
    then: {
      changes: [
        [hw.inInsn(0), 0],
        [hw.tlb(0, 1, PTE, 3), 0],
        [hw.walkCache(0, 1, PMD, 1), 0],
      ],
    },
  },
  {
    says: 'the walker is nowhere once the instruction has ended',
    given: [...loaded, inInsn, [ghosts.hardwareWalking(0), 4]],
    code: (cpu) => cpu.access_fault(read(3)),
    machine: { ghosts: [ghosts.hardwareWalking] },
    then: {
      changes: [
        [hw.inInsn(0), 0],
        [ghosts.hardwareWalking(0), 0],
      ],
    },
  },
  {
    says: 'the root register is loaded with its tag; what is remembered stays',
    given: [...loaded, tlb(3, leaf(5))],
    code: (cpu) => cpu.load_root(3, 0),
    then: {
      changes: [
        [hw.root(0), 3],
        [hw.asid(0), 0],
      ],
    },
  },
  {
    says: 'no root is no address space',
    given: loaded,
    code: (cpu) => cpu.load_root(0, 1),
    then: { changes: [[hw.root(0), 0]] },
  },
];

/** Everything that cpu0 and cpu1 could remember, each of it something else. */
const everywhere: Cells = [0, 1].flatMap((cpu) =>
  [0, 1].flatMap((asid) => [
    ...[0, 1, 2, 3, 4, 5, 6, 7].map((page) => [hw.tlb(cpu, asid, PTE, page), leaf(8 + page)] as const),
    ...[0, 1, 2, 3].map((block) => [hw.tlb(cpu, asid, PMD, block), leaf(2 * block)] as const),
    ...[0, 1, 2, 3].map((block) => [hw.walkCache(cpu, asid, PMD, block), 1 + block] as const),
    ...[0, 1].map((block) => [hw.walkCache(cpu, asid, PGD, block), 5 + block] as const),
  ]),
);
const gone = (...refs: Cells[number][0][]): { changes: Cells } => ({ changes: refs.map((ref) => [ref, 0] as const) });
const base = (asid: number, ...pages: number[]) => pages.map((page) => hw.tlb(0, asid, PTE, page));
const huge = (asid: number, ...blocks: number[]) => blocks.map((block) => hw.tlb(0, asid, PMD, block));
const ways = (asid: number, level: number, ...blocks: number[]) =>
  blocks.map((block) => hw.walkCache(0, asid, level, block));
const invalidations: readonly (readonly [string, Invalidation, { changes: Cells }])[] = [
  [
    'one page, leaves only: not its neighbours, and not the way to it',
    { asid: 1, start: 3 * PAGE, end: 4 * PAGE, leaves: ['pte', 'pmd'], walkCache: 'none' },
    gone(...base(1, 3), ...huge(1, 1)),
  ],
  [
    'base pages only: a huge page stays',
    { asid: 1, start: 3 * PAGE, end: 4 * PAGE, leaves: ['pte'], walkCache: 'none' },
    gone(...base(1, 3)),
  ],
  [
    'huge pages only: base pages stay',
    { asid: 1, start: 2 * PAGE, end: 4 * PAGE, leaves: ['pmd'], walkCache: 'none' },
    gone(...huge(1, 1)),
  ],
  [
    'one page and the ways that lead to it',
    { asid: 1, start: 3 * PAGE, end: 4 * PAGE, leaves: ['pte'], walkCache: 'range' },
    gone(...base(1, 3), ...ways(1, PMD, 1), ...ways(1, PGD, 0)),
  ],
  [
    'one page and every way of its address space',
    { asid: 1, start: 3 * PAGE, end: 4 * PAGE, leaves: ['pte'], walkCache: 'all' },
    gone(...base(1, 3), ...ways(1, PMD, 0, 1, 2, 3), ...ways(1, PGD, 0, 1)),
  ],
  [
    'a range ends before its end',
    { asid: 1, start: 1 * PAGE, end: 3 * PAGE, leaves: ['pte'], walkCache: 'range' },
    gone(...base(1, 1, 2), ...ways(1, PMD, 0, 1), ...ways(1, PGD, 0)),
  ],
  [
    'a range across upper tables',
    { asid: 1, start: 3 * PAGE, end: 5 * PAGE, leaves: ['pte', 'pmd'], walkCache: 'range' },
    gone(...base(1, 3, 4), ...huge(1, 1, 2), ...ways(1, PMD, 1, 2), ...ways(1, PGD, 0, 1)),
  ],
  [
    'of one address space the other keeps everything',
    { asid: 0, start: 0, end: 8 * PAGE, leaves: ['pte'], walkCache: 'none' },
    gone(...base(0, 0, 1, 2, 3, 4, 5, 6, 7)),
  ],
  [
    'of all address spaces',
    { asid: -1, start: 3 * PAGE, end: 4 * PAGE, leaves: ['pte'], walkCache: 'none' },
    gone(...base(0, 3), ...base(1, 3)),
  ],
  [
    'an empty range is nothing',
    { asid: -1, start: 3 * PAGE, end: 3 * PAGE, leaves: ['pte', 'pmd'], walkCache: 'range' },
    gone(),
  ],
  [
    'ways only',
    { asid: 1, start: 0, end: 2 * PAGE, leaves: [], walkCache: 'range' },
    gone(...ways(1, PMD, 0), ...ways(1, PGD, 0)),
  ],
  [
    'a range behind the last page is nothing',
    { asid: 1, start: 8 * PAGE, end: 9 * PAGE, leaves: ['pte', 'pmd'], walkCache: 'range' },
    gone(),
  ],
  [
    'a range beyond the last page ends there',
    { asid: 1, start: 7 * PAGE, end: Number.MAX_SAFE_INTEGER, leaves: ['pte'], walkCache: 'range' },
    gone(...base(1, 7), ...ways(1, PMD, 3), ...ways(1, PGD, 1)),
  ],
];
const page3: Invalidation = invalidations[1]![1];
const page5: Invalidation = { ...page3, start: 5 * PAGE, end: 6 * PAGE };
/** Records that are made first have the first numbers. */
const [FIRST, SECOND] = [1, 2];
const named: Cells = [
  [hw.rcuQueue(4), page3],
  [hw.rcuQueue(5), page5],
];
const flushes: readonly Known[] = [
  ...invalidations.map(([says, what, then]): Known => ({
    says: `an invalidation drops exactly what it names: ${says}`,
    given: everywhere,
    code: (cpu) => cpu.flush_local(what),
    then,
  })),
  {
    says: 'a broadcast is on its way to every CPU, this one included',
    given: named,
    code: (cpu) => cpu.tlbi_broadcast(page3),
    then: {
      changes: [
        [hw.broadcast(0, 0), [FIRST]],
        [hw.broadcast(0, 1), [FIRST]],
        [hw.broadcast(0, 2), [FIRST]],
      ],
    },
  },
  {
    says: 'a broadcast to some CPUs',
    given: named,
    code: (cpu) => cpu.tlbi_broadcast(page3, 0b110),
    then: {
      changes: [
        [hw.broadcast(0, 1), [FIRST]],
        [hw.broadcast(0, 2), [FIRST]],
      ],
    },
  },
  {
    says: 'broadcasts of one CPU stand in line',
    given: [...named, [hw.broadcast(0, 1), [SECOND]]],
    code: (cpu) => cpu.tlbi_broadcast(page3, 0b010),
    then: { changes: [[hw.broadcast(0, 1), [SECOND, FIRST]]] },
  },
  {
    says: 'a CPU does the oldest of a sender, and keeps the rest',
    given: [...named, [hw.broadcast(1, 0), [FIRST, SECOND]], tlb(3, leaf(4)), tlb(5, leaf(4))],
    code: (cpu) => cpu.special(steps.tlb_receive, {}),
    then: {
      changes: [
        [hw.broadcast(1, 0), [SECOND]],
        [hw.tlb(0, 1, PTE, 3), 0],
      ],
    },
  },
  {
    says: 'the last leaves none',
    given: [
      ...named,
      [hw.broadcast(1, 0), [SECOND]],
      tlb(3, leaf(4)),
      tlb(5, leaf(4)),
      [hw.tlb(1, 1, PTE, 5), leaf(4)],
    ],
    code: (cpu) => cpu.special(steps.tlb_receive, {}),
    then: {
      changes: [
        [hw.broadcast(1, 0), 0],
        [hw.tlb(0, 1, PTE, 5), 0],
      ],
    },
  },
  {
    says: 'of two CPUs that broadcast either is served first',
    given: [...named, [hw.broadcast(1, 0), [FIRST]], [hw.broadcast(2, 0), [SECOND]], tlb(3, leaf(4)), tlb(5, leaf(4))],
    code: (cpu) => cpu.special(steps.tlb_receive, {}),
    then: [
      {
        changes: [
          [hw.broadcast(1, 0), 0],
          [hw.tlb(0, 1, PTE, 3), 0],
        ],
      },
      {
        changes: [
          [hw.broadcast(2, 0), 0],
          [hw.tlb(0, 1, PTE, 5), 0],
        ],
      },
    ],
  },
  {
    says: 'nothing is done within an instruction that may be using it',
    given: [...named, inInsn, [hw.broadcast(1, 0), [FIRST]]],
    code: (cpu) => cpu.special(steps.tlb_receive, {}),
    then: 'waits',
  },
  {
    says: 'interrupts off hold nothing up',
    given: [...named, [hw.irqOff(0), 1], [hw.inIrq(0), 1], [hw.broadcast(1, 0), [FIRST]]],
    code: (cpu) => cpu.special(steps.tlb_receive, {}),
    then: { changes: [[hw.broadcast(1, 0), 0]] },
  },
  {
    says: 'what is on its way to others is not done here',
    given: [...named, [hw.broadcast(1, 2), [FIRST]], [hw.broadcast(0, 1), [FIRST]]],
    code: (cpu) => cpu.special(steps.tlb_receive, {}),
    then: 'waits',
  },
  {
    says: 'a sync waits for one CPU that has not done it',
    given: [...named, [hw.broadcast(0, 2), [FIRST]]],
    code: (cpu) => cpu.tlbi_sync('dsb'),
    then: 'waits',
  },
  {
    says: 'a sync waits for its own CPU too',
    given: [...named, [hw.broadcast(0, 0), [FIRST]]],
    code: (cpu) => cpu.tlbi_sync('dsb'),
    then: 'waits',
  },
  {
    says: 'a sync waits for nothing that others broadcast',
    given: [...named, [hw.broadcast(1, 0), [FIRST]], [hw.broadcast(1, 2), [FIRST]]],
    code: (cpu) => cpu.tlbi_sync('dsb'),
    then: { changes: [] },
  },
];

export const MMU: readonly Known[] = [...lookups, ...ahead, ...walks, ...finish, ...flushes];
