/** The terminal of the process. */
import type { Terminal } from './tokens.ts';

const USUAL = 100;
const NARROWEST = 60;

export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const wished = stdout.columns || Number(env['COLUMNS']) || USUAL;
  return {
    columns: Math.max(NARROWEST, wished),
    colour: stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
    live: stderr.isTTY === true && env['TERM'] !== 'dumb',
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
  };
}
