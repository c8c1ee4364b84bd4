/** Steps of litmus tests that the machine does not have itself. */
import type { MachineSpec } from '@shootdown/core/plugin';
import { UPDATES, type Update } from './instruction-set.ts';
import { NotModelled } from './mistakes.ts';
import type { Words } from './words.ts';

/** Atomic: reads a cell, computes and writes. args: number of the update, operand as a word, bits, 1 to observe what was there. */
export const UPDATE = 'litmus.update';
/** Registers and what the thread still holds are written down. args: a word for each cell. */
export const NOTE = 'litmus.note';

/** Names of updates, by their numbers. */
export const updates = Object.keys(UPDATES) as readonly Update[];

export const stepsOf =
  (words: Words): NonNullable<MachineSpec['steps']> =>
  () => ({
    [UPDATE]: {
      apply({ cells: [at = -1], args: [update = 0, by = 0, bits = 0, observes = 0] }, store) {
        const old = store.get(at);
        const [was, operand] = [words.decode(old), words.decode(by)];
        if (typeof was !== 'bigint' || typeof operand !== 'bigint')
          throw new NotModelled('something is computed from an address');
        store.set(at, words.encode(BigInt.asUintN(bits, UPDATES[updates[update]!](was, operand))));
        return observes === 1 ? old : 0;
      },
      footprint: ({ cells }) => ({ reads: cells, writes: cells, adds: [] }),
      tell({ cells: [at = -1], args: [update = 0, by = 0] }, _observed, names) {
        const operand = words.decode(by);
        return `${updates[update]} ${typeof operand === 'bigint' ? operand : operand.location} to ${names.name(at)}`;
      },
    },
    [NOTE]: {
      apply: ({ cells, args }, store) => {
        cells.forEach((at, i) => store.set(at, args[i] ?? 0));
        return 0;
      },
      footprint: ({ cells }) => ({ reads: [], writes: cells, adds: [] }),
      tell: () => 'has run',
    },
  });
