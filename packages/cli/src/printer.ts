/** Prints results, in the format and for the terminal of this invocation. */
import type { Format, LitmusAnswer, LitmusEnd, RenderOptions, Report } from '@shootdown/report';
import { inject, injectable, injectAll } from 'tsyringe';
import { manifest } from './modules.ts';
import { Progress } from './progress.ts';
import { CORE, FORMAT, SETTINGS, TERMINAL, type Core, type Lazy, type Settings, type Terminal } from './tokens.ts';

/** A list that is printed as it grows. */
export interface Growing {
  add(answer: LitmusAnswer): void;
  /** Has to be called, or what was printed is no whole document. */
  end(end: LitmusEnd): void;
}

@injectable()
export class Printer {
  private readonly format: Format | undefined;

  constructor(
    @inject(TERMINAL) private readonly terminal: Terminal,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(Progress) private readonly progress: Progress,
    @inject(CORE) private readonly core: Lazy<Core>,
    @injectAll(FORMAT) formats: readonly Format[],
  ) {
    this.format = formats.find(({ name }) => name === settings.format);
  }

  /** @param wished every step of a trace, nothing folded; everything that is long */
  print(report: Report, wished: Pick<RenderOptions, 'full' | 'verbose'>): void {
    this.out(this.format?.say(report, { ...this.options, ...wished }) ?? '');
  }

  /** Begins to print answers of litmus tests. @param compared beside a reference */
  async litmus(compared: boolean): Promise<Growing> {
    const { SCHEMA_VERSION } = await this.core();
    const pieces = this.format?.litmus;
    const answers: LitmusAnswer[] = [];
    const piece = (text: string | undefined): void => {
      if (text) this.out(text);
    };
    return {
      add: (answer) => {
        if (answers.length === 0) piece(pieces?.begin(SCHEMA_VERSION));
        piece(pieces?.answer(answer, answers.length, compared));
        answers.push(answer);
      },
      end: (end) => {
        if (answers.length === 0) piece(pieces?.begin(SCHEMA_VERSION));
        piece(pieces?.end(answers, compared, end, this.options));
      },
    };
  }

  private out(text: string): void {
    this.progress.done();
    this.terminal.out(text);
  }

  private get options(): RenderOptions {
    const { columns, rows, program, colour } = this.terminal;
    return {
      columns,
      colour: colour && this.settings.color,
      version: manifest().version,
      ...(rows !== undefined && { rows }),
      ...(program !== undefined && { program }),
    };
  }
}
