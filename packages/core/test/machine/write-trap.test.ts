/** Writes to read-only page tables trap: they are carried out for the CPU, or refused. */
import { expect, test } from '@jest/globals';
import { bareSystem, exploreSync } from '../../src/testing.ts';
import { perTable } from '../../src/words/cells.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import { mkTable } from '../../src/words/entry.ts';
import { tableCells } from '../../src/words/objects.ts';
import type { WriteTrap } from '../../src/words/spec.ts';
import type { Op } from '@shootdown/explorer';

const readOnly = perTable('read only', 'flag');
const level = perTable('level');
const writeTrap: WriteTrap = {
  readOnly,
  rules: ['lowest tables only', 'not freed while read-only'],
  judge: (value, table, how) => (how === 'freed' ? 2 : value(level(table)) === 1 ? 0 : 1),
};
const word = tableCells.entry(1, 0);

/** @returns why the write is refused, and what the word and the table's life are in the end */
function trapped(flag: number, atLevel: number, write: (cpu: Cpu) => Op<unknown>, memory: 'sc' | 'tso' = 'sc') {
  const said: string[] = [];
  const ends = new Set<string>();
  exploreSync(
    bareSystem({
      threads: [write],
      cells: [readOnly, level],
      spec: { writeTrap },
      memory,
      start: [
        [readOnly(1), flag],
        [level(1), atLevel],
        [word, mkTable(2)],
      ],
      atEnd: {
        'it ends': (value) => {
          ends.add(`${value(word)} ${value(tableCells.life(1))}`);
          return true;
        },
      },
      after: {
        refused: {
          kinds: ['refused'],
          holds: () => {
            said.push('refused');
            return true;
          },
        },
      },
    }),
    { stopAtFirst: false, maxStates: 1000 },
  );
  return { refused: said.length > 0, ends: [...ends] };
}
function* store(cpu: Cpu): Op {
  yield* cpu.store(word, 0);
}
function* xchg(cpu: Cpu): Op {
  const old = yield* cpu.xchg(word, 0);
  yield* cpu.bug_on(old < 0, 'what is refused shows nothing');
}
function* free(cpu: Cpu): Op {
  yield* cpu.free_table(1);
}

test.each([store, xchg])('$name: done where memory is writable, or where the trap does it', (write) => {
  expect(trapped(0, 2, write)).toEqual({ refused: false, ends: ['0 0'] });
  expect(trapped(1, 1, write)).toEqual({ refused: false, ends: ['0 0'] });
  expect(trapped(1, 1, write, 'tso')).toMatchObject({ refused: false });
});

test.each([store, xchg])('$name: refused, and nothing changes', (write) => {
  expect(trapped(1, 2, write)).toEqual({ refused: true, ends: [`${mkTable(2)} 0`] });
});

test('a read-only table is not given back', () => {
  expect(trapped(1, 1, free)).toMatchObject({ refused: true });
  expect(trapped(0, 1, free)).toMatchObject({ refused: false });
});
