/** What is wrong with a litmus file. */
import { Mistake } from '@shootdown/core';

/** @param where file, with line and column where they are known */
export const badLitmus = (where: string, what: string, hint: string): Mistake => new Mistake('SD_BAD_LITMUS', `${where}: ${what}.`, hint);
