/** Says on stderr how far the work has come: one rewritten line for a person, a plain line now and then for a log. */
import type { HowFar } from '@shootdown/core';
import { inject, injectable } from 'tsyringe';
import { TimeLeft } from './time-left.ts';
import { CLOCK, SETTINGS, TERMINAL, type Clock, type Settings, type Terminal } from './tokens.ts';

const LIVE_EVERY = 100;
const LOG_EVERY = 2000;

const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
const CLEAR = '\r\x1b[2K';

@injectable()
export class Progress {
  #last: number | undefined;
  #what = '';
  #shown = false;
  readonly #noted = new Set<string>();
  /** By name of a search. */
  readonly #left = new Map<string, TimeLeft>();

  constructor(
    @inject(TERMINAL) private readonly terminal: Terminal,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** What is being worked on from now. */
  task(what: string): void {
    this.#what = what;
    this.#say('');
  }

  /**
   * How far a search has come.
   * @param name tells searches apart that run side by side
   */
  search(now: HowFar, name = ''): void {
    const { states, waiting, depth, seconds, bytes, round, roundSeconds = seconds } = now;
    let estimate = this.#left.get(name);
    if (!estimate) this.#left.set(name, (estimate = new TimeLeft()));
    const left = estimate.after(now);
    const words = [
      `${grouped(states)} states`,
      ...(waiting === undefined ? [] : [`${grouped(waiting)} waiting`]),
      `depth ${depth}`,
      ...(round === undefined || round === 1 ? [] : [`round ${round}`]),
      `${seconds.toFixed(1)} s`,
      ...(waiting === undefined || roundSeconds < 1 ? [] : [`${grouped(Math.round(states / roundSeconds))}/s`]),
      ...(bytes === undefined ? [] : [`${grouped(Math.round(bytes / 1e6))} MB`]),
      ...(left === undefined ? [] : [`about ${Math.ceil(left)} s left of this round`]),
    ];
    this.#say(`  ${words.join('  ')}`);
  }

  /** Something worth knowing that is no part of the result. Said once. */
  note(text: string | undefined): void {
    if (text === undefined || this.settings.quiet || this.#noted.has(text)) return;
    this.#noted.add(text);
    this.done();
    this.terminal.err(`${text}\n`);
  }

  /** Takes the line away. */
  done(): void {
    if (this.#shown && this.terminal.live) this.terminal.err(CLEAR);
    this.#shown = false;
  }

  #say(more: string): void {
    if (this.settings.quiet) return;
    const now = this.clock.now();
    // The first plain line waits too: what is done at once needs no log.
    this.#last ??= this.terminal.live ? -Infinity : now;
    if (now - this.#last < (this.terminal.live ? LIVE_EVERY : LOG_EVERY)) return;
    this.#last = now;
    this.#shown = true;
    const line = this.#what + more;
    this.terminal.err(this.terminal.live ? CLEAR + line.slice(0, this.terminal.columns - 1) : `${line}\n`);
  }
}
