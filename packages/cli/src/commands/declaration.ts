/** How a command is declared: what it is called and takes. Its code is loaded when it is run. */
import type { Command as Commander } from 'commander';
import type { InjectionToken } from 'tsyringe';
import type { Command } from '../tokens.ts';

export interface Declaration {
  /** Adds the command, with its help. */
  declare(program: Commander): Commander;
  /** Has it --format csv? */
  readonly csv?: boolean;
  /** Plugins that its arguments name, beside those of --plugin. */
  plugins?(args: readonly string[]): Promise<readonly string[]>;
  /** The class that runs it. */
  load(): Promise<InjectionToken<Command>>;
}
