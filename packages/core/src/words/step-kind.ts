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

/** Finds the cells that code names; undefined for one that does not exist. */
export type Resolve = (at: Ref) => Cell | undefined;

/**
 * A kind of step.
 * @typeParam Tools what its meaning is made from: `StepTools` for kinds of an architecture
 */
export class StepKind<O extends Operands, Tools = never> implements AnyStepKind<Tools> {
  /** In the order in which they were declared. */
  readonly #fields: readonly (readonly [name: keyof O & string, operand: Operand<never, unknown>])[];
  readonly #reader: new (step: Step) => Read<O>;

  constructor(
    /** Unique name; those of an architecture begin with its own, as in `xen.mmu_update`. */
    readonly kind: string,
    operands: O,
    private readonly behaves: (tools: Tools) => Behaviour<O>,
    readonly order: Order,
  ) {
    this.#fields = Object.entries(operands);
    this.#reader = readerOf<O>(kind, this.#fields);
  }

  /** The operands of a step of this kind, by name. */
  of(step: Step): Read<O> {
    return new this.#reader(step);
  }

  /**
   * A step, as plain data.
   * @returns the reference that leads nowhere, where one does
   */
  make(cpu: CpuId, given: Given<O>, resolve: Resolve): Step | { readonly wild: Ref } {
    const at: Cell[] = [];
    const args: number[] = [];
    let more: { why?: string; info?: unknown } | undefined;
    for (const [name, operand] of this.#fields) {
      const value: unknown = given[name];
      switch (operand.in) {
        case 'cell':
        case 'cells':
          for (const ref of operand.in === 'cells' ? (value as Ref[]) : value === undefined ? [] : [value as Ref]) {
            const found = resolve(ref);
            if (found === undefined) return { wild: ref };
            at.push(found);
          }
          break;
        case 'number':
          args.push(operand.encode ? operand.encode(value as never) : (value as number));
          break;
        case 'numbers':
          args.push(...(value as number[]));
          break;
        case 'why':
          more = { ...more, why: value as string };
          break;
        case 'info':
          more = { ...more, info: value };
          break;
      }
    }
    return more === undefined
      ? { kind: this.kind, cpu, cells: at, args }
      : { kind: this.kind, cpu, cells: at, args, ...more };
  }

  /** What it means on one machine. */
  meaning(tools: Tools): OrderedMeaning {
    const b = this.behaves(tools);
    const of = (step: Step): Read<O> => new this.#reader(step);
    return {
      order: this.order,
      ...(b.needs && {
        enabled: (step, store) => b.needs!(of(step)).holds(store),
        needs: (step) => b.needs!(of(step)),
      }),
      ...(b.choices && { choices: (step, store) => b.choices!(of(step), store) }),
      apply: (step, store, choice) => b.apply(of(step), store, choice),
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

/** A class whose fields are looked up in a step when they are asked for. */
function readerOf<O extends Operands>(
  kind: string,
  fields: readonly (readonly [string, Operand<never, unknown>])[],
): new (step: Step) => Read<O> {
  class Reader {
    constructor(readonly step: Step) {}
    get cpu(): CpuId {
      return this.step.cpu;
    }
  }
  let cellsBefore = 0;
  let numbersBefore = 0;
  for (const [name, operand] of fields) {
    const {
      in: where,
      decode,
      optional,
    } = operand as Operand<never, unknown> & {
      readonly decode?: (carried: unknown) => unknown;
    };
    const n = where === 'cell' ? cellsBefore++ : where === 'number' ? numbersBefore++ : 0;
    const [skipCells, skipNumbers] = [cellsBefore, numbersBefore];
    const carried: (step: Step) => unknown = {
      cell: (step: Step) => step.cells[n],
      cells: (step: Step) => step.cells.slice(skipCells),
      number: (step: Step) => step.args[n],
      numbers: (step: Step) => step.args.slice(skipNumbers),
      why: (step: Step) => step.why,
      info: (step: Step) => step.info,
    }[where];
    Object.defineProperty(Reader.prototype, name, {
      get(this: Reader): unknown {
        const value = carried(this.step);
        if (value === undefined && !optional) throw new Error(`a step of kind ${kind} has no ${name}`);
        return decode ? decode(value) : value;
      },
    });
  }
  return Reader as never;
}
