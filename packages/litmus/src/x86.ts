/** Instructions of x86 that litmus tests use, in the syntax of AT&T (`X86_64`: source first) and of Intel (`X86`: destination first). */
import type { Op } from '@shootdown/core/plugin';
import type { Access, InstructionSet, Program, ThreadState } from './instruction-set.ts';
import type { Thread } from './litmus-test.ts';
import { badLitmus, NotModelled } from './mistakes.ts';
import { addressBits, fits, isInMemory, readOperand, registerNames, registerOf, type Operand } from './x86-operands.ts';
import {
  cmpxchg,
  compare,
  CONDITIONS,
  fence,
  inverted,
  lea,
  mov,
  moveIf,
  nothing,
  setIf,
  update,
  xadd,
  xchg,
  type Flags,
  type Instruction,
} from './x86-steps.ts';

const ALU = ['add', 'sub', 'and', 'or', 'xor'] as const;
const SUFFIXES: Readonly<Record<string, number>> = { b: 8, w: 16, l: 32, q: 64 };
const ONE: Operand = { immediate: 1n };
const KNOWN = 'known are moves, exchanges, arithmetic, comparisons, jumps, LOCK and fences';
const CONDITION = Object.keys(CONDITIONS).join('|');
/** Instructions without operands that do nothing here. */
const NOTHING = ['nop', 'pause', 'lfence', 'sfence'];
const MNEMONIC = new RegExp(
  `^(?:(mov|xchg|xadd|cmpxchg|add|sub|and|or|xor|inc|dec|cmp|test|lea|neg|not)([bwlq]?)|(cmov(?:${CONDITION}))([wlq]?)|(set(?:${CONDITION})))$`,
);
/** Of stores and flushes that bypass the order of ordinary memory, and of vector registers. */
const OTHER_MEMORY =
  /^(?:movnt\w+|clflush\w*|clwb|movd|movdq\w+|movs[sd]|movap\w|vmov\w+|rep|cpuid|in[bwl]?|out[bwl]?)$/;
/** A label may stand before an instruction, or alone. */
const LABEL = /^([A-Za-z_.$][\w.$]*)\s*:\s*/;

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
  const [, common, width, move, moved, byte] = MNEMONIC.exec(name) ?? [];
  const plain = common ?? move ?? byte;
  const suffix = width || moved || (byte && 'b');
  if (OTHER_MEMORY.test(name)) throw new NotModelled(`"${text}" is an instruction beside ordinary loads and stores`);
  if (plain === undefined && name !== 'mfence' && !NOTHING.includes(name))
    return `"${text}" is no instruction that is known of ${isa}: ${KNOWN}`;
  const given = rest ? rest.split(/,(?![^([]*[)\]])/).map((operand) => readOperand(operand.trim(), isa)) : [];
  const wrong = given.find((operand) => typeof operand === 'string');
  if (wrong !== undefined) return `"${text}": ${String(wrong)}`;
  const operands = (isa === 'X86' ? given : given.toReversed()) as Operand[];
  const widths = new Set([
    ...(suffix ? [SUFFIXES[suffix]!] : []),
    ...operands.flatMap((o) => ('register' in o ? [o.register.bits] : [])),
    ...operands.flatMap((o) => ('addressOf' in o ? [addressBits(isa)] : [])),
  ]);
  if (widths.size > 1) return `"${text}" names words of ${[...widths].join(' and ')} bits`;
  const [bits] = widths;
  if (bits !== undefined && bits > addressBits(isa)) return `"${text}": ${isa} has no words of ${bits} bits`;
  return { locked: lock !== undefined, name: plain ?? name, operands, ...(bits !== undefined && { bits }) };
}

