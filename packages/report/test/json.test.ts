/** The JSON form. */
import { expect, test } from '@jest/globals';
import { json } from '../src/index.ts';
import { broken, options } from './values.ts';

test('the same values, the version of the form first', () => {
  const verdicts = [broken('arm64')];
  const said = json.say({ kind: 'verdicts', verdicts, schemaVersion: 1 }, options);
  expect(said.startsWith('{\n  "schemaVersion": 1,\n  "kind": "verdicts"')).toBe(true);
  expect(JSON.parse(said)).toEqual({ schemaVersion: 1, kind: 'verdicts', verdicts });
});
