/**
 * Kinds of steps: each is declared once, with the operands its steps carry, and from that come the step that code makes, the names under
 * which its meaning finds the operands, and the words of a trace.
 */
import type { Cell, Condition, Meaning, ImageOfBits, Step, Store, CellNames } from '@shootdown/explorer';
import type { CpuId } from './address.ts';
import type { Ref } from './cells.ts';
import type { Operand } from './operands.ts';

export type Operands = Readonly<Record<string, Operand<never, unknown>>>;
/** What code gives for a step. */
export type Given<O extends Operands> = { readonly [K in keyof O]: O[K] extends Operand<infer G, unknown> ? G : never };
/** What its meaning reads, with the CPU that makes the step. */
export type Read<O extends Operands> = {
  readonly [K in keyof O]: O[K] extends Operand<never, infer R> ? R : never;
} & { readonly cpu: CpuId };

/** How a kind stands in the program order of its CPU, for memory models that delay stores. */
export type Order =
  /** Acts on memory itself: the stores before it are there by then. What nothing is said of is this. */
  | 'memory'
  /** Reads cells, and may find there what its own CPU stored and nobody else sees yet. */
  | 'load'
  /** Writes one cell (`Behaviour.stores`), perhaps later. */
  | 'store'
  /** Belongs to no program order, or orders nothing. */
  | 'apart';

/** What a kind means on one machine. Every function is handed the operands by name. */
export interface Behaviour<O extends Operands> {
  /** What it waits for. Absent: it can always be made. */
  needs?(operands: Read<O>): Condition;
  /** How many different outcomes the hardware allows now. Absent: one. */
  choices?(operands: Read<O>, store: Store): number;
  /** Does it, all at once. @returns what the CPU observes; 0 when nothing */
  apply(operands: Read<O>, store: Store, choice: number): number;
  /** Of an `Order` of `store`: the cell and the value. */
  stores?(operands: Read<O>): { readonly at: Cell; readonly value: number };
  /** See `Meaning` for these four. */
  commutes?(operands: Read<O>): readonly Cell[];
  enqueues?(operands: Read<O>): readonly Cell[];
  dequeues?(operands: Read<O>): readonly Cell[];
  observedImage?(operands: Read<O>, observed: number, image: ImageOfBits): number;
  /** The step in words, after it happened. */
  tell(operands: Read<O>, observed: number, names: CellNames): string;
}

/** A meaning, with what memory models ask of it. */
export interface OrderedMeaning extends Meaning {
  readonly order: Order;
  stores?(step: Step): { readonly at: Cell; readonly value: number };
}

/** A kind among others: whatever operands it has. */
export interface AnyStepKind<Tools> {
  readonly kind: string;
  readonly order: Order;
  meaning(tools: Tools): OrderedMeaning;
}

/** Finds a cell that code names; -1 where it leads nowhere. */
export type Resolve = (at: Ref) => Cell;

/**
 * A kind of step.
 * @typeParam Tools what its meaning is made from: `StepTools` for kinds of an architecture
 */
export class StepKind<O extends Operands, Tools = never> implements AnyStepKind<Tools> {
  /** In the order in which they were declared. */
  readonly #fields: readonly Field<keyof O & string>[];
  readonly #reader: new (step: Step) => Read<O>;

