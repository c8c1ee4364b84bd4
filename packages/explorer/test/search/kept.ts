/** Checkpoints in memory, and searches that are ended and go on from them. */
import type { Block, Rows, Saved } from '../../src/api/checkpoint.ts';
import type { Exploration, ExploreOptions } from '../../src/api/exploration.ts';
import type { Identity } from '../../src/learned/local-identity.ts';
import { FixpointSearch } from '../../src/search/fixpoint.ts';
import type { System } from '../../src/api/system.ts';

/** What a file would hold: copies, so that nothing is shared with the search that wrote it. */
export class Kept implements Saved {
  plain: Record<string, unknown> = {};
  readonly columns = new Map<string, Rows[]>();

  write({ first, plain, pieces }: Block): void {
    if (first) this.columns.clear();
    for (const { column, width, whole, numbers } of pieces) {
      const rows = whole ? [] : (this.columns.get(column) ?? []);
      rows.push({ width, numbers: numbers.slice() });
      this.columns.set(column, rows);
    }
    this.plain = JSON.parse(JSON.stringify(plain)) as Record<string, unknown>;
  }

  rows(column: string): number {
    return this.pieces(column).reduce((sum, { width, numbers }) => sum + numbers.length / width, 0);
  }

  pieces(column: string): Rows[] {
    return this.columns.get(column) ?? [];
  }

  refuse(why: string): Error {
    return new Error(`refused: ${why}`);
  }
}

/** How a search is made that can be made again, as another process would. */
export interface Asked {
  readonly system: () => System;
  readonly identity: () => Identity;
  readonly options: ExploreOptions;
  /** Transitions between two looks. */
  readonly piece: number;
}

/** Seconds differ, and nothing else may. */
const timeless = (found: Exploration): Exploration => ({ ...found, seconds: 0 });

export function uninterrupted({ system, identity, options, piece }: Asked): Exploration {
  const search = new FixpointSearch(system(), options, identity());
  while (!search.done) search.advance(piece);
  return timeless(search.result());
}

/** Begins the search, or goes on with it. */
export const begin = ({ system, identity, options }: Asked, kept: Kept, on: boolean): FixpointSearch =>
  new FixpointSearch(
    system(),
    { ...options, checkpoint: { every: 0, write: (block) => kept.write(block), ...(on && { saved: kept }) } },
    identity(),
  );

/**
 * Writes a search down and goes on with it in a new one, over and over.
 * @param each pieces between two ends
 * @param lost pieces that each search does after it was written down for the last time
 * @returns what was found, and how often the search was begun
 */
export function inParts(asked: Asked, each: number, lost = 0): { found: Exploration; begun: number } {
  const kept = new Kept();
  for (let begun = 1; ; begun++) {
    const search = begin(asked, kept, begun > 1);
    for (let i = 0; i < each && !search.done; i++) search.advance(asked.piece);
    if (search.done) return { found: timeless(search.result()), begun };
    kept.write(search.save());
    for (let i = 0; i < lost && !search.done; i++) search.advance(asked.piece);
  }
}
