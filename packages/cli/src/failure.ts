/** Turns what was thrown into a text for stderr and an exit code. */
import { CommanderError } from 'commander';
import { EXIT } from './exit.ts';
import type { Terminal } from './tokens.ts';

/** Ends of parsing that are no errors. */
const FINE = ['commander.helpDisplayed', 'commander.version'];

const isMistake = (error: unknown): error is Error & { exitClass: number } =>
  error instanceof Error && error.name === 'Mistake' && 'exitClass' in error && typeof error.exitClass === 'number';

/** Says what went wrong. The parser has said its own errors already. */
export async function sayFailure(
  error: unknown,
  argv: readonly string[],
  version: string,
  terminal: Terminal,
): Promise<number> {
  if (error instanceof CommanderError) return FINE.includes(error.code) ? EXIT.ok : EXIT.usage;
  if (isMistake(error)) {
    terminal.err(`${error.message}\n`);
    return error.exitClass;
  }
  terminal.err(
    `shootdown: this is a bug of shootdown ${version}, not of your input.\n  Please report it with this text, and the command: ${terminal.program ?? 'npx shootdown'} ${argv.join(' ')}\n`,
  );
  const { withSources } = await import('@shootdown/explorer');
  terminal.err(`${withSources(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`);
  return EXIT.internal;
}
