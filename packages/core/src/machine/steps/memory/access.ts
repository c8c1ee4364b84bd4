/**
 * How steps touch the memory that kernel code shares: a load, or an update that nothing comes between. What a kind says is what a value
 * becomes; when and where others see it is said here, and by memory models that delay stores.
 */
import type { Cell, CellNames, ImageOfBits, Store } from '@shootdown/explorer';
import type { Parts } from '../../parts.ts';

interface OneCell {
  readonly at: Cell;
}

/** Observes what the cell holds. */
export const loads = (p: Parts) => ({
  apply: ({ at }: OneCell, store: Store): number => store.get(at),
  ...observesCell(p),
});

/** What a CPU observes that sees the value of a cell: a set of CPUs has an image where they have changed places. */
export const observesCell = (p: Parts) => ({
  observedImage: ({ at }: OneCell, observed: number, to: ImageOfBits): number =>
    p.layout.isSet(at) ? to.set(observed) : observed,
});

/**
 * Reads and writes the cell as one action.
 * @param next what the cell holds afterwards
 * @param observes what the CPU observes: what was there, what is there now, or something that follows from the two
 */
export const updates = <O>(
  next: (old: number, operands: O & OneCell) => number,
  observes: (old: number, next: number) => number,
) => ({
  apply(operands: O & OneCell, store: Store): number {
    const old = store.get(operands.at);
    const value = next(old, operands);
    if (value !== old) store.set(operands.at, value);
    return observes(old, value);
  },
});

/** Ways to observe an update. */
export const OLD = (old: number): number => old;
export const NEW = (_old: number, next: number): number => next;
export const NOTHING = (): number => 0;

/** `xchg P4.refcount -> 2`; a 0 that was observed is not said. */
export const says = (verb: string) => ({
  tell: ({ at }: OneCell, observed: number, names: CellNames): string =>
    `${verb} ${names.name(at)}${observed ? ` -> ${names.value(at, observed)}` : ''}`,
});
