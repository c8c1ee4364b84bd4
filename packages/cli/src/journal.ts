/** Verdicts that were found before: a file to which each is added as it comes, so that a run that was killed goes on where it was. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Verdict } from '@shootdown/core';
import { removeCheckpoint, type CheckpointPlace } from './checkpoint-file.ts';
import { differencesOf, mustBeOf, type Code, type Parts } from './code.ts';
import { lock } from './lock.ts';

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

/** A verdict, or what the code is made of that gives the verdicts behind it. */
type Line =
  | {
      /** The code that judged. */
      readonly code: string;
      readonly question: Question;
      readonly verdict: Verdict;
    }
  | { readonly code: string; readonly parts: Parts };

/** Remembers verdicts in a file, which is its own, with the checkpoints beside it, until it is disposed. */
export class Journal {
  readonly #known = new Map<string, Verdict>();
  /** Questions that other code has answered, with the code that did it last. */
  readonly #others = new Map<string, string>();
  readonly #parts = new Map<string, Parts>();
  readonly dispose: () => void;

  /**
   * Reads what is there. A last line that was cut off is left out. What other code has judged is not used, and stays in the file: it counts
   * again when that code is back.
   * @param code which judges now
   * @param every seconds between two parts of the checkpoint of a search
   * @param now what the code that judges is made of by now: more may have been loaded
   * @param warn told once of verdicts that are not used, and why
   * @throws Mistake SD_CHECKPOINT_IN_USE, SD_CHECKPOINT_NOT_WRITTEN
   */
  constructor(
    readonly path: string,
    readonly code: Code,
    private readonly every: number,
    private readonly now: () => Parts,
    private readonly warn: (text: string) => void,
  ) {
    this.dispose = lock(path);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    for (const line of text.split('\n')) {
      const found = readLine(line);
      if (found === undefined) continue;
      if ('parts' in found) this.#parts.set(found.code, found.parts);
      else if (found.code === code.id) this.#known.set(keyOf(found.question), found.verdict);
      else this.#others.set(keyOf(found.question), found.code);
    }
    // What comes next has a line of its own.
    if (text !== '' && !text.endsWith('\n')) appendFileSync(path, '\n');
  }

  /**
   * The verdict from before, or a new one, which is remembered once it is final.
   * @param judge is told where to keep its search meanwhile
   * @throws Mistake SD_CODE_CHANGED
   */
  async judged(question: Question, judge: (place: CheckpointPlace) => Promise<Verdict>): Promise<Verdict> {
    const place = this.#placeOf(question);
    const known = this.#known.get(keyOf(question));
    if (!known) this.#sayOfOther(question);
    const verdict = known ?? (await judge(place));
    if (!known) mustBeOf(this.code.parts, this.now());
    // A bound may be another one next time, and so may the moment of an interrupt.
    const { outcome, evidence } = verdict;
    if (outcome === 'interrupted' || evidence.cut !== undefined || (outcome === 'bound' && !evidence.limits))
      return verdict;
    if (!known) this.#keep(question, verdict);
    // Not before the verdict is there: killed in between, the next run takes it away.
    removeCheckpoint(place);
    return verdict;
  }

  #keep(question: Question, verdict: Verdict): void {
    const add = (line: Line): void => appendFileSync(this.path, `${JSON.stringify(line)}\n`);
    const { id, parts } = this.code;
    if (!this.#parts.has(id)) add({ code: id, parts });
    this.#parts.set(id, parts);
    add({ code: id, question, verdict });
  }

  /** Why a verdict that is there is not used. */
  #sayOfOther(question: Question): void {
    const other = this.#others.get(keyOf(question));
    if (other === undefined) return;
    const parts = this.#parts.get(other);
    const differences = parts ? differencesOf(parts, this.code.parts).join(', ') : 'what of it differs was not noted';
    this.warn(`${this.path} holds verdicts of other code (${differences}): they are not used, and stay there.`);
  }

  /** Beside the file, under the names of what is searched. */
  #placeOf(question: Question): CheckpointPlace {
    const { workload, variant, arch, compact, thresholds } = question;
    const name = [
      workload,
      variant,
      arch,
      ...(compact === undefined ? [] : [`compact-${compact}`]),
      ...(thresholds === undefined ? [] : [thresholds]),
    ]
      .map((word) => word.replace(/[^\w.-]/g, '_'))
      .join('.');
    return { path: `${this.path}.${name}.checkpoint`, code: this.code, question, every: this.every };
  }
}

const keyOf = ({ workload, variant, arch, configuration, compact, thresholds }: Question): string =>
  JSON.stringify([workload, variant, arch, configuration, compact, thresholds]);

function readLine(line: string): Line | undefined {
  try {
    const found = JSON.parse(line) as { code?: unknown; parts?: unknown; question?: unknown; verdict?: unknown };
    const isWhole =
      typeof found.code === 'string' &&
      (isObject(found.parts) || (isObject(found.question) && isObject(found.verdict)));
    return isWhole ? (found as Line) : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
