/** Limits: what the model does not have, told at the one place that would need it. Code that comes there gives up. */
import type { Source } from './source.ts';

/** One limit. */
export interface Limit {
  /** What is not modelled, as one phrase: reports print it behind "gave up:". */
  readonly says: string;
  /** The function of Linux that would do it. */
  readonly source: Source;
}

const declared: Limit[] = [];

/**
 * Declares a limit, beside the code that meets it: the list of limits is what the code says.
 * @param source the function of Linux that would do it
 * @param says what is not modelled, as one phrase
 */
export function limit(source: Source, says: string): Limit {
  const made: Limit = { says, source };
  declared.push(made);
  return made;
}

/** Every limit of the modules that are loaded, by file, function and phrase; each once. */
export function limits(): readonly Limit[] {
  const keyOf = ({ says, source }: Limit): string => [source.file, source.symbol, says].join('\n');
  const byKey = new Map(declared.map((one) => [keyOf(one), one]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}
