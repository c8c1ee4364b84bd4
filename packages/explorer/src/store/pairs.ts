/** A set of pairs of numbers in one flat hash table. */
import { exactly, plain } from './loading.ts';
import type { Saved } from '../api/checkpoint.ts';
import type { Saving } from './saving.ts';
import { imul, mix } from './hash.ts';

/** Pairs of numbers that are not negative. */
export class Pairs {
  private places = new Int32Array(1 << 9);
  private used = 0;

  /**
   * Adds a pair.
   * @returns is it new?
   */
  add(a: number, b: number): boolean {
    const place = this.find(a, b);
    if (this.places[place] !== 0) return false;
    this.places[place] = a + 1;
    this.places[place + 1] = b;
    if (++this.used * 4 > this.places.length) this.grow();
    return true;
  }

  save(to: Saving, name: string): void {
    to.plain(name, this.used);
    to.whole(name, this.places);
  }

  load(from: Saved, name: string): void {
    this.used = plain<number>(from, name);
    this.places = exactly(from, name);
  }

  private find(a: number, b: number): number {
    const mask = this.places.length - 1;
    let place = (mix(imul(a, 0x9e3779b1) + b) << 1) & mask;
    while (this.places[place] !== 0 && (this.places[place] !== a + 1 || this.places[place + 1] !== b))
      place = (place + 2) & mask;
    return place;
  }

  private grow(): void {
    const old = this.places;
    this.places = new Int32Array(old.length * 2);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] === 0) continue;
      const place = this.find(old[i]! - 1, old[i + 1]!);
      this.places[place] = old[i]!;
      this.places[place + 1] = old[i + 1]!;
    }
  }
}
