/** The tables of judges/mutate/README.md are those of the records. */
import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** As prettier lays tables out: columns are padded. */
const plain = (text: string): string => text.replace(/ {2,}/g, ' ').replace(/-{3,}/g, '---').trim();

test('node judges/mutate/mutate.mjs --report says what README.md says', () => {
  const readme = readFileSync(`${root}judges/mutate/README.md`, 'utf8');
  const printed = execFileSync(process.execPath, ['judges/mutate/mutate.mjs', '--report'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(plain(readme.slice(readme.indexOf('### By target')))).toBe(plain(printed));
});
