/** The terminal of the process. */
import { existsSync } from 'node:fs';
import { delimiter, dirname, join, relative, resolve } from 'node:path';
import type { Terminal } from './tokens.ts';

const USUAL = 100;
const USUAL_ROWS = 40;
const NARROWEST = 60;

export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const wished = stdout.columns || Number(env['COLUMNS']) || USUAL;
  return {
    columns: Math.max(NARROWEST, wished),
    rows: stdout.rows || Number(env['LINES']) || USUAL_ROWS,
    program: programName(process.cwd(), process.argv[1] ?? '', env['PATH'] ?? ''),
    colour: stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
    live: stderr.isTTY === true && env['TERM'] !== 'dumb',
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
  };
}

/** Where packages put the programs that npx finds. */
const LOCAL = join('node_modules', '.bin');

/**
 * How a command that is printed can be pasted: `shootdown` where the shell finds it, `npx shootdown` where a package here or above brings it,
 * else the file itself.
 * @param cwd folder in which the command will be pasted
 * @param file that was run
 * @param path folders in which a shell looks
 */
export function programName(cwd: string, file: string, path: string): string {
  // npx puts folders of its own in front; they are gone when it ends.
  const folders = path.split(delimiter).filter((folder) => folder !== '' && !folder.endsWith(LOCAL));
  if (folders.some((folder) => existsSync(join(folder, 'shootdown')))) return 'shootdown';
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, LOCAL, 'shootdown'))) return 'npx shootdown';
    if (folder === dirname(folder)) break;
  }
  const [fromHere, whole] = [relative(cwd, file), resolve(file)];
  const shorter = fromHere.startsWith('..') ? whole : fromHere;
  return `node ${/^[\w./-]+$/.test(shorter) ? shorter : `'${shorter.replaceAll("'", `'\\''`)}'`}`;
}
