/** Which states count as one: equal in what matters, or the image of each other under a symmetry. */
import type { Footprints } from './footprints.ts';
import type { Columns } from './columns.ts';
import type { DeadCells } from './dead-cells.ts';
import { HEADER, type Layout } from './layout.ts';
import { highPart, lowPart } from './mix.ts';
import type { Symmetries } from './symmetries.ts';

/** Fingerprints and comparisons of records. Records keep their true values; only what is compared changes. */
export class Likeness {
  low = 0;
  high = 0;
  /** What is compared of the record `begin` was given, one row per symmetry; the first is the record without dead cells. */
  private images: Int32Array[];
  private other = new Int32Array(0);
  /** Per word of a cell: its slot, -1 while nobody was seen touching it. */
  private slots = new Int32Array(0);

  constructor(
    private readonly layout: Layout,
    private readonly processes: number,
    private readonly footprints: Footprints,
    private readonly dead: DeadCells | undefined,
    private readonly symmetries: Symmetries | undefined,
    private readonly columns: Columns | undefined,
  ) {
    this.images = Array.from({ length: symmetries?.count ?? 1 }, () => new Int32Array(0));
  }

  /** Before a record is taken up: sorted columns may need places for cells that have none, which moves all records. */
  prepare(): void {
    this.columns?.givePlaces();
  }

  /** Takes up a record: sets `low` and `high`, the same for all records that count as equal to it. */
  begin(chunk: Int32Array, base: number, seed: number): void {
    // Images may give a place to cells that had none: at most as many as there are.
    if (this.images[0]!.length < 2 * this.layout.width) this.images = this.images.map(() => new Int32Array(this.layout.width * 3));
    const plain = this.images[0]!;
    if (this.symmetries) plain.fill(0, this.layout.width);
    this.plain(chunk, base, plain);
    this.columns?.sort(plain);
    this.mark(plain, seed);
    if (this.symmetries) this.beginImages(plain, seed);
  }

  /** The fingerprint of a record is the least of those of its images. */
  private beginImages(plain: Int32Array, seed: number): void {
    let { low, high } = this;
    for (let i = 1; i < this.images.length; i++) {
      this.symmetries!.image(i, plain, this.images[i]!, this.processes);
      this.mark(this.images[i]!, seed);
      if (this.low < low || (this.low === low && this.high < high)) ({ low, high } = this);
    }
    [this.low, this.high] = [low, high];
  }

  private mark(image: Int32Array, seed: number): void {
    let low = 0;
    let high = 0;
    for (let word = HEADER.size; word < this.layout.width; word++) {
      const value = image[word]!;
      if (value === 0) continue;
      low = (low + lowPart(word, value, seed)) | 0;
      high = (high + highPart(word, value, seed)) | 0;
    }
    this.low = low;
    this.high = high;
  }

  /** Does that record count as equal to the one taken up? */
  matches(chunk: Int32Array, base: number): boolean {
    if (!this.symmetries && !this.columns) return this.matchesPlain(chunk, base);
    if (this.other.length < this.layout.width) this.other = new Int32Array(this.layout.width * 2);
    this.plain(chunk, base, this.other);
    this.columns?.sort(this.other);
    return this.images.some((image) => {
      for (let word = HEADER.size; word < this.layout.width; word++) if (image[word] !== this.other[word]) return false;
      return true;
    });
  }

  /** Where nodes are equal, the same cells are alive. */
  private matchesPlain(chunk: Int32Array, base: number): boolean {
    const plain = this.images[0]!;
    const firstCell = HEADER.size + this.processes;
    for (let word = HEADER.size; word < firstCell; word++) if (chunk[base + word] !== plain[word]) return false;
    for (let word = firstCell; word < this.layout.width; word++) {
      const value = chunk[base + word]!;
      if (value !== plain[word] && (plain[word] !== 0 || this.isLive(word))) return false;
    }
    return true;
  }

  /** The record, with 0 for every cell that nobody will look at. */
  private plain(chunk: Int32Array, base: number, into: Int32Array): void {
    const firstCell = HEADER.size + this.processes;
    for (let word = HEADER.size; word < firstCell; word++) into[word] = chunk[base + word]!;
    this.dead?.begin(chunk, base + HEADER.size, this.processes);
    for (let word = firstCell; word < this.layout.width; word++) {
      const value = chunk[base + word]!;
      into[word] = value !== 0 && this.isLive(word) ? value : 0;
    }
  }

  private isLive(word: number): boolean {
    if (!this.dead) return true;
    if (word >= this.slots.length) this.slots = new Int32Array(this.layout.width * 2).fill(-1);
    let slot = this.slots[word]!;
    if (slot < 0) slot = this.slots[word] = this.footprints.slotIfTouched(this.layout.cellAt(word));
    return this.dead.isLive(slot);
  }
}
