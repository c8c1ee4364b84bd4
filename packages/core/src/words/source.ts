/** Where in Linux a thing of ours stands. */

/** A place in the Linux source: release, file, symbol. */
export interface Source {
  readonly version: string;
  readonly file: string;
  readonly symbol: string;
}

/**
 * Cites a place in the Linux source.
 * @param version kernel release with a leading `v`, such as `v6.1`
 * @param file path from the top of the kernel tree
 * @param symbol function, macro or type name
 */
export const linux = (version: string, file: string, symbol: string): Source => ({ version, file, symbol });

/** `v6.1 mm/khugepaged.c collapse_huge_page`, as reports print it. */
export const cite = (source: Source): string => `${source.version} ${source.file} ${source.symbol}`;
