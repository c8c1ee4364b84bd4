/** Images of states under the symmetries that a system declares. */
import type { Cell } from '../words/cells.ts';
import { HEADER, type Layout } from './layout.ts';
import type { Mirror } from './mirror.ts';
import type { Mutant } from './reductions.ts';

/** Row 0 is the identity; the others are the declared symmetries. */
export class Symmetries {
  readonly count: number;

  constructor(
    private readonly mirror: Mirror,
    private readonly layout: Layout,
    private readonly addCell: (cell: Cell) => number,
    private readonly mutants: ReadonlySet<Mutant>,
  ) {
    this.count = 1 + mirror.maps.length;
  }

  /** Writes the image of the record `from` under symmetry `which` (not 0) into `to`. */
  image(which: number, from: Int32Array, to: Int32Array, processes: number): void {
    const map = this.mirror.maps[which - 1]!;
    for (let p = 0; p < processes; p++) to[HEADER.size + map.process(p)] = this.mirror.nodeOf(which - 1, from[HEADER.size + p]!);
    const first = HEADER.size + processes;
    to.fill(0, first);
    // Giving a place to the image of a cell lengthens the record; the places in `from` are those of now.
    const { width } = this.layout;
    for (let word = first; word < width; word++) {
      const cell = this.layout.cellAt(word);
      const value = this.layout.decode(cell, from[word]!);
      const there = map.cell(cell);
      const mapped = this.mutants.has('values are mapped') ? value : map.value(cell, value);
      if (mapped === this.layout.initial(there)) continue;
      const known = this.layout.wordOf[there]!;
      to[known >= 0 ? known : this.addCell(there)] = this.layout.encode(there, mapped);
    }
  }
}
