/** What an instruction set brings: how its instructions are read, and what a CPU does for them. */
import type { Cpu, Op, Ref } from '@shootdown/core/plugin';
import type { Word } from './litmus-test.ts';

/** What a running thread has. */
export interface ThreadState {
  /** By widest name; 0 where nothing was written. */
  readonly registers: Map<string, Word>;
  /** The cell of a location, and how words are kept in cells. */
  cell(location: string): Ref;
  encode(word: Word): number;
  decode(value: number): Word;
  /** The test makes no sense here: ends it with a message that names the file. */
  fail(what: string): never;
}

/** One instruction, understood. */
export type Instruction = (cpu: Cpu, state: ThreadState) => Op;

export interface InstructionSet {
  /** First words of files that are written in it. */
  readonly isas: readonly string[];
  /** Memory model of the machine that runs it. */
  readonly memory: 'sc' | 'tso';
  /** The widest name of a register. */
  register(name: string): string;
  /** Locations that an instruction names itself, beside those that the file declares. */
  locations(text: string): readonly string[];
  /** @returns what is wrong with it, when it is not understood */
  read(text: string, isa: string): Instruction | string;
}
