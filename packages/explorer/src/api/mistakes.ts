/** Every error that a user or plugin author can cause, with its code, exit class and next step. */

/** Exit classes, as the command line returns them (sysexits, where one fits). */
export const EXIT = { usage: 64, plugin: 65, environment: 69, internal: 70, checkpoint: 74, bound: 75 } as const;

/** Codes of mistakes and the exit class each belongs to. */
export const MISTAKES = {
  SD_UNKNOWN_HOOK: EXIT.plugin,
  SD_MISSING_HOOK: EXIT.plugin,
  SD_HOOK_NOT_GENERATOR: EXIT.plugin,
  SD_WRONG_RESULT: EXIT.plugin,
  SD_HIDDEN_STATE: EXIT.plugin,
  SD_OPERATION_THREW: EXIT.plugin,
  SD_FORGOTTEN_YIELD: EXIT.plugin,
  SD_ENDLESS_LOOP: EXIT.plugin,
  SD_BAD_STEP: EXIT.plugin,
  SD_BAD_SYMMETRY: EXIT.plugin,
  SD_BAD_ARCH: EXIT.plugin,
  SD_UNDECLARED_CELL: EXIT.plugin,
  SD_CELL_OUT_OF_RANGE: EXIT.plugin,
  SD_VALUE_TOO_WIDE: EXIT.plugin,
  SD_POOL_EXHAUSTED: EXIT.plugin,
  SD_SETUP_STUCK: EXIT.plugin,
  SD_BAD_SCENARIO: EXIT.plugin,
  SD_BAD_WATCHER: EXIT.plugin,
  SD_BAD_CONFIG: EXIT.plugin,
  SD_UNKNOWN_CHANGE: EXIT.plugin,
  SD_INCOHERENT_CHANGES: EXIT.plugin,
  SD_UNKNOWN_LAYER: EXIT.plugin,
  SD_BAD_PATCH: EXIT.plugin,
  SD_UNREACHED_PATCH: EXIT.bound,
  SD_UNKNOWN_WORKLOAD: EXIT.usage,
  SD_UNKNOWN_ARCH: EXIT.usage,
  SD_UNKNOWN_HOOK_NAME: EXIT.usage,
  SD_UNKNOWN_CLAIM: EXIT.plugin,
  SD_BAD_TOKEN: EXIT.usage,
  SD_TOKEN_VERSION: EXIT.usage,
  SD_TOKEN_DOES_NOT_APPLY: EXIT.usage,
  SD_BAD_BOUND: EXIT.usage,
  SD_BAD_OPTION: EXIT.usage,
  SD_BAD_OPERATION: EXIT.usage,
  SD_UNKNOWN_OPERATION: EXIT.usage,
  SD_UNKNOWN_MODE: EXIT.usage,
  SD_BAD_COUNTS: EXIT.usage,
  SD_BAD_LITMUS: EXIT.plugin,
  SD_BAD_CHECKPOINT: EXIT.checkpoint,
  SD_CHECKPOINT_NOT_WRITTEN: EXIT.checkpoint,
  SD_CHECKPOINT_IN_USE: EXIT.checkpoint,
  SD_CODE_CHANGED: EXIT.checkpoint,
  SD_OUTPUT_NOT_WRITTEN: EXIT.checkpoint,
} as const;
export type MistakeCode = keyof typeof MISTAKES;

/** Something the user or a plugin author did wrong. Says what and where, the likely cause and the next step. */
export class Mistake extends Error {
  override readonly name = 'Mistake';
  /** Process exit code that belongs to the kind of mistake. */
  readonly exitClass: number;
  /**
   * @param code one of the table above
   * @param what what went wrong and where, one sentence
   * @param hint likely cause and next step
   */
  constructor(
    readonly code: MistakeCode,
    readonly what: string,
    readonly hint: string = '',
  ) {
    super(`${code}: ${what}${hint ? `\n  ${hint}` : ''}`);
    this.exitClass = MISTAKES[code];
  }
}

/** The closest of `known` to `name`, when close enough to be a slip of the fingers. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 4)) + 1;
  for (const candidate of known) {
    const d = distance(name, candidate);
    if (d < bestDistance) [best, bestDistance] = [candidate, d];
  }
  return best;
}

/** Edits between two names, a swap of neighbours counting as one (Damerau, restricted). */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let d = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) d = Math.min(d, at(i - 2, j - 2) + 1);
      rows[i]![j] = d;
    }
  }
  return at(a.length, b.length);
}
