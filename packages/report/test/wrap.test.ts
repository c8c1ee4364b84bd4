/** Lines and columns. */
import { expect, test } from '@jest/globals';
import { rowLines } from '../src/grid.ts';
import { split } from '../src/race-table.ts';
import { quoted } from '../src/words.ts';
import { wrap } from '../src/wrap.ts';

test('carried over text is indented two more', () =>
  expect(wrap('  one two three', 11)).toEqual(['  one two', '    three']));
test('a long name is cut behind a joint', () =>
  expect(wrap('internal_get_user_pages_fast', 16)).toEqual(['internal_get_', '  user_pages_', '  fast']));
test('a name without joints is cut', () => expect(wrap('abcdefghijklmnop', 10)).toEqual(['abcdefghij', '  klmnop']));
test('no line ends in blanks', () =>
  expect(rowLines([{ text: 'a' }, { text: '' }, { text: 'b\nc' }, { text: '' }], [3, 2, 1, 4])).toEqual([
    'a        b',
    '         c',
  ]));
test('a name is broken near its middle', () =>
  expect(['arm64', 'x86-64-paravirt', 'sparc64', 'abcdefghij'].map(split)).toEqual([
    'arm64',
    'x86-64-\nparavirt',
    'sparc64',
    'abcdefghij',
  ]));
test('a token is quoted only where a shell needs it', () =>
  expect(['v1:a:b:c:0x5.1:2', "v1:a b:c'd"].map(quoted)).toEqual(['v1:a:b:c:0x5.1:2', `'v1:a b:c'\\''d'`]));
