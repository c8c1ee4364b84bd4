/** Where each named cell stands: regions side by side, each an array. The same for a small packed store and a real one. */
import type { Cell, Dim, Ref, Region } from '../words/cells.ts';
import { refName } from '../words/cells.ts';
import { showEntry } from '../words/entry.ts';
import { type CellNames, Mistake } from '@shootdown/explorer';
import { cpusOf } from '../words/address.ts';
import type { Geometry } from '../words/geometry.ts';
import { nameForPeople } from './cell-names.ts';
import type { Records } from './records.ts';

/** How many of each thing a system has. */
export type Sizes = Readonly<Record<Dim, number>>;

/** Where a region stands. */
export interface Placed {
  readonly region: Region;
  readonly base: Cell;
  readonly sizes: readonly number[];
  readonly end: Cell;
}

const isWithin = (at: number, size: number): boolean => at >= 0 && at < size;

/** -1 where an index is out of range. */
function cellOf({ base, sizes }: Placed, { at }: Ref): Cell {
  let cell = 0;
  for (let i = 0; i < sizes.length; i++) {
    const n = at[i] ?? -1;
    const size = sizes[i] ?? 0;
    if (!isWithin(n, size)) return -1;
    cell = cell * size + n;
  }
  return base + cell;
}

/** The layout of one system. Ghost regions have cells only when a claim needs them. */
export class Layout implements CellNames {
  readonly cellCount: number;
  /** By the number of the region. */
  readonly #placed: (Placed | undefined)[] = [];
  readonly #inOrder: Placed[] = [];

  constructor(
    regions: readonly Region[],
    readonly sizes: Sizes,
    ghosts: ReadonlySet<Region>,
    private readonly records: Records,
    private readonly geometry: Geometry,
  ) {
    let next = 0;
    const names = new Set<string>();
    for (const region of regions) {
      if (region.ghost && !ghosts.has(region)) continue;
      if (names.has(region.regionName))
        throw new Mistake(
          'SD_BAD_ARCH',
          `two regions of cells are called ${region.regionName}.`,
          'Give one of them another name.',
        );
      names.add(region.regionName);
      const dims = region.dims.map((d) => sizes[d]);
      const placed = { region, base: next, sizes: dims, end: next + dims.reduce((a, b) => a * b, 1) };
      this.#placed[region.regionNumber] = placed;
      this.#inOrder.push(placed);
      next = placed.end;
    }
    this.cellCount = next;
  }

  /** Is the region kept in this system? False for ghosts nobody asks for. */
  keeps(region: Region): boolean {
    return this.#placed[region.regionNumber]?.region === region;
  }

  /** All regions, with where their cells begin and end, and how long each dimension is. */
  get placed(): readonly Placed[] {
    return this.#inOrder;
  }

  /** Does a cell hold a set of CPUs? */
  isSet(cell: Cell): boolean {
    return this.#find(cell).region.shape === 'mask';
  }

  /** The cell's number. */
  cell(ref: Ref): Cell {
    const placed = this.#placed[ref.region.regionNumber];
    if (placed?.region !== ref.region)
      throw new Mistake(
        'SD_UNDECLARED_CELL',
        `${refName(ref)} is used, but no architecture or machine part declares the region ${ref.region.regionName}.`,
        'List it under `cells` of the machine spec of the architecture.',
      );
    const cell = cellOf(placed, ref);
    if (cell >= 0) return cell;
    const i = placed.sizes.findIndex((size, n) => !isWithin(ref.at[n] ?? -1, size));
    throw new Mistake(
      'SD_CELL_OUT_OF_RANGE',
      `${refName(ref)}: index ${i} is ${ref.at[i]}, but there are ${placed.sizes[i]} of that kind (${placed.region.dims[i]}).`,
      'An address outside the explored space, a null table or frame that was used, or a pool that is too small.',
    );
  }

  /** Is there such a cell? False for an index that is out of range: a pointer that leads nowhere. A region that nobody declares is a mistake all the same. */
  has(ref: Ref): boolean {
    const placed = this.#placed[ref.region.regionNumber];
    return placed?.region !== ref.region || cellOf(placed, ref) >= 0;
  }

  /** The region and indices of a cell. */
  refOf(cell: Cell): Ref {
    const placed = this.#find(cell);
    const at: number[] = [];
    let rest = cell - placed.base;
    for (const size of placed.sizes.toReversed()) {
      at.unshift(rest % size);
      rest = Math.floor(rest / size);
    }
    return { region: placed.region, at };
  }

  /** Where the regions stand that have a cell for each block of the address space: the only ones too long to be looked through. */
  get blockRows(): readonly { readonly base: Cell; readonly end: Cell; readonly length: number }[] {
    return this.#inOrder
      .filter(({ region }) => region.dims.at(-1) === 'block' && region.initial === 0)
      .map(({ base, end }) => ({ base, end, length: this.sizes.block }));
  }

  /** Regions whose cells begin with something else than 0. */
  get startingValues(): readonly { readonly base: Cell; readonly end: Cell; readonly value: number }[] {
    return this.#inOrder
      .filter(({ region }) => region.initial !== 0)
      .map(({ base, end, region }) => ({ base, end, value: region.initial }));
  }

  initial(cell: Cell): number {
    return this.#find(cell).region.initial;
  }

  /** As people read it: `T3[0]`, `P16.refcount`, `CPU0 irqs off`, `mm0.mmap_lock`, `CPU1 tlb of page 2`. */
  name(cell: Cell): string {
    return nameForPeople(this.refOf(cell), this.geometry);
  }
  isGhost(cell: Cell): boolean {
    return this.#find(cell).region.ghost;
  }

  value(cell: Cell, value: number): string {
    switch (this.#find(cell).region.shape) {
      case 'entry':
        return showEntry(value);
      case 'mask':
        return value === 0
          ? 'none'
          : cpusOf(value)
              .map((c) => `cpu${c}`)
              .join('+');
      case 'table':
        return value === 0 ? 'none' : `T${value}`;
      case 'page':
        return value === 0 ? 'none' : `P${value}`;
      case 'lock':
        return value === 0 ? 'free' : value < 0 ? 'write' : value === 1 ? 'held' : `${value} holders`;
      case 'record':
        return value === 0 ? 'none' : this.records.show(value);
      case 'flag':
      case 'number':
        return String(value);
    }
  }

  #find(cell: Cell): Placed {
    let low = 0;
    let high = this.#inOrder.length - 1;
    while (low < high) {
      const mid = (low + high) >> 1;
      if ((this.#inOrder[mid]?.end ?? 0) <= cell) low = mid + 1;
      else high = mid;
    }
    const placed = this.#inOrder[low];
    if (!placed || cell < placed.base || cell >= placed.end)
      throw new Mistake('SD_CELL_OUT_OF_RANGE', `there is no cell ${cell}.`);
    return placed;
  }
}
