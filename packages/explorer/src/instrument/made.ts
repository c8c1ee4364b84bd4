/** Generators that code has made and never run: a `yield*` was forgotten. Only code whose calls are watched is seen (`instrument`). */
import { Mistake } from '../api/mistakes.ts';
import { runtime } from './runtime.ts';

/** Before code runs from its start: what code that was left in the middle had made is forgotten. */
export const watchMade = (): void => void (runtime.made = new Map());

/** Whoever runs code by hand has it: a thread may hand back the operation that it is. */
export function isRun<T extends object>(op: T): T {
  runtime.made?.delete(op);
  return op;
}

/** Before code runs whose threads take turns: another's end says nothing about what one has made. */
export const forgetMade = (): void => void (runtime.made = undefined);

/**
 * Something that was made and never run by code that has ended, or that failed.
 * @param who the process whose code it is
 * @param cause what the code failed with, if it did
 * @returns the mistake, with the place of the call; nothing where all was run
 */
export function neverRun(who: string, cause?: unknown): Mistake | undefined {
  const [first, ...more] = new Set(runtime.made?.values());
  if (first === undefined) return undefined;
  const others = more.length > 0 ? `, and so at ${more.join(', ')}` : '';
  const mistake = new Mistake(
    'SD_FORGOTTEN_YIELD',
    `${who}: the operation that is called at ${first} was made and never run${others}.`,
    'Write `yield*` before the call: without it the call takes no step, and whatever it returns is not its result.',
  );
  mistake.cause = cause;
  return mistake;
}

runtime.endless = (where) => {
  throw new Mistake(
    'SD_ENDLESS_LOOP',
    `the loop at ${where} goes round without a step: no other CPU can run, and it never ends.`,
    'A loop that waits for others has to look at a cell in each turn: `yield* cpu.load(...)`, or a step that waits.',
  );
};
