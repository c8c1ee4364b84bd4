/** Which states count as one: equal in what matters, or the image of each other under a symmetry. */
import type { Footprints } from './footprints.ts';
import type { DeadCells } from './dead-cells.ts';
import { HEADER, type Layout } from './layout.ts';
import { highPart, lowPart } from './mix.ts';
import type { Symmetries } from './symmetries.ts';

/** Fingerprints and comparisons of records. Records keep their true values; only what is compared changes. */
export class Likeness {
  low = 0;
  high = 0;
  /** What is compared of the record `begin` was given, one row per symmetry. */
  private images: Int32Array[];
  private other = new Int32Array(0);

  constructor(
    private readonly layout: Layout,
    private readonly processes: number,
    private readonly footprints: Footprints,
    private readonly dead: DeadCells | undefined,
    private readonly symmetries: Symmetries | undefined,
  ) {
    this.images = Array.from({ length: symmetries?.count ?? 1 }, () => new Int32Array(0));
  }

  /** Takes up a record: sets `low` and `high`, the same for all records that count as equal to it. */
  begin(chunk: Int32Array, base: number, seed: number): void {
    // Images may give a place to cells that had none: at most as many as there are.
    if (this.images[0]!.length < 2 * this.layout.width) this.images = this.images.map(() => new Int32Array(this.layout.width * 3));
    const [plain] = this.images;
    if (this.symmetries) plain!.fill(0, this.layout.width);
    this.plain(chunk, base, plain!);
    for (let i = 1; i < this.images.length; i++) this.symmetries!.image(i, plain!, this.images[i]!, this.processes);
    this.images.forEach((image, i) => {
      let [low, high] = [0, 0];
      for (let word = HEADER.size; word < this.layout.width; word++) {
        low = (low + lowPart(word, image[word]!, seed)) | 0;
        high = (high + highPart(word, image[word]!, seed)) | 0;
      }
      if (i === 0 || low < this.low || (low === this.low && high < this.high)) [this.low, this.high] = [low, high];
    });
  }

  /** Does that record count as equal to the one taken up? */
  matches(chunk: Int32Array, base: number): boolean {
    if (this.other.length < this.layout.width) this.other = new Int32Array(this.layout.width * 2);
    this.plain(chunk, base, this.other);
    return this.images.some((image) => {
      for (let word = HEADER.size; word < this.layout.width; word++) if (image[word] !== this.other[word]) return false;
      return true;
    });
  }

  /** The record, with 0 for every cell that nobody will look at. */
  private plain(chunk: Int32Array, base: number, into: Int32Array): void {
    const { layout, processes, dead, footprints } = this;
    const firstCell = HEADER.size + processes;
    for (let word = HEADER.size; word < firstCell; word++) into[word] = chunk[base + word]!;
    dead?.begin((p) => chunk[base + HEADER.size + p]!, processes);
    for (let word = firstCell; word < layout.width; word++) {
      const value = chunk[base + word]!;
      into[word] = value !== 0 && dead && !dead.isLive(footprints.slotIfTouched(layout.cellAt(word))) ? 0 : value;
    }
  }
}