  constructor(
    /** Unique name; those of an architecture begin with its own, as in `xen.mmu_update`. */
    readonly kind: string,
    operands: O,
    private readonly behaves: (tools: Tools) => Behaviour<O>,
    readonly order: Order,
  ) {
    this.#fields = Object.entries(operands).map(([name, operand]) => ({
      name,
      where: operand.in,
      encode: operand.encode,
      decode: operand.decode,
    }));
    this.#reader = readerOf<O>(this.#fields);
  }

  /** The operands of a step of this kind, by name. */
  of(step: Step): Read<O> {
    return new this.#reader(step);
  }

  /**
   * A step, as plain data.
   * @returns undefined where a cell that it names does not exist
   */
  make(cpu: CpuId, given: Given<O>, resolve: Resolve): Step | undefined {
    const cells: Cell[] = [];
    const args: number[] = [];
    let why: string | undefined;
    let info: unknown;
    const fields = this.#fields;
    for (let i = 0; i < fields.length; i++) {
      const { name, where, encode } = fields[i]!;
      const value: unknown = given[name];
      if (where === 'cell') {
        if (value === undefined) continue;
        const found = resolve(value as Ref);
        if (found < 0) return undefined;
        cells.push(found);
      } else if (where === 'number') args.push(encode ? encode(value as never) : (value as number));
      else if (where === 'cells') cells.push(...(value as readonly Ref[]).map(resolve));
      else if (where === 'numbers') args.push(...(value as readonly number[]));
      else if (where === 'why') why = value as string;
      else info = value;
    }
    if (cells.includes(-1)) return undefined;
    const { kind } = this;
    if (why === undefined && info === undefined) return { kind, cpu, cells, args };
    return {
      kind,
      cpu,
      cells,
      args,
      ...(why !== undefined && { why }),
      ...(info !== undefined && { info }),
    };
  }

  /** What it means on one machine. */
  meaning(tools: Tools): OrderedMeaning {
    const b = this.behaves(tools);
    const Reader = this.#reader;
    const of = (step: Step): Read<O> => new Reader(step);
    return {
      order: this.order,
      ...(b.needs && {
        enabled: (step, store) => b.needs!(of(step)).holds(store),
        needs: (step) => b.needs!(of(step)),
      }),
      ...(b.choices && { choices: (step, store) => b.choices!(of(step), store) }),
      apply: (step, store, choice) => b.apply(new Reader(step), store, choice),
      ...(b.stores && { stores: (step) => b.stores!(of(step)) }),
      ...(b.commutes && { commutes: (step) => b.commutes!(of(step)) }),
      ...(b.enqueues && { enqueues: (step) => b.enqueues!(of(step)) }),
      ...(b.dequeues && { dequeues: (step) => b.dequeues!(of(step)) }),
      ...(b.observedImage && { observedImage: (step, observed, image) => b.observedImage!(of(step), observed, image) }),
      tell: (step, observed, names) => b.tell(of(step), observed, names),
    };
  }
}

/**
 * Declares a kind of step.
 * @param kind its name, as traces and watchers know it
 * @param operands what its steps carry, in this order
 * @param behaves what it means; called once for each machine
 * @param order how it stands in program order (default: it acts on memory itself)
 */
export const stepKind = <const O extends Operands, Tools>(
  kind: string,
  operands: O,
  behaves: (tools: Tools) => Behaviour<O>,
  order: Order = 'memory',
): StepKind<O, Tools> => new StepKind(kind, operands, behaves, order);

/** An operand under its name. */
interface Field<Name extends string = string> {
  readonly name: Name;
  readonly where: Operand<never>['in'];
  readonly encode: ((given: never) => number) | undefined;
  readonly decode: ((carried: never) => unknown) | undefined;
}

/** Operands by their places. One function for each place, so that reading one is no more than looking it up. */
abstract class Places {
  abstract readonly step: Step;
  get cell0(): Cell | undefined {
    return this.step.cells[0];
  }
  get cell1(): Cell | undefined {
    return this.step.cells[1];
  }
  get cell2(): Cell | undefined {
    return this.step.cells[2];
  }
  get number0(): number | undefined {
    return this.step.args[0];
  }
  get number1(): number | undefined {
    return this.step.args[1];
  }
  get number2(): number | undefined {
    return this.step.args[2];
  }
  get number3(): number | undefined {
    return this.step.args[3];
  }
  get number4(): number | undefined {
    return this.step.args[4];
  }
  get number5(): number | undefined {
    return this.step.args[5];
  }
  get why(): string | undefined {
    return this.step.why;
  }
  get info(): unknown {
    return this.step.info;
  }
}

/** A class whose fields are looked up in a step when they are asked for. */
function readerOf<O extends Operands>(fields: readonly Field[]): new (step: Step) => Read<O> {
  // Made for every step that is taken: its field is assigned, not defined, and it has no class above it.
  class Reader {
    declare readonly step: Step;
    constructor(step: Step) {
      (this as { step: Step }).step = step;
    }
    get cpu(): CpuId {
      return this.step.cpu;
    }
  }
  const counts = { cell: 0, number: 0 };
  for (const { name, where, decode } of fields) {
    const [skipCells, skipNumbers] = [counts.cell, counts.number];
    const place = where === 'cell' || where === 'number' ? `${where}${counts[where]++}` : where;
    const read =
      where === 'cells'
        ? (step: Step) => step.cells.slice(skipCells)
        : where === 'numbers'
          ? (step: Step) => step.args.slice(skipNumbers)
          : undefined;
    const plain = Object.getOwnPropertyDescriptor(Places.prototype, place)?.get as (() => unknown) | undefined;
    if (!read && !plain) throw new Error(`operand ${name}: a step has no place ${place}`);
    Object.defineProperty(Reader.prototype, name, {
      get: read
        ? function (this: Reader): unknown {
            return read(this.step);
          }
        : decode
          ? function (this: Reader): unknown {
              return (decode as (carried: unknown) => unknown)(plain!.call(this));
            }
          : plain!,
    });
  }
  return Reader as never;
}
