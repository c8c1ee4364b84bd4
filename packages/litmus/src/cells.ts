/** Memory of tests whose pointers are known only while they run: each word that is accessed is a cell, found by its address. */
import { isNumber, type Datum } from './assembly.ts';
import { NotModelled } from './mistakes.ts';

/** A location as the head of the file declares it, or as it is used. */
export interface Layout {
  /** Of one element, as declared. Absent: as wide as what accesses it. */
  readonly bits?: number;
  readonly length: number;
  /** First values of the elements. */
  readonly first: readonly Datum[];
}

export interface CellOf {
  readonly location: string;
  readonly element: number;
  readonly bits: number;
  readonly first: Datum;
}

export class Cells {
  readonly all: CellOf[] = [];
  private readonly byName = new Map<string, number>();

  /** @param bigEndian is the first byte of a word its highest one? */
  constructor(
    private readonly layouts: ReadonlyMap<string, Layout>,
    private readonly bigEndian: boolean,
  ) {}

  /**
   * The number of the cell at an address.
   * @throws NotModelled where there is none, or where another access touches a different part of it
   */
  at(address: Datum, bits: number): number {
    if (isNumber(address)) throw new NotModelled(`a thread accesses the address ${address}, where no location is`);
    const { location, offset } = address;
    const layout = this.layouts.get(location);
    if (!layout) throw new NotModelled(`a thread accesses ${location}, which is no location of memory`);
    const size = BigInt((layout.bits ?? bits) / 8);
    const element = Number(offset / size);
    if (offset < 0n || element >= layout.length)
      throw new NotModelled(`a thread accesses byte ${offset} of ${location}, beyond its end`);
    if (offset % size !== 0n || bits > Number(size) * 8 || (this.bigEndian && bits < Number(size) * 8))
      throw new NotModelled(
        `${bits} bits at byte ${offset} of ${location}, whose words have ${Number(size) * 8}: accesses of parts of a word`,
      );
    const name = `${location}[${element}]`;
    const known = this.byName.get(name);
    if (known === undefined)
      return this.make(name, { location, element, bits, first: this.firstOf(layout, element, bits) });
    const there = this.all[known]!.bits;
    if (there !== bits)
      throw new NotModelled(
        `${location} is accessed in words of ${there} and of ${bits} bits: accesses of parts of a word`,
      );
    return known;
  }

  /** What a location holds whose cell holds this: with the bits that nobody accesses. */
  whole(cell: number, value: Datum): Datum {
    const { location, element, bits } = this.all[cell]!;
    const first = this.layouts.get(location)!.first[element] ?? 0n;
    if (!isNumber(first) || !isNumber(value)) return value;
    return ((first >> BigInt(bits)) << BigInt(bits)) | value;
  }

  find(location: string, element: number): number | undefined {
    return this.byName.get(`${location}[${element}]`);
  }

  private firstOf({ first }: Layout, element: number, bits: number): Datum {
    const value = first[element] ?? 0n;
    return isNumber(value) ? BigInt.asUintN(bits, value) : value;
  }

  private make(name: string, cell: CellOf): number {
    this.byName.set(name, this.all.length);
    return this.all.push(cell) - 1;
  }
}
