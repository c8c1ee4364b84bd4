/** The address spaces and areas of a scenario, and what its story is handed of them. */
import type { ArchSpec } from '../arch/declaration.ts';
import { HPAGE_PMD_SIZE, PAGE_SIZE, type Geometry } from '../words/geometry.ts';
import type { Mm, Vma } from '../words/objects.ts';
import type { Scenario, Story } from '../workload/scenario.ts';
import { near, raise } from './scenario-check.ts';

export interface Spaces {
  readonly mms: readonly Mm[];
  /** The areas that are declared. */
  readonly vmas: readonly Vma[];
  /** These, and handles for their pieces. */
  readonly handles: readonly Vma[];
  /** @throws Mistake where the scenario has no such address space */
  readonly mmOf: (n: number) => Mm;
  readonly isForked: (mm: Mm) => boolean;
}

export function spacesOf(scenario: Scenario, geometry: Geometry): Spaces {
  const mms = Array.from({ length: scenario.mms ?? 1 }, (_, id): Mm => ({ id }));
  const mmOf = (n: number): Mm => mms[n] ?? raise(scenario, `there is no address space ${n}`);
  const vmas = scenario.areas.map((a, id): Vma => ({
    id,
    mm: mmOf(a.mm ?? 0),
    start: a.from * PAGE_SIZE(geometry),
    end: a.to * PAGE_SIZE(geometry),
    thp: a.thp,
  }));
  const isForked = (mm: Mm): boolean => scenario.forked?.includes(mm.id) ?? false;
  return { mms, vmas, handles: [...vmas, ...sparesOf(vmas, geometry)], mmOf, isForked };
}

/** What code of a scenario may ask for by number or by name. */
export function storyOf(arch: ArchSpec, scenario: Scenario, geometry: Geometry, { mmOf, vmas }: Spaces): Story {
  return {
    mm: mmOf(0),
    mmOf,
    area: (n) => vmas[n] ?? raise(scenario, `there is no area ${n}`),
    page: (n) => n * PAGE_SIZE(geometry),
    pageSize: PAGE_SIZE(geometry),
    hugePageSize: HPAGE_PMD_SIZE(geometry),
    hasArchOperation: (name) => name in arch.operations,
    archOperation(name) {
      const operation = arch.operations[name] as ReturnType<Story['archOperation']> | undefined;
      if (!operation)
        return raise(
          scenario,
          `${arch.id} has no operation ${name}${near(name, Object.keys(arch.operations))}; list it under needs.operations`,
        );
      return operation;
    },
  };
}

/** At most so many pieces more than the area itself. An area of n pages has n pieces at most. */
const SPARES = 7;

/** Handles for the pieces of areas that may be cut. */
function sparesOf(vmas: readonly Vma[], g: Geometry): Vma[] {
  const wanted = vmas.flatMap((vma) =>
    Array.from({ length: Math.min(SPARES, (vma.end - vma.start) / PAGE_SIZE(g) - 1) }, () => vma),
  );
  return wanted.map((vma, i): Vma => ({ ...vma, id: vmas.length + i, pieceOf: vma.id }));
}
