/** Arrays of locations: which element an address with a displacement leads to. */
import type { ArrayOfLocations } from './litmus-test.ts';

/** `x[2]` in its parts. */
const ELEMENT = /^(.*)\[(\d+)\]$/;

export class Arrays {
  private readonly sizes: ReadonlyMap<string, { readonly bytes: number; readonly length: number }>;

  /** @param bytesOf how many bytes an element of a type has */
  constructor(arrays: readonly ArrayOfLocations[], bytesOf: (type: string) => number) {
    this.sizes = new Map(
      arrays.map(({ name, type = 'int', length }) => [name, { bytes: bytesOf(type), length }] as const),
    );
  }

  /**
   * @param location an element such as `x[1]`, an array, or a location of its own
   * @param bytes how far from its beginning
   * @returns the location there; undefined where none begins
   */
  at(location: string, bytes = 0n): string | undefined {
    const [, name = location, index = '0'] = ELEMENT.exec(location) ?? [];
    const array = this.sizes.get(name);
    if (!array) return bytes === 0n ? location : undefined;
    const from = BigInt(index) * BigInt(array.bytes) + bytes;
    const element = from / BigInt(array.bytes);
    const isThere = from >= 0n && from % BigInt(array.bytes) === 0n && element < BigInt(array.length);
    return isThere ? `${name}[${element}]` : undefined;
  }
}
