/** Verdicts that were found before: a file to which each is added as it comes, so that a run that was killed goes on where it was. */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Verdict } from '@shootdown/core';
import { removeCheckpoint, type CheckpointPlace } from './checkpoint-file.ts';
import { lock } from './lock.ts';
import type { Core } from './tokens.ts';

/** What one verdict is about. Not the bounds: a verdict that is final is the same with all of them. */
export interface Question {
  readonly workload: string;
  readonly variant: string;
  readonly arch: string;
  /** The kernel, in one sentence. */
  readonly configuration: string;
  /** Seed of the fingerprints, where they alone told states apart: such a verdict is worth less than one of states compared in full. */
  readonly compact?: number;
  /** Whose thresholds were in force, where only one set was asked for. */
  readonly thresholds?: string;
}

interface Line {
  /** The code that judged. */
  readonly code: string;
  readonly question: Question;
  readonly verdict: Verdict;
}

/** Remembers verdicts in a file, which is its own, with the checkpoints beside it, until it is disposed. */
export class Journal {
  readonly #known = new Map<string, Verdict>();
  readonly dispose: () => void;

  /**
   * Reads what is there. A last line that was cut off is left out, and so is what other code has judged.
   * @param code tells one build from another
   * @param every seconds between two parts of the checkpoint of a search
   * @throws Mistake SD_CHECKPOINT_IN_USE, SD_CHECKPOINT_NOT_WRITTEN
   */
  constructor(
    private readonly path: string,
    private readonly code: string,
    private readonly every: number,
    core: Core,
  ) {
    this.dispose = lock(path, core);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    for (const line of text.split('\n')) {
      const found = readLine(line);
      if (found?.code === code) this.#known.set(keyOf(found.question), found.verdict);
    }
    // What comes next has a line of its own.
    if (text !== '' && !text.endsWith('\n')) appendFileSync(path, '\n');
  }

  /**
   * The verdict from before, or a new one, which is remembered once it is final.
   * @param judge is told where to keep its search meanwhile
   */
  async judged(question: Question, judge: (place: CheckpointPlace) => Promise<Verdict>): Promise<Verdict> {
    const place = this.#placeOf(question);
    const known = this.#known.get(keyOf(question));
    const verdict = known ?? (await judge(place));
    // A bound may be another one next time, and so may the moment of an interrupt.
    if (verdict.outcome === 'interrupted' || verdict.evidence.cut !== undefined) return verdict;
    if (!known) appendFileSync(this.path, `${JSON.stringify({ code: this.code, question, verdict } satisfies Line)}\n`);
    // Not before the verdict is there: killed in between, the next run takes it away.
    removeCheckpoint(place);
    return verdict;
  }

  /** Beside the file, under the names of what is searched. */
  #placeOf(question: Question): CheckpointPlace {
    const { workload, variant, arch, compact, thresholds } = question;
    const name = [workload, variant, arch, ...(compact === undefined ? [] : [`compact-${compact}`]), ...(thresholds === undefined ? [] : [thresholds])].map((word) => word.replace(/[^\w.-]/g, '_')).join('.');
    return { path: `${this.path}.${name}.checkpoint`, code: this.code, question, every: this.every };
  }
}

/**
 * Tells one build of these files from another: names, sizes and times of JavaScript.
 * @param entries entry files of packages: with all that is beside and below them
 * @param plugins files that the config or an option names: with all that is beside them
 */
export function codeOf(entries: readonly string[], plugins: readonly string[]): string {
  const hash = createHash('sha256');
  const add = (entry: string, recursive: boolean): void => {
    const folder = dirname(entry);
    for (const file of (readdirSync(folder, { recursive }) as string[]).filter((name) => name === basename(entry) || /\.[cm]?js$/.test(name)).sort()) {
      const { size, mtimeMs } = statSync(join(folder, file));
      hash.update(`${file} ${size} ${mtimeMs}\n`);
    }
  };
  for (const entry of entries) add(entry, true);
  for (const plugin of plugins) add(plugin, false);
  return hash.digest('hex').slice(0, 16);
}

const keyOf = ({ workload, variant, arch, configuration, compact, thresholds }: Question): string => JSON.stringify([workload, variant, arch, configuration, compact, thresholds]);

function readLine(line: string): Line | undefined {
  try {
    const found = JSON.parse(line) as Line;
    return typeof found.code === 'string' && typeof found.question === 'object' && typeof found.verdict === 'object' ? found : undefined;
  } catch {
    return undefined;
  }
}
