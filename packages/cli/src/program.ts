/** Makes the commands known to the parser; what is run then is up to the caller. */
import { Command as Commander } from 'commander';
import { globals } from './commands/globals.ts';
import type { Declaration } from './commands/declaration.ts';
import type { Settings, Terminal } from './tokens.ts';

/** What the user typed. */
export interface Typed {
  readonly declaration: Declaration;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly settings: Settings;
}

/**
 * Parses the command line and hands what was typed to `run`.
 * @throws CommanderError for wrong usage, and to end `--help` and `--version`
 */
export async function parse(
  argv: readonly string[],
  declarations: readonly Declaration[],
  terminal: Terminal,
  version: string,
  run: (typed: Typed) => Promise<void>,
): Promise<void> {
  const program = globals(new Commander(terminal.program ?? 'npx shootdown'))
    .description('Runs Linux page-table code on several architectures and shows where races break.')
    .version(version, '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
    })
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      ({ command }) => `\nExample:\n  ${command.name()} compare collapse-vs-gup-fast --arch x86-64,arm64`,
    );
  for (const declaration of declarations) {
    declaration.declare(program).action(async (...all: unknown[]) => {
      const command = all.at(-1) as Commander;
      const options = command.optsWithGlobals();
      if (
        options['json'] === true &&
        command.getOptionValueSourceWithGlobals('format') === 'cli' &&
        options['format'] !== 'json'
      )
        command.error(`error: --json and --format ${String(options['format'])} cannot both be had`);
      const settings: Settings = {
        format: options['json'] === true ? 'json' : (options['format'] as string),
        quiet: options['quiet'] === true,
        color: options['color'] !== false,
        plugin: options['plugin'] as string[],
        ...(options['config'] === undefined ? {} : { config: options['config'] as string }),
      };
      await run({ declaration, args: command.args, options, settings });
    });
  }
  await program.parseAsync(argv, { from: 'user' });
}
