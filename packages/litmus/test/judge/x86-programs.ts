/** Random programs of x86, as text and as what they mean to the machine of brute force. */
import type { Access, Program } from './machine.ts';

/** A register name, written out: its bits lie at `from` in the register of that number. */
interface Name {
  readonly text: string;
  readonly of: number;
  readonly size: number;
  readonly from: number;
}
const NAMES: readonly Name[] = [
  ['rax', 0, 64, 0],
  ['eax', 0, 32, 0],
  ['ax', 0, 16, 0],
  ['al', 0, 8, 0],
  ['ah', 0, 8, 8],
  ['rbx', 1, 64, 0],
  ['ebx', 1, 32, 0],
  ['bx', 1, 16, 0],
  ['bl', 1, 8, 0],
  ['bh', 1, 8, 8],
  ['r9', 2, 64, 0],
  ['r9d', 2, 32, 0],
  ['r9w', 2, 16, 0],
  ['r9b', 2, 8, 0],
].map(([text, of, size, from]) => ({ text, of, size, from }) as Name);
export const WHOLE = ['rax', 'rbx', 'r9'];
const SUFFIX: Readonly<Record<number, string>> = { 8: 'b', 16: 'w', 32: 'l', 64: 'q' };

type Operand = { readonly name: Name } | { readonly number: bigint } | { readonly at: string };
interface Line {
  readonly lock: boolean;
  readonly word: string;
  readonly size: number;
  /** Destination first. */
  readonly operands: readonly Operand[];
}

/** A test, random from its number on. */
export interface Test {
  readonly source: string;
  readonly threads: readonly Program[];
  readonly first: Readonly<Record<string, bigint>>;
}

