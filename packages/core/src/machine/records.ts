/** Plain records as numbers, so that a cell can hold one: equal records have equal numbers. */

import type { Interned, Numbered } from '@shootdown/explorer';

/** Interned records of one system. Numbers start at 1; 0 is "none". */
export class Records implements Interned {
  /** In order of their numbers. */
  readonly #names: Numbered[] = [];
  readonly #byKey = new Map<string, number>();
  readonly #all: unknown[] = [undefined];

  /**
   * The number of a record.
   * @param record plain data, or an object with code in it that `name` tells from others
   * @param name what stands for the code in it
   */
  idOf(record: unknown, name = ''): number {
    const text = JSON.stringify(record);
    let id = this.#byKey.get(name + text);
    if (id === undefined) {
      id = this.#all.push(record) - 1;
      this.#byKey.set(name + text, id);
      this.#names.push([name, text]);
    } else if (this.#all[id] === undefined) {
      this.#all[id] = record;
    }
    return id;
  }

  numbered(): readonly Numbered[] {
    return [...this.#names];
  }

  renumber(wanted: readonly Numbered[]): boolean {
    if (this.#names.some(([name, text], i) => name !== wanted[i]?.[0] || text !== wanted[i]?.[1])) return false;
    for (const [name, text] of wanted.slice(this.#names.length)) {
      // Code cannot be read from a text: who made the record makes it again.
      this.#byKey.set(name + text, this.#all.push(name === '' ? JSON.parse(text) : undefined) - 1);
      this.#names.push([name, text]);
    }
    return true;
  }

  get(id: number): unknown {
    return this.#all[id];
  }

  show(id: number): string {
    const record = this.#all[id];
    if (Array.isArray(record)) return `[${record.join(', ')}]`;
    if (record && typeof record === 'object' && 'name' in record) return String(record.name);
    return JSON.stringify(record);
  }
}
