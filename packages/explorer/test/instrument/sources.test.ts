/** Errors name places in the sources: also from the plain form, which stands on one line. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { instrumentWithMap } from '../../src/instrument/instrument.ts';
import { sourceMapOf } from '../../src/instrument/source-map.ts';
import { notesMap, whereThrown, withSources } from '../../src/instrument/sources.ts';

const place = mkdtempSync(join(tmpdir(), 'shootdown-sources-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const CODE = `export function* f(p) {
  yield p;
  return [
    p,
    p.x.y,
  ];
}
`;

describe('the map of an instrumented module', () => {
  test('leads from every word that was there before to where it was', () => {
    const { code, segments } = instrumentWithMap(CODE, 'f')!;
    const [lines, before] = [code.split('\n'), CODE.split('\n')];
    expect(segments.length).toBeGreaterThan(30);
    for (const [line, column, fromLine, fromColumn] of segments)
      expect(lines[line]![column]).toBe(before[fromLine]![fromColumn]);
    // Both forms: what throws is there twice.
    expect(segments.filter(([, , line, column]) => line === 4 && column === 6)).toHaveLength(2);
  });

  test('is found by what was thrown, also where lines are those of other sources', async () => {
    const file = join(place, 'noted.mjs');
    const { code, segments } = instrumentWithMap(CODE, 'noted')!;
    const url = pathToFileURL(file).href;
    writeFileSync(file, `${code}\n${notesMap(url, sourceMapOf(segments, 'noted.mjs'))}`);
    await import(url);
    const column = code.split('\n')[0]!.indexOf('x.y') + 1;
    const error = Object.assign(new TypeError('no y'), { stack: `TypeError: no y\n    at f (${url}:1:${column})` });
    expect(whereThrown(error)).toBe(`${file}:5`);
    expect(withSources(error.stack)).toContain(`at f (${file}:5:`);
    // The file was made from another: line 5 of it is line 2 of that.
    writeFileSync(`${file}.map`, JSON.stringify(sourceMapOf([[4, 0, 1, 0]], 'written.ts')));
    expect(whereThrown(error)).toBe(`${join(place, 'written.ts')}:2`);
  });
});

test('of built code also who called it is told, of other code not', () => {
  const [built, mine] = [join(place, 'built.mjs'), join(place, 'mine.mjs')];
  writeFileSync(`${built}.map`, JSON.stringify(sourceMapOf([[0, 0, 7, 0]], 'built.ts')));
  const thrown = (stack: string): Error => Object.assign(new Error('x'), { stack: `Error: x\n${stack}` });
  const [inBuilt, inMine] = [`    at b (file://${built}:1:1)`, `    at m (file://${mine}:3:5)`];
  expect(whereThrown(thrown(`${inBuilt}\n${inBuilt}\n${inMine}`))).toBe(
    `${built.replace('.mjs', '.ts')}:8, called at ${mine}:3`,
  );
  expect(whereThrown(thrown(`${inMine}\n${inBuilt}`))).toBe(`${mine}:3`);
  expect(whereThrown(thrown('    at node:internal/x:1:2'))).toBeUndefined();
  expect(whereThrown('no error')).toBeUndefined();
});
