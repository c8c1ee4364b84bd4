/** The order of memory accesses on POWER. Source: Power ISA, book II, 1.7; Alglave, Maranget, Tautschnig, "Herding Cats", TOPLAS 2014. */
import type { ScatteredOrder } from '@shootdown/core/plugin';

export const order: ScatteredOrder = {
  mechanism: 'scattered',
  fences: {
    sync: { keeps: [{ before: ['load', 'store'], after: ['load', 'store'] }], everywhere: true },
    lwsync: {
      keeps: [
        { before: ['load'], after: ['load', 'store'] },
        { before: ['store'], after: ['store'] },
      ],
    },
    // Of ordinary memory it orders stores alone.
    eieio: { keeps: [{ before: ['store'], after: ['store'] }] },
    isync: { keeps: [], context: true },
  },
  preserves: ['address and data', 'own store', 'reread', 'detour', 'same cell', 'control', 'earlier address'],
};
