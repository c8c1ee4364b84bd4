/** What an instruction set brings: how its instructions are read, and what a CPU does for them. */
import type { Cpu, Op, Ref } from '@shootdown/core/plugin';
import type { Thread, Word } from './litmus-test.ts';
import type { Type } from './types.ts';

/** What a read-modify-write computes from what was there and its operand. */
export const UPDATES = {
  add: (old: bigint, by: bigint): bigint => old + by,
  sub: (old: bigint, by: bigint): bigint => old - by,
  and: (old: bigint, by: bigint): bigint => old & by,
  or: (old: bigint, by: bigint): bigint => old | by,
  xor: (old: bigint, by: bigint): bigint => old ^ by,
} as const;
export type Update = keyof typeof UPDATES;

/** What the kernel keeps of the readers of one `struct srcu_struct`. */
export interface SrcuCells {
  /** Which of the two counts new readers raise: 0 or 1. */
  readonly idx: Ref;
  readonly counts: readonly [Ref, Ref];
  /** One grace period at a time. */
  readonly gpMutex: Ref;
}

/** What a running thread has. */
export interface ThreadState {
  /** By `Register.key`; 0 where nothing was written. */
  readonly registers: Map<string, Word>;
  /** Locks that the thread holds, and `rcu_read_lock()` once for each read-side section that it is in. */
  readonly held: string[];
  /** Bits of an address. */
  readonly addressBits: number;
  /** The type of a location: as it is declared, or as wide as the instructions that touch it. */
  typeOf(location: string): Type;
  /**
   * The cell of a location.
   * @param type what the instruction reads or writes, or how many bits: all there are, or the test is not modelled
   */
  cell(location: string, type: number | Type, use?: 'lock' | 'number'): Ref;
  /** The cells of a location of `struct srcu_struct`. */
  readers(location: string): SrcuCells;
  /** The location so many bytes behind an address; where none begins the test is not modelled. */
  displaced(location: string, bytes: bigint): string;
  /** How words are kept in cells. */
  encode(word: Word): number;
  decode(value: number): Word;
  /**
   * Reads, computes and writes in one step. The result wraps at `bits`.
   * @param observes `nothing`: nobody looks at what was there, and 0 comes back
   */
  update(cpu: Cpu, at: Ref, update: Update, by: bigint, bits: number, observes: 'old' | 'nothing'): Op<Word>;
  /** The test makes no sense here: ends it with a message that names the file. */
  fail(what: string): never;
  /** The test makes sense, and the machine cannot do what it asks for: ends it with the reason. */
  notModelled(what: string): never;
}

/** A register, or the part of one that a name stands for. */
export interface Register {
  /** Which one: names of parts share it. */
  readonly key: string;
  readonly bits: number;
  /** The lowest bit of the part. */
  readonly shift: number;
  /** As the program declares it. Absent: it has no sign. */
  readonly type?: Type;
}

/** A location that a program names. */
export interface Access {
  readonly location: string;
  /** How many bytes behind it. Absent: none. */
  readonly displacement?: bigint;
  /** How many bits the instruction reads or writes. Absent: all there are. */
  readonly bits?: number;
  /** As the program declares it. */
  readonly type?: Type;
}

/** What one thread does, understood. */
export interface Program {
  readonly accesses: readonly Access[];
  /** Names of registers, for who mistypes one. */
  readonly registers: readonly string[];
  /** @returns undefined when it has no register of that name */
  register(name: string): Register | undefined;
  run(cpu: Cpu, state: ThreadState): Op;
}

export interface InstructionSet {
  /** First words of files that are written in it. */
  readonly isas: readonly string[];
  /** Memory model of the machine that runs it. */
  readonly memory: 'sc' | 'tso';
  /** Where registers get first values: in the head of the file, or in the program alone. */
  readonly firstsIn: 'head' | 'program';
  /** Bits of an address. */
  addressBits(isa: string): number;
  /** The type of a location of which nobody says one. Absent: as wide as the instructions that touch it, without a sign. */
  readonly usual?: Type;
  /**
   * @param where makes the name of a place of the file, for messages
   * @throws Mistake SD_BAD_LITMUS with what is not understood
   */
  read(thread: Thread, isa: string, where: (line: number, column: number) => string): Program;
}
