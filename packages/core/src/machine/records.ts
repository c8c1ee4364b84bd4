/** Plain records as numbers, so that a cell can hold one: equal records have equal numbers. */

/** Interned records of one system. Numbers start at 1; 0 is "none". */
export class Records {
  readonly #byKey = new Map<string, number>();
  readonly #all: unknown[] = [undefined];

  /**
   * The number of a record.
   * @param record plain data, or an object with code in it that `name` tells from others
   * @param name what stands for the code in it
   */
  idOf(record: unknown, name = ''): number {
    const key = name + JSON.stringify(record);
    let id = this.#byKey.get(key);
    if (id === undefined) {
      id = this.#all.push(record) - 1;
      this.#byKey.set(key, id);
    }
    return id;
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
