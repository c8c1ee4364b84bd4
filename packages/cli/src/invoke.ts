/** One invocation: its own container, disposed at the end, so that nothing outlives it and tests can replace everything. */
import { Mistake } from '@shootdown/core/mistakes';
import { csv, json, text } from '@shootdown/report';
import { container, type DependencyContainer } from 'tsyringe';
import { declarations } from './commands/index.ts';
import type { Declaration } from './commands/declaration.ts';
import { EXIT } from './exit.ts';
import { sayFailure } from './failure.ts';
import { manifest, nodeModules } from './modules.ts';
import { parse, type Typed } from './program.ts';
import { Progress } from './progress.ts';
import { Printer } from './printer.ts';
import { processTerminal } from './terminal.ts';
import { Catalog } from './catalog.ts';
import {
  ARGV,
  CLOCK,
  COMMAND,
  CORE,
  FORMAT,
  INTERRUPT,
  MODULES,
  SETTINGS,
  TERMINAL,
  type Registered,
} from './tokens.ts';

/** Loaded when a page is wanted. */
const lazily = { html: () => import('./html.ts') };

/** What a test or an embedder may replace. */
export type Overrides = Partial<Omit<Registered, typeof SETTINGS | typeof FORMAT | typeof COMMAND | typeof ARGV>>;

/**
 * Runs one command line.
 * @param argv arguments behind the program's name
 * @returns the exit code
 */
export async function invoke(argv: readonly string[], overrides: Overrides = {}): Promise<number> {
  const scope = container.createChildContainer();
  const terminal = overrides[TERMINAL] ?? processTerminal();
  const interrupt = overrides[INTERRUPT] ?? new AbortController().signal;
  const { version } = manifest();
  scope.register(TERMINAL, { useValue: terminal });
  scope.register(INTERRUPT, { useValue: interrupt });
  scope.register(CLOCK, { useValue: overrides[CLOCK] ?? { now: () => performance.now() } });
  scope.register(CORE, { useValue: overrides[CORE] ?? (() => import('@shootdown/core')) });
  scope.register(MODULES, { useValue: overrides[MODULES] ?? nodeModules(process.cwd()) });
  scope.register(ARGV, { useValue: argv });
  for (const format of [text, json, csv]) scope.register(FORMAT, { useValue: format });
  for (const declaration of declarations) scope.register(COMMAND, { useValue: declaration });
  try {
    let exit: number = EXIT.ok;
    await parse(argv, scope.resolveAll<Declaration>(COMMAND), terminal, version, async (typed) => {
      exit = await run(typed, scope);
    });
    return interrupt.aborted ? EXIT.interrupted : exit;
  } catch (error) {
    return await sayFailure(error, argv, version, terminal);
  } finally {
    await scope.dispose();
  }
}

async function run({ declaration, args, options, settings }: Typed, scope: DependencyContainer): Promise<number> {
  if (settings.format === 'csv' && declaration.csv !== true) {
    throw new Mistake(
      'SD_BAD_OPTION',
      'this command has no --format csv.',
      'Only measure has: its result is a table. Formats of all commands are text and json.',
    );
  }
  const { resume } = options;
  // Before anything is loaded that verdicts depend on.
  if (typeof resume === 'string') await scope.resolve<Registered[typeof MODULES]>(MODULES).record(resume);
  const more = (await declaration.plugins?.(args)) ?? [];
  scope.register(SETTINGS, { useValue: { ...settings, plugin: [...settings.plugin, ...more] } });
  scope.register(Catalog, { useClass: Catalog });
  const progress = scope.resolve(Progress);
  scope.register(Progress, { useValue: progress });
  const command = scope.resolve(await declaration.load());
  try {
    const { report, exit, printed } = await command.run(args, options);
    const { html } = options;
    if (typeof html === 'string') {
      const { bookOf, commandOf, writePage } = await lazily.html();
      const written = await writePage(bookOf(report, commandOf(scope.resolve<Registered[typeof ARGV]>(ARGV))), html);
      progress.note(`${written.file}: ${Math.ceil(written.bytes / 1024)} kB, to be opened in a browser.`);
    }
    if (printed !== true)
      scope.resolve(Printer).print(report, {
        full: options['full'] === true,
        verbose: options['verbose'] === true,
      });
    return exit;
  } finally {
    progress.done();
  }
}
