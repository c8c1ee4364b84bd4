/** Options of all commands. */
import { Option, type Command } from 'commander';

/** Options that every command has. */
export const globals = (program: Command): Command =>
  program
    .addOption(
      new Option('--format <name>', 'how the result is written').choices(['text', 'json', 'csv']).default('text'),
    )
    .option('--json', 'same as --format json')
    .option('-q, --quiet', 'no progress')
    .option('--no-color', 'no colours (also: NO_COLOR in the environment)')
    .option('--config <file>', 'config file (default: shootdown.config.mjs here or above)')
    .option(
      '--plugin <path or package>',
      'one more package of architectures; may be given again',
      (one: string, all: readonly string[]) => [...all, one],
      [],
    );
