/**
 * Hash table of fingerprints: open addressing, linear probing, 64-bit fingerprints. The caller compares what the
 * fingerprints say may be equal.
 */

/** Maps fingerprints to numbers. Several numbers may share one fingerprint. */
export class Visited {
  /** Per place: high half of the fingerprint, and the number plus one (0: free). */
  private places = new Int32Array(1 << 11);
  private mask = (1 << 10) - 1;
  private used = 0;

  get bytes(): number {
    return this.places.byteLength;
  }

  /** The first place to look at. */
  start(low: number): number {
    return low & this.mask;
  }

  /** The place to look at after `place`. */
  after(place: number): number {
    return (place + 1) & this.mask;
  }

  /** What stands at `place`, or -1 when it is free. */
  at(place: number): number {
    return this.places[2 * place + 1]! - 1;
  }

  /** May the thing at `place` have this high half? */
  matches(place: number, high: number): boolean {
    return this.places[2 * place] === high;
  }

  /**
   * Puts `id` at a free place that probing found. Places found before are void afterwards, since the table may grow.
   */
  put(place: number, high: number, id: number, lowOf: (id: number) => number): void {
    this.places[2 * place] = high;
    this.places[2 * place + 1] = id + 1;
    if (++this.used * 2 > this.mask) this.grow(lowOf);
  }

  private grow(lowOf: (id: number) => number): void {
    const old = this.places;
    this.places = new Int32Array(old.length * 2);
    this.mask = this.places.length / 2 - 1;
    for (let i = 0; i < old.length; i += 2) {
      const id = old[i + 1]! - 1;
      if (id < 0) continue;
      let place = this.start(lowOf(id));
      while (this.at(place) >= 0) place = this.after(place);
      this.places[2 * place] = old[i]!;
      this.places[2 * place + 1] = id + 1;
    }
  }
}
