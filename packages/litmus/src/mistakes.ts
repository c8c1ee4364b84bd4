/** What is wrong with a litmus file, and what the machine cannot do. */
import { Mistake } from '@shootdown/core';

/** @param where file, with line and column where they are known */
export const badLitmus = (where: string, what: string, hint: string): Mistake =>
  new Mistake('SD_BAD_LITMUS', `${where}: ${what}.`, hint);

/** A test that makes sense, and that nobody can answer here: no mistake of whoever wrote it. */
export class NotModelled extends Error {
  /** @param reason half a sentence */
  constructor(readonly reason: string) {
    super(reason);
  }
}
