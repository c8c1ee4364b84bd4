/** Operation files and files of counts: what is right, and what is said of what is wrong. */
import { describe, expect, test } from '@jest/globals';
import { against } from '../../src/measure/against.ts';
import { readCounts, type CountRow } from '../../src/measure/counts.ts';
import { measure, MEASURE_DEFAULTS } from '../../src/measure/measure.ts';
import { addressOf, bytesOf, isAddress, isSize } from '../../src/measure/quantity.ts';
import { readOperation } from '../../src/measure/read-operation.ts';
import { toyArch } from '../rig/toy-arch.ts';

const g = { pageShift: 16, bits: { pte: 5, pmd: 9, pud: 9, p4d: 0, pgd: 13 } };
const PAGE = 65536;
const file = { name: 'one', says: 'One call.', setUp: [], counted: [{ call: 'munmap', at: 'a', length: 'H' }] };
const withCall = (call: object): object => ({ ...file, counted: [call] });

describe('sizes and places', () => {
  test('are sums of pages and huge pages', () => {
    expect(
      ['page', '3 page', 'N page', 'H', 'H - page', '2 H + 3 page'].map((text) => bytesOf(text, g) / PAGE),
    ).toEqual([1, 3, 32, 32, 31, 67]);
    expect(addressOf('b + H - page', g, 0, 2)).toBe(((2 * 4 + 1) * 8 * 32 + 31) * PAGE);
    expect(['page', 'a', '', '3', '- page', 'H +', 'page page', '1.5 H'].map(isSize)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(['a', 'd + 2 H', 'H', 'page + a', 'e', 'a + b'].map(isAddress)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('an operation file', () => {
  test('is read as it is', () => expect(readOperation(file, 'one.json')).toBe(file));
  test.each([
    [[], 'it is no object', 'Write { "call"'],
    [{ ...file, name: '' }, 'it has no name', 'A plain name'],
    [{ ...file, counted: undefined }, 'counted is no list', 'perhaps empty'],
    [{ ...file, setup: [] }, 'setup means nothing here', 'Did you mean setUp?'],
    [
      withCall({ call: 'munmapp', at: 'a', length: 'H' }),
      'counted 1: there is no call munmapp',
      'Did you mean munmap?',
    ],
    [withCall({ call: 'toString' }), 'there is no call toString', 'Calls are mmap'],
    [
      withCall({ call: 'munmap', at: 'a', length: '4096' }),
      'length is "4096"',
      'A size is made of base pages and huge pages',
    ],
    [withCall({ call: 'munmap', at: 'e', length: 'H' }), 'at is "e"', 'An address is one of the places a, b, c, d'],
    [withCall({ call: 'munmap', at: 'a' }), 'munmap needs length', 'A size is made'],
    [
      withCall({ call: 'madvise', at: 'a', length: 'H', advice: 'COLD' }),
      'advice is "COLD"',
      'One of HUGEPAGE, NOHUGEPAGE, DONTNEED, FREE, COLLAPSE',
    ],
    [withCall({ call: 'store', at: 'a', prot: 'READ' }), 'prot means nothing here', 'It may have call, at, length'],
  ])('%j is refused', (value, what, hint) => {
    expect(() => readOperation(value, 'one.json')).toThrow(
      expect.objectContaining({
        code: 'SD_BAD_OPERATION',
        message: expect.stringContaining(what),
        hint: expect.stringContaining(hint),
      }),
    );
  });
  test('a length below a page, and a child that is not there, are refused when it runs', () => {
    const run = (call: object) => () => measure(toyArch(), readOperation(withCall(call), 'x'), MEASURE_DEFAULTS);
    expect(run({ call: 'munmap', at: 'a', length: 'page - H' })).toThrow(/SD_BAD_OPERATION: the length/);
    expect(run({ call: 'exit' })).toThrow(/SD_BAD_OPERATION: a child exits, but there is none/);
  });
});

describe('counts', () => {
  const row: CountRow = {
    arch: 'toy',
    operation: 'one',
    mode: 'solo',
    cpus: 4,
    ipis: 0,
    tlbIpis: 0,
    syncIpis: 0,
    lazyExitIpis: 0,
    flushCalls: 0.94,
    syncKicks: 0,
    calls: {},
  };
  test('a number agrees, rounds, differs, or is not modelled', () => {
    const measured = measure(
      toyArch(),
      readOperation(
        {
          ...file,
          setUp: [
            { call: 'mmap', at: 'a', length: 'H' },
            { call: 'store', at: 'a' },
          ],
        },
        'x',
      ),
      { ...MEASURE_DEFAULTS, repetitions: 1 },
    );
    const agreements = (r: CountRow, m = measured) => against(r, m, []).columns.map((c) => c.agreement);
    const flushes = measured.columns.flushCalls;
    expect(agreements({ ...row, flushCalls: flushes })).toEqual(['equal', 'equal', 'equal', 'equal', 'equal', 'equal']);
    expect(agreements({ ...row, flushCalls: flushes + 0.25 })[4]).toBe('rounded');
    expect(agreements({ ...row, flushCalls: flushes + 1 })[4]).toBe('different');
    expect(agreements({ ...row, ipis: 0.75 })[0]).toBe('different');
    expect(agreements(row, { ...measured, notModelled: 'why' })).toEqual(Array(6).fill('not modelled'));
  });
  test('a file of counts is checked', () => {
    expect(readCounts({ rows: [row] }, 'x')).toEqual([row]);
    for (const bad of [
      null,
      {},
      { rows: [{ ...row, mode: 'idle' }] },
      { rows: [{ ...row, ipis: '3' }] },
      { rows: [{ ...row, arch: 1 }] },
    ])
      expect(() => readCounts(bad, 'x')).toThrow(/SD_BAD_COUNTS/);
  });
});
