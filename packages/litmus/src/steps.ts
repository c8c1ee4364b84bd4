/** Steps of litmus tests that the machine does not have itself. */
import { operand, stepKind } from '@shootdown/core/plugin';
import { UPDATES, type Update } from './instruction-set.ts';
import { NotModelled } from './mistakes.ts';
import type { Words } from './words.ts';

/** Names of updates, by their numbers. */
const updates = Object.keys(UPDATES) as readonly Update[];
const updateOperand = {
  ...operand.number,
  encode: (update: Update) => updates.indexOf(update),
  decode: (n: number) => updates[n]!,
};

export type LitmusSteps = ReturnType<typeof stepsOf>;

/**
 * @param words how the test writes its values
 */
export const stepsOf = (words: Words) => ({
  /** Atomic: reads a cell, computes with `by` in so many bits, and writes. Observes what was there, or nothing. */
  update: stepKind(
    'litmus.update',
    { at: operand.cell, update: updateOperand, by: operand.number, bits: operand.number, observes: operand.flag },
    () => ({
      apply({ at, update, by, bits, observes }, store) {
        const old = store.get(at);
        const [was, value] = [words.decode(old), words.decode(by)];
        if (typeof was !== 'bigint' || typeof value !== 'bigint')
          throw new NotModelled('something is computed from an address');
        store.set(at, words.encode(BigInt.asUintN(bits, UPDATES[update](was, value))));
        return observes ? old : 0;
      },
      tell({ at, update, by }, _observed, names) {
        const value = words.decode(by);
        return `${update} ${typeof value === 'bigint' ? value : value.location} to ${names.name(at)}`;
      },
    }),
  ),
  /** Registers and what the thread still holds are written down, a word for each cell. */
  note: stepKind('litmus.note', { cells: operand.cells, values: operand.numbers }, () => ({
    apply({ cells, values }, store) {
      cells.forEach((at, i) => store.set(at, values[i] ?? 0));
      return 0;
    },
    tell: () => 'has run',
  })),
});
