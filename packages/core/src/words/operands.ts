/** What steps may carry: cells, numbers of several meanings, words for traces, plain data. Each is named where a kind of step is declared. */
import type { Cell } from '@shootdown/explorer';
import type { CpuMask } from './address.ts';
import type { Ref } from './cells.ts';
import type { Pfn, Table } from './entry.ts';
import { levelAt, levelIndex, type Level } from './geometry.ts';

/** One operand: what code gives, where a step carries it, and what its meaning reads there. */
export interface Operand<Given, Read = Given> {
  /** `cells` and `numbers` stand last: they take all that are left. */
  readonly in: 'cell' | 'cells' | 'number' | 'numbers' | 'why' | 'info';
  /** A number as it is carried. Absent: as it was given. */
  readonly encode?: (given: Given) => number;
  /** What the meaning reads. Absent: what is carried. */
  readonly decode?: (carried: never) => Read;
}

/** A cell that the step is about. Code names it by region and index; one that does not exist is a pointer that leads nowhere. */
export const cell: Operand<Ref, Cell> = { in: 'cell' };
/** The same, where not every step of the kind has one. */
export const maybeCell: Operand<Ref | undefined, Cell | undefined> = { in: 'cell' };
/** As many cells as code names. */
export const cells: Operand<readonly Ref[], readonly Cell[]> = { in: 'cells' };
/** A number that stands for itself: the value of a cell, an address, a count. */
export const number: Operand<number> = { in: 'number' };
/** As many numbers as code gives. */
export const numbers: Operand<readonly number[]> = { in: 'numbers' };
/** A set of CPUs. */
export const cpuMask: Operand<CpuMask> = number;
/** The number of a page frame, or of a page table. */
export const frame: Operand<Pfn> = number;
export const table: Operand<Table> = number;
/** The number of a record (`StepTools.idOf`). */
export const record: Operand<number> = number;
export const flag: Operand<boolean> = {
  in: 'number',
  encode: (given) => (given ? 1 : 0),
  decode: (carried: number) => carried === 1,
};
export const level: Operand<Level> = { in: 'number', encode: levelIndex, decode: levelAt };
/** One of several words, which are numbered from 1. */
export const oneOf = <const W extends string>(...words: readonly W[]): Operand<W> => ({
  in: 'number',
  encode: (given) => 1 + words.indexOf(given),
  decode: (carried: number) => words[carried - 1]!,
});
/** For steps that wait or break a claim: whom or what for, in words. */
export const why: Operand<string> = { in: 'why' };
/** Plain data for those who judge the step. */
export const info = <T>(): Operand<T> => ({ in: 'info' });
