/** Instructions of x86 that litmus tests use, in the syntax of AT&T (`X86_64`: source first) and of Intel (`X86`: destination first). */
import type { Op } from '@shootdown/core/plugin';
import type { Access, InstructionSet, Program } from './instruction-set.ts';
import type { Thread } from './litmus-test.ts';
import { badLitmus } from './mistakes.ts';
import { addressBits, fits, isInMemory, readOperand, registerNames, registerOf, type Operand } from './x86-operands.ts';
import { cmpxchg, fence, mov, nothing, update, xadd, xchg, type Instruction } from './x86-steps.ts';

const ALU = ['add', 'sub', 'and', 'or', 'xor'] as const;
const SUFFIXES: Readonly<Record<string, number>> = { b: 8, w: 16, l: 32, q: 64 };
const ONE: Operand = { immediate: 1n };
const KNOWN = 'known are moves, exchanges, arithmetic, LOCK and fences; no jumps';

/** An instruction as it is written, its destination first. */
interface Parts {
  readonly locked: boolean;
  readonly name: string;
  /** As the suffix or a register says. Absent: the location says. */
  readonly bits?: number;
  readonly operands: readonly Operand[];
}

/** @returns a text that says what is wrong with it */
function partsOf(text: string, isa: string): Parts | string {
  const [, lock, word, rest] = /^(lock\s+)?([a-z]+)\s*(.*)$/i.exec(text.trim()) ?? [];
  const name = word?.toLowerCase() ?? '';
  const [, plain, suffix] = /^(mov|xchg|xadd|cmpxchg|add|sub|and|or|xor|inc|dec)([bwlq]?)$/.exec(name) ?? [];
  if (plain === undefined && !['mfence', 'lfence', 'sfence'].includes(name))
    return `"${text}" is no instruction that is known of ${isa}: ${KNOWN}`;
  const given = rest ? rest.split(/,(?![^([]*[)\]])/).map((operand) => readOperand(operand.trim(), isa)) : [];
  const wrong = given.find((operand) => typeof operand === 'string');
  if (wrong !== undefined) return `"${text}": ${String(wrong)}`;
  const operands = (isa === 'X86' ? given : given.toReversed()) as Operand[];
  const widths = new Set([
    ...(suffix ? [SUFFIXES[suffix]!] : []),
    ...operands.flatMap((o) => ('register' in o ? [o.register.bits] : [])),
  ]);
  if (widths.size > 1) return `"${text}" names words of ${[...widths].join(' and ')} bits`;
  const [bits] = widths;
  if (bits !== undefined && bits > addressBits(isa)) return `"${text}": ${isa} has no words of ${bits} bits`;
  return { locked: lock !== undefined, name: plain ?? name, operands, ...(bits !== undefined && { bits }) };
}

/** What every instruction asks of its operands; SDM volume 2 has the forms of each. */
function wrongWith({ locked, name, bits, operands }: Parts, isa: string): string | undefined {
  const [to, from] = operands;
  const count = name.endsWith('fence') ? 0 : name === 'inc' || name === 'dec' ? 1 : 2;
  if (operands.length !== count) return `it takes ${count} operands`;
  if (locked && (!to || name === 'mov' || !operands.some(isInMemory) || (name !== 'xchg' && !isInMemory(to))))
    return 'LOCK goes with what reads and writes memory in one instruction (SDM volume 2, LOCK)';
  if (!to) return undefined;
  if (operands.every(isInMemory) && from) return 'both operands are in memory';
  if ('immediate' in to) return 'its destination is a number';
  if (from && 'immediate' in from && ['xchg', 'xadd', 'cmpxchg'].includes(name))
    return 'it takes a register, not a number';
  if (from && isInMemory(from) && ['xadd', 'cmpxchg'].includes(name)) return 'its source has to be a register';
  if (name === 'cmpxchg' && !locked) return 'it is known with LOCK alone';
  if (bits === undefined && isa !== 'X86' && operands.some((o) => 'pointer' in o))
    return 'nothing says how many bits it moves: add a suffix (b, w, l, q)';
  if (bits !== undefined && from && 'immediate' in from && !fits(from.immediate, bits))
    return `${from.immediate} does not fit in ${bits} bits`;
  return undefined;
}

function understood({ locked, name, operands: [to, from] }: Parts, bits: number): Instruction {
  if (name === 'mfence') return fence('mfence');
  if (name.endsWith('fence')) return nothing;
  if (name === 'inc' || name === 'dec') return update(locked, to!, ONE, name === 'inc' ? 'add' : 'sub', bits);
  if (name === 'mov') return mov(to!, from!, bits);
  if (name === 'xchg') return xchg(to!, from!, bits);
  if (name === 'xadd') return xadd(locked, to!, from!, bits);
  if (name === 'cmpxchg') return cmpxchg(to!, from!, bits);
  return update(
    locked,
    to!,
    from!,
    ALU.find((one) => one === name)!,
    bits,
  );
}

function program(thread: Thread, isa: string, where: (line: number, column: number) => string): Program {
  const accesses: Access[] = [];
  const read = thread.lines.map(({ text, at }) => {
    const parts = partsOf(text, isa);
    const wrong = typeof parts === 'string' ? parts : wrongWith(parts, isa);
    if (typeof parts === 'string' || wrong !== undefined)
      throw badLitmus(
        where(at.line, at.column),
        typeof parts === 'string' ? parts : `"${text}": ${wrong}`,
        'What is known stands in packages/litmus/README.md.',
      );
    for (const operand of parts.operands)
      if ('location' in operand)
        accesses.push({ location: operand.location, ...(parts.bits !== undefined && { bits: parts.bits }) });
    return parts;
  });
  return {
    accesses,
    registers: registerNames(isa),
    register: (name) => registerOf(name, isa),
    *run(cpu, state): Op {
      for (let i = 0; i < read.length; i++) {
        const parts = read[i]!;
        const location = parts.operands.find((o) => 'location' in o);
        yield* understood(parts, parts.bits ?? (location ? state.typeOf(location.location).bits : addressBits(isa)))(
          cpu,
          state,
        );
      }
    },
  };
}

export const x86: InstructionSet = {
  isas: ['X86_64', 'X86'],
  memory: 'tso',
  firstsIn: 'head',
  addressBits,
  read: program,
};