/** What every instruction asks of its operands; SDM volume 2 has the forms of each. */
function wrongWith({ locked, name, bits, operands }: Parts, isa: string): string | undefined {
  const [to, from] = operands;
  const count = name === 'mfence' || NOTHING.includes(name) ? 0 : /^(?:inc|dec|neg|not|set.*)$/.test(name) ? 1 : 2;
  if (operands.length !== count) return `it takes ${count} operands`;
  if (
    locked &&
    (!to ||
      /^(?:mov|cmp|test|lea|cmov.*|set.*)$/.test(name) ||
      !operands.some(isInMemory) ||
      (name !== 'xchg' && !isInMemory(to)))
  )
    return 'LOCK goes with what reads and writes memory in one instruction (SDM volume 2, LOCK)';
  if (!to) return undefined;
  if (operands.every(isInMemory) && from) return 'both operands are in memory';
  if (('immediate' in to || 'addressOf' in to) && name !== 'cmp') return 'its destination is a number';
  if (name === 'lea' && !(from && isInMemory(from) && 'register' in to)) return 'it puts an address into a register';
  if (/^(?:lea|cmov.*)$/.test(name) && !('register' in to)) return 'its destination has to be a register';
  if ((name === 'neg' || name === 'not') && isInMemory(to) && locked)
    return 'it is known with LOCK for registers alone';
  if (from && 'addressOf' in from && !['mov', 'cmp'].includes(name)) return 'it takes a number, not an address';
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

function understood({ locked, name, operands: [to, from] }: Parts, bits: number, flags: Flags): Instruction {
  if (name === 'mfence') return fence('mfence');
  if (NOTHING.includes(name)) return nothing;
  if (name === 'inc' || name === 'dec')
    return update(locked, to!, ONE, name === 'inc' ? 'add' : 'sub', bits, flags, 'stays');
  if (name === 'neg' || name === 'not') return inverted(to!, name, bits, flags);
  if (name.startsWith('set')) return setIf(name.slice('set'.length), to!, bits);
  if (name.startsWith('cmov')) return moveIf(name.slice('cmov'.length), to!, from!, bits);
  if (name === 'cmp' || name === 'test') return compare(to!, from!, name === 'cmp' ? 'sub' : 'and', bits);
  if (name === 'lea') return lea(to!, from!, bits);
  if (name === 'mov') return mov(to!, from!, bits);
  if (name === 'xchg') return xchg(to!, from!, bits);
  if (name === 'xadd') return xadd(locked, to!, from!, bits);
  if (name === 'cmpxchg') return cmpxchg(to!, from!, bits);
  const how = ALU.find((one) => one === name)!;
  return update(locked, to!, from!, how, bits, flags);
}

/** One line of a thread. */
type Line = Parts | { readonly jump: string | undefined; readonly to: string };

/** Lines in order, and before which of them a label stands. */
interface Listing {
  readonly lines: readonly Line[];
  readonly labels: ReadonlyMap<string, number>;
}

function listingOf(thread: Thread, isa: string, where: (line: number, column: number) => string): Listing {
  const lines: Line[] = [];
  const labels = new Map<string, number>();
  for (const { text, at } of thread.lines) {
    const wrong = (what: string): never => {
      throw badLitmus(where(at.line, at.column), what, 'What is known stands in packages/litmus/README.md.');
    };
    let rest = text;
    for (let label = LABEL.exec(rest); label; label = LABEL.exec(rest)) {
      if (labels.has(label[1]!)) wrong(`there are two labels ${label[1]}`);
      labels.set(label[1]!, lines.length);
      rest = rest.slice(label[0].length);
    }
    if (rest.trim() === '') continue;
    const [, condition, to] = new RegExp(`^j(mp|${CONDITION})\\s+([\\w.$]+)$`, 'i').exec(rest.trim()) ?? [];
    if (condition !== undefined && to !== undefined) {
      const plain = condition.toLowerCase();
      lines.push({ jump: plain === 'mp' ? undefined : plain, to });
      if (labels.has(to)) throw new NotModelled(`"${rest.trim()}" jumps back: a thread has no loops here`);
      continue;
    }
    const parts = partsOf(rest, isa);
    const mistake = typeof parts === 'string' ? parts : wrongWith(parts, isa);
    if (typeof parts === 'string') wrong(parts);
    else if (mistake === undefined) lines.push(parts);
    else wrong(`"${text}": ${mistake}`);
  }
  for (const line of lines)
    if ('to' in line && !labels.has(line.to))
      throw badLitmus(
        where(thread.lines[0]!.at.line, thread.lines[0]!.at.column),
        `P${thread.number} jumps to ${line.to}, and no line has that label`,
        'A label is a name with a colon before an instruction, or alone.',
      );
  return { lines, labels };
}

const accessesIn = (lines: readonly Line[]): Access[] =>
  lines.flatMap((line) =>
    'to' in line
      ? []
      : line.operands.flatMap((operand): Access[] => {
          if ('addressOf' in operand) return [{ location: operand.addressOf, displacement: operand.displacement }];
          if (!('location' in operand) || operand.index) return [];
          const { location, displacement } = operand;
          const bits = line.name === 'lea' ? undefined : line.bits;
          return [{ location, displacement, ...(bits !== undefined && { bits }) }];
        }),
  );

function program(thread: Thread, isa: string, where: (line: number, column: number) => string): Program {
  const { lines, labels } = listingOf(thread, isa, where);
  const flags: Flags = lines.some((line) => 'to' in line || /^(?:set|cmov)/.test(line.name)) ? 'looked at' : 'lost';
  return {
    accesses: accessesIn(lines),
    registers: registerNames(isa),
    register: (name) => registerOf(name, isa),
    *run(cpu, state): Op {
      for (let i = 0; i < lines.length; i++) {
        const line = lines[i]!;
        if ('to' in line) {
          // A jump goes forward, past lines that are not run.
          if (line.jump === undefined || CONDITIONS[line.jump]!(state)) i = labels.get(line.to)! - 1;
          continue;
        }
        const location = line.operands.find((o) => 'location' in o);
        const bits = line.bits ?? (location ? bitsAt(state, location) : addressBits(isa));
        yield* understood(line, bits, flags)(cpu, state);
      }
    },
  };
}

/** As many as the location has. */
const bitsAt = (state: ThreadState, { location, displacement }: Extract<Operand, { location: string }>): number =>
  state.typeOf(state.displaced(location, displacement)).bits;

export const x86: InstructionSet = {
  isas: ['X86_64', 'X86'],
  memory: 'tso',
  firstsIn: 'head',
  addressBits,
  read: program,
};
