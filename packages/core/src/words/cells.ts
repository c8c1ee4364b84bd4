/** Cells: every piece of state that can change. Kernel code and plugins name them by region and index, never by number. */

export type { Cell } from '@shootdown/explorer';

/** What an index of a region counts; the layout of a system knows how many there are. */
export type Dim =
  'cpu' | 'mm' | 'vma' | 'anon_vma' | 'page' | 'table' | 'entry' | 'level' | 'block' | 'queue' | 'nesting';

/** How a region's values read in a trace. */
export type Shape = 'number' | 'entry' | 'mask' | 'flag' | 'table' | 'page' | 'lock' | 'record';

/** A named array of cells. Calling it with indices names one cell. */
export interface Region {
  (...at: number[]): Ref;
  readonly regionName: string;
  /** No other region of this module has it: regions are looked up by it. */
  readonly regionNumber: number;
  readonly dims: readonly Dim[];
  readonly initial: number;
  readonly shape: Shape;
  /** A ghost exists for claims only: no step's result depends on it, and it is kept only when a claim asks for it. */
  readonly ghost: boolean;
}

/** One cell, named. */
export interface Ref {
  readonly region: Region;
  readonly at: readonly number[];
}

/** How many were declared. */
let regions = 0;

/**
 * Declares an array of cells.
 * @param regionName unique name, as traces print it; a kernel field keeps its kernel name
 * @param dims what its indices count, outermost first
 * @param options first value of every cell (default 0), how values read in a trace, and whether it is a ghost
 */
export function region(
  regionName: string,
  dims: readonly Dim[],
  options: { initial?: number; shape?: Shape; ghost?: boolean } = {},
): Region {
  const name = (...at: number[]): Ref => ({ region: self, at });
  const self: Region = Object.assign(name, {
    regionName,
    regionNumber: regions++,
    dims,
    initial: options.initial ?? 0,
    shape: options.shape ?? 'number',
    ghost: options.ghost ?? false,
  });
  return self;
}

/** Cells of a plugin: one number each CPU has. */
export const perCpu = (name: string, shape: Shape = 'number'): Region => region(name, ['cpu'], { shape });
/** Cells of a plugin: one number each address space has. */
export const perMm = (name: string, shape: Shape = 'number'): Region => region(name, ['mm'], { shape });
/** Cells of a plugin: one number each page table has. */
export const perTable = (name: string, shape: Shape = 'number'): Region => region(name, ['table'], { shape });
/** Cells of a plugin: one number each page frame has. */
export const perPage = (name: string, shape: Shape = 'number'): Region => region(name, ['page'], { shape });

export const refName = (ref: Ref): string => `${ref.region.regionName}${ref.at.map((i) => `[${i}]`).join('')}`;
