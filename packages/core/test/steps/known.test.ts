/** Every kind of step does what the manuals and the kernel say it does. */
import { describe, expect, test } from '@jest/globals';
import { INTERRUPTS } from './interrupts.ts';
import { expectKnown, judged, machineOf, type Known } from './known.ts';
import { MEMORY } from './memory.ts';
import { MMU } from './mmu.ts';
import { OBJECTS } from './objects.ts';
import { STORE_BUFFERS } from './store-buffers.ts';

const ALL: Readonly<Record<string, readonly Known[]>> = {
  'memory and locks': MEMORY,
  'interrupts and RCU': INTERRUPTS,
  'the MMU': MMU,
  'frames, tables, claims': OBJECTS,
  'store buffers': STORE_BUFFERS,
};

describe.each(Object.entries(ALL))('%s', (_name, rows) => {
  test.each(rows.map((row) => [row.says, row] as const))('%s', (_says, row) => expectKnown(row));
});

test('no sentence is there twice', () => {
  const said = Object.values(ALL).flatMap((rows) => rows.map(({ says }) => says));
  expect(said.filter((one, i) => said.indexOf(one) !== i)).toEqual([]);
});

test('every kind of step is known', () => {
  const known = new Set(Object.values(ALL).flatMap((rows) => rows.map((row) => judged(row).step.kind)));
  const kinds = machineOf({ memory: 'tso' }).kinds;
  expect(kinds.filter((kind) => !known.has(kind))).toEqual([]);
});
