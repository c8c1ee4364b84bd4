/** Correct programs, generated: whatever a process may do with its memory, alone and beside each other. No watcher speaks in any. */
import {
  attach_vma,
  fork,
  get_user_pages_fast,
  get_user_pages_fast_only,
  khugepaged_collapse,
  madvise_dontneed,
  madvise_free,
  mprotect,
  mremap_to,
  munmap,
  put_user_pages,
  split_huge_pmd_address,
  task_numa_work,
  user_load,
  user_store,
  watches,
  type Cpu,
  type Op,
  type Scenario,
  type Story,
} from '@shootdown/core';

export type Does = (cpu: Cpu, s: Story) => Op<unknown>;
export interface Operation {
  readonly name: string;
  readonly does: Does;
  /** Only where huge pages are. */
  readonly huge?: true;
  readonly forks?: true;
}

export const store = (page: number, token: number): Does =>
  function* (cpu, s) {
    return yield* user_store(cpu, s.page(page), token);
  };
export const load = (page: number): Does =>
  function* (cpu, s) {
    return yield* user_load(cpu, s.page(page));
  };
export const first = (...parts: readonly Does[]): Does =>
  function* (cpu, s) {
    for (let i = 0; i < parts.length; i++) yield* parts[i]!(cpu, s);
    return undefined;
  };
const nothing: Does = function* () {
  return undefined;
};

const dontneed = (pages: number): Does =>
  function* (cpu, s) {
    return yield* madvise_dontneed(cpu, s.mm, 0, s.page(pages));
  };
const unmap: Does = function* (cpu, s) {
  return yield* munmap(cpu, s.mm, 0, s.page(2));
};
const protect = (prot: 'none' | 'read-only' | 'read-write'): Does =>
  function* (cpu, s) {
    return yield* mprotect(cpu, s.mm, 0, s.page(2), prot);
  };
const gup = (intent: 'read' | 'write', gives: 'back' | 'not back'): Does =>
  function* (cpu, s) {
    const pages = yield* get_user_pages_fast(cpu, s.page(0), 1, intent);
    if (gives === 'back') yield* put_user_pages(cpu, pages);
    return undefined;
  };

/** On pages 0 and 1, which are area 0. Area 1 is where mremap moves them. */
export const operations: readonly Operation[] = [
  { name: 'store', does: store(0, 5) },
  { name: 'load', does: load(0) },
  { name: 'MADV_DONTNEED', does: dontneed(2) },
  { name: 'MADV_DONTNEED of one page', does: dontneed(1) },
  {
    name: 'MADV_FREE',
    does: function* (cpu, s) {
      return yield* madvise_free(cpu, s.mm, 0, s.page(2));
    },
  },
  { name: 'munmap', does: unmap },
  {
    name: 'munmap and mmap',
    does: first(unmap, function* (cpu, s) {
      return yield* attach_vma(cpu, s.area(0));
    }),
  },
  {
    name: 'mremap',
    does: first(
      function* (cpu, s) {
        return yield* mremap_to(cpu, s.mm, 0, 2 * s.pageSize, s.area(1));
      },
      load(2),
      store(2, 6),
    ),
  },
  { name: 'mprotect read-only', does: protect('read-only') },
  { name: 'mprotect none', does: protect('none') },
  { name: 'mprotect and back', does: first(protect('read-only'), protect('read-write')) },
  {
    name: 'NUMA scan',
    does: function* (cpu, s) {
      return yield* task_numa_work(cpu, s.mm, 0, s.page(2));
    },
  },
  {
    name: 'collapse',
    huge: true,
    does: function* (cpu, s) {
      return yield* khugepaged_collapse(cpu, s.mm, 0);
    },
  },
  {
    name: 'split',
    huge: true,
    does: function* (cpu, s) {
      return yield* split_huge_pmd_address(cpu, s.area(0), 0);
    },
  },
  {
    name: 'fork',
    forks: true,
    does: function* (cpu, s) {
      return yield* fork(cpu, s.mmOf(1));
    },
  },
  { name: 'GUP for writing', does: gup('write', 'not back') },
  { name: 'GUP for reading', does: gup('read', 'not back') },
  { name: 'GUP and unpin', does: gup('write', 'back') },
  {
    name: 'fast GUP',
    does: function* (cpu, s) {
      return yield* get_user_pages_fast_only(cpu, s.page(0), 1, 'write');
    },
  },
];

/** Everything that can be asked. */
export const everything: readonly string[] = watches.map(({ claim }) => claim);

/** What the threads do: one each on CPU 0 and 1 of the process; the child of a fork has CPU 2. */
export interface Program {
  readonly name: string;
  readonly a: readonly Operation[];
  readonly b?: readonly Operation[];
  readonly huge: boolean;
  readonly fresh?: boolean;
}

/** The story of a program. */
export function storyOf({ name, a, b, huge, fresh = false }: Program, asks: readonly string[] = everything): Scenario {
  const parts = [...a, ...(b ?? [])];
  const forks = parts.some((part) => part.forks);
  const areas = [
    { from: 0, to: 2, thp: huge ? 'always' : 'never' },
    { from: 2, to: 4, thp: huge ? 'always' : 'never' },
  ] as const;
  return {
    name,
    title: name,
    cpus: forks ? 3 : 2,
    quiet: true,
    asks,
    ...(forks ? { mms: 2, forked: [1] } : {}),
    areas: [...areas, ...(forks ? areas.map((area) => ({ ...area, mm: 1 })) : [])],
    setup: fresh ? [] : [{ cpu: 0, does: first(store(0, 1), store(1, 2)) }],
    threads: [
      { name: 'A', cpu: 0, runs: 0, does: first(...a.map(({ does }) => does)) },
      { name: 'B', cpu: 1, runs: 0, does: b ? first(...b.map(({ does }) => does)) : nothing },
      ...(forks ? [{ name: 'C', cpu: 2, runs: 1, does: first(load(0), store(0, 7), load(1)) }] : []),
    ],
    ...(parts.some((part) => part.huge) || huge ? { needs: { config: ['TRANSPARENT_HUGEPAGE'] } } : {}),
  };
}

/** Numbers from a seed, the same each time (Park and Miller, 1988). */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) yield (state = (state * 48271) % 2147483647);
}

/** Programs of one thread: each begins with another operation, and goes on with accesses and operations that the seed picks. */
export function onePrograms(seed: number, length: number): Program[] {
  const next = numbers(seed);
  const pick = <T>(from: readonly T[]): T => from[next.next().value % from.length]!;
  const again = operations.filter(({ forks }) => !forks);
  return operations.map((begin, i) => {
    const a = [begin, ...Array.from({ length }, () => (next.next().value % 2 ? pick(again) : pick(again.slice(0, 2))))];
    return { name: a.map((part) => part.name).join(', '), a, huge: i % 2 === 1, fresh: next.next().value % 4 === 0 };
  });
}

const last = (page: number): Operation => ({ name: `load of page ${page}`, does: load(page) });

/** Every operation beside some other, and two loads behind it. */
export function twoPrograms(
  seed: number,
  beside: readonly Operation[] = operations.filter(({ forks }) => !forks),
): Program[] {
  const next = numbers(seed);
  return operations.flatMap((one) => {
    const other = beside[next.next().value % beside.length]!;
    const huge = next.next().value % 2 === 0;
    return [{ name: `${one.name} beside ${other.name}`, a: [one, last(0)], b: [other, last(1)], huge }];
  });
}