/** Numbers that look random; the same ones for the same seed (xorshift). */
export function dice(seed: number): (below: number) => number {
  let x = (seed + 1) * 0x9e3779b1;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

const EDGES = [
  0n,
  1n,
  -1n,
  5n,
  0x7fn,
  0x80n,
  0x7fffn,
  (1n << 30n) - 1n,
  1n << 30n,
  (1n << 31n) - 1n,
  1n << 31n,
  (1n << 63n) - 1n,
  0x1122334455667788n,
];
const cut = (n: bigint, size: number): bigint => n & ((1n << BigInt(size)) - 1n);

export function randomTest(seed: number): Test {
  const upTo = dice(seed);
  const one = <T>(list: readonly T[]): T => list[upTo(list.length)]!;
  const sizes: Record<string, number> = { x: one([8, 16, 32, 32, 64]), y: one([8, 32, 64]) };
  const first = { x: cut(one(EDGES), sizes['x']!), y: cut(one(EDGES), sizes['y']!) };
  const number = (size: number): Operand => ({ number: BigInt.asIntN(size, one(EDGES)) });
  const line = (): Line => {
    const at = one(['x', 'y']);
    const size = upTo(4) === 0 ? one([8, 16, 32, 64]) : sizes[at]!;
    const name = (): Operand => ({ name: one(NAMES.filter((n) => n.size === size)) });
    const memory: Operand = sizes[at] === size ? { at } : name();
    const isMemory = 'at' in memory;
    switch (upTo(8)) {
      case 0:
        return { lock: false, word: 'mov', size, operands: [memory, upTo(2) ? name() : number(size)] };
      case 1:
        return { lock: false, word: 'mov', size, operands: [name(), memory] };
      case 2:
        return { lock: false, word: 'mov', size, operands: [memory, number(size)] };
      case 3:
        return { lock: false, word: 'xchg', size, operands: [memory, name()] };
      case 4:
        return { lock: isMemory && upTo(2) === 1, word: 'xadd', size, operands: [memory, name()] };
      case 5:
        return { lock: isMemory && upTo(2) === 1, word: one(['inc', 'dec']), size, operands: [memory] };
      case 6:
        return isMemory && upTo(2)
          ? { lock: true, word: 'cmpxchg', size, operands: [memory, name()] }
          : { lock: false, word: one(['mfence', 'lfence', 'sfence']), size: 0, operands: [] };
      default:
        return upTo(3) === 0
          ? { lock: false, word: one(['add', 'sub', 'and', 'or', 'xor']), size, operands: [name(), memory] }
          : {
              lock: isMemory && upTo(2) === 1,
              word: one(['add', 'sub', 'and', 'or', 'xor']),
              size,
              operands: [memory, upTo(2) ? name() : number(size)],
            };
    }
  };
  const threads = Array.from({ length: 2 }, () => Array.from({ length: 1 + upTo(4) }, line));
  return { source: sourceOf(seed, threads, sizes, first), threads: threads.map(meaningOf), first };
}

const written = (o: Operand): string => ('name' in o ? `%${o.name.text}` : 'at' in o ? `(${o.at})` : `$${o.number}`);
const text = ({ lock, word, size, operands }: Line): string =>
  `${lock ? 'lock ' : ''}${word}${SUFFIX[size] ?? ''} ${operands.toReversed().map(written).join(',')}`.trim();

function sourceOf(
  seed: number,
  threads: readonly (readonly Line[])[],
  sizes: Readonly<Record<string, number>>,
  first: Readonly<Record<string, bigint>>,
): string {
  const rows = Array.from(
    { length: Math.max(...threads.map(({ length }) => length)) },
    (_, i) => ` ${threads.map((lines) => (lines[i] ? text(lines[i]) : '')).join(' | ')} ;`,
  );
  const places = [...threads.flatMap((_, t) => WHOLE.map((name) => `${t}:${name}`)), 'x', 'y'];
  const declared = Object.entries(sizes)
    .map(([at, size]) => `uint${size}_t ${at} = ${first[at]};`)
    .join(' ');
  return `X86_64 random${seed}\n{ ${declared} }\n P0 | P1 ;\n${rows.join('\n')}\nlocations [${places.join('; ')};]\nexists (x=0)\n`;
}

/** A write of 32 bits clears what is above them, narrower ones leave it. */
function put(registers: bigint[], { of, size, from }: Name, value: bigint): void {
  if (size >= 32) registers[of] = value;
  else {
    const there = registers[of]!;
    registers[of] = there - (cut(there >> BigInt(from), size) << BigInt(from)) + (value << BigInt(from));
  }
}

const results: Readonly<Record<string, (old: bigint, by: bigint) => bigint>> = {
  mov: (_old, by) => by,
  xchg: (_old, by) => by,
  xadd: (old, by) => old + by,
  add: (old, by) => old + by,
  sub: (old, by) => old - by,
  and: (old, by) => old & by,
  or: (old, by) => old | by,
  xor: (old, by) => old ^ by,
  inc: (old) => old + 1n,
  dec: (old) => old - 1n,
};

function meaningOf(lines: readonly Line[]): Program {
  return function* () {
    const registers = [0n, 0n, 0n];
    const valueOf = function* (o: Operand, size: number): Generator<Access, bigint, bigint> {
      if ('number' in o) return cut(o.number, size);
      return 'name' in o ? cut(registers[o.name.of]! >> BigInt(o.name.from), size) : yield { do: 'load', at: o.at };
    };
    for (const {
      lock,
      word,
      size,
      operands: [to, from],
    } of lines) {
      if (!to) {
        if (word === 'mfence') yield { do: 'fence' };
        continue;
      }
      if (word === 'cmpxchg' && 'at' in to) {
        const [expected, wanted] = [cut(registers[0]!, size), yield* valueOf(from!, size)];
        const old = yield { do: 'update', at: to.at, to: (was) => (was === expected ? wanted : was) };
        if (old !== expected) put(registers, { text: '', of: 0, size, from: 0 }, old);
        continue;
      }
      const by = from ? yield* valueOf(from, size) : 0n;
      const result = (old: bigint): bigint => cut(results[word]!(old, by), size);
      let old = 0n;
      if ('at' in to && (lock || word === 'xchg')) old = yield { do: 'update', at: to.at, to: result };
      else if (word !== 'mov') old = yield* valueOf(to, size);
      if ((word === 'xchg' || word === 'xadd') && from && 'name' in from) put(registers, from.name, old);
      if ('name' in to) put(registers, to.name, result(old));
      else if ('at' in to && !lock && word !== 'xchg') yield { do: 'store', at: to.at, value: result(old) };
    }
    return registers.join();
  };
}
