/** What a running thread of a litmus test has. */
import type { Cpu, Op, Ref } from '@shootdown/core/plugin';
import type { Arrays } from './arrays.ts';
import type { SrcuCells, ThreadState, Update } from './instruction-set.ts';
import type { Word } from './litmus-test.ts';
import { plain, type Location } from './memory.ts';
import { badLitmus, NotModelled } from './mistakes.ts';
import type { LitmusSteps } from './steps.ts';
import { INT, type Type } from './types.ts';
import type { Words } from './words.ts';

/** What all threads of a test share. */
export interface Shared {
  readonly locations: ReadonlyMap<string, Location>;
  readonly arrays: Arrays;
  readonly words: Words;
  readonly steps: LitmusSteps;
  /** What locations were used as so far. */
  readonly uses: Map<string, 'lock' | 'number'>;
  /** The types of locations that are open, as pointers say. */
  readonly types: Map<string, Type>;
  readonly addressBits: number;
  readonly file: string;
}

export class State implements ThreadState {
  readonly held: string[] = [];

  constructor(
    private readonly shared: Shared,
    readonly registers: Map<string, Word>,
  ) {}

  get addressBits(): number {
    return this.shared.addressBits;
  }

  encode = (word: Word): number => this.shared.words.encode(word);
  decode = (value: number): Word => this.shared.words.decode(value);
  typeOf(name: string): Type {
    const { declared, open } = this.locationOf(name);
    return open ? (this.shared.types.get(name) ?? INT) : declared;
  }

  cell(name: string, type: number | Type, use: 'lock' | 'number' = 'number'): Ref {
    const location = this.locationOf(name);
    if (location.open && !this.shared.types.has(name))
      this.shared.types.set(name, typeof type === 'object' ? type : plain(type));
    const there = location.open ? this.typeOf(name).bits : location.bits;
    const bits = typeof type === 'object' ? type.bits : type;
    if (there !== bits)
      this.notModelled(
        `${bits} bits of ${name}, of which others touch ${there}, are accessed: the machine has no accesses of parts of a word`,
      );
    const { uses } = this.shared;
    if ((uses.get(name) ?? use) !== use) this.fail(`${name} is used as a lock and as a number`);
    uses.set(name, use);
    return location.at;
  }

  readers(name: string): SrcuCells {
    return this.locationOf(name).readers ?? this.fail(`${name} is no struct srcu_struct`);
  }

  displaced(name: string, bytes: bigint): string {
    return (
      this.shared.arrays.at(name, bytes) ??
      this.notModelled(`no location begins ${bytes} bytes from ${name}: the machine has no accesses of parts of a word`)
    );
  }

  *update(cpu: Cpu, at: Ref, update: Update, by: bigint, bits: number, observes: 'old' | 'nothing'): Op<Word> {
    const old = yield* cpu.special(this.shared.steps.update, {
      at,
      update,
      by: this.encode(by),
      bits,
      observes: observes === 'old',
    });
    return this.decode(old);
  }

  fail(what: string): never {
    throw badLitmus(this.shared.file, what, 'Does every register and variable hold what is done with it?');
  }

  notModelled(what: string): never {
    throw new NotModelled(what);
  }

  private locationOf(name: string): Location {
    return this.shared.locations.get(name) ?? this.fail(`there is no location ${name}`);
  }
}
