/** Random programs of C, as text and as what they mean to the machine of brute force. Numbers as the C standard has them, on x86-64. */
import type { Access, Program } from './machine.ts';
import { dice } from './x86-programs.ts';

type Size = readonly [bits: number, signed: boolean];
const SIZES: Readonly<Record<string, Size>> = {
  int: [32, true],
  'unsigned int': [32, false],
  long: [64, true],
  u64: [64, false],
  s8: [8, true],
  u8: [8, false],
  short: [16, true],
  uint16_t: [16, false],
  s64: [64, true],
  u32: [32, false],
};
const KINDS = Object.keys(SIZES);
interface Value {
  readonly n: bigint;
  readonly size: Size;
}
type Run<T> = Generator<Access, T, bigint>;
/** An expression: its text, and how it is computed with the variables of its thread. */
interface Expression {
  readonly text: string;
  readonly run: (variables: Map<string, Value>) => Run<Value>;
}
interface Statement {
  readonly text: string;
  readonly run: (variables: Map<string, Value>) => Run<void>;
}
export interface Test {
  readonly source: string;
  readonly threads: readonly Program[];
  readonly first: Readonly<Record<string, bigint>>;
  /** What a cell of memory means. */
  readonly read: (at: string, bits: bigint) => bigint;
}

const fit = (n: bigint, [bits, signed]: Size): bigint => {
  const low = n & ((1n << BigInt(bits)) - 1n);
  return signed && low >> BigInt(bits - 1) === 1n ? low - (1n << BigInt(bits)) : low;
};
const raw = (n: bigint, [bits]: Size): bigint => n & ((1n << BigInt(bits)) - 1n);
const wide = (size: Size): Size => (size[0] < 32 ? [32, true] : size);
function both(a: Size, b: Size): Size {
  const [l, r] = [wide(a), wide(b)];
  return l[0] > r[0] ? l : r[0] > l[0] ? r : [l[0], l[1] && r[1]];
}
const INT: Size = [32, true];
const yes = (is: boolean): Value => ({ n: is ? 1n : 0n, size: INT });

const NUMERALS: readonly (readonly [string, bigint, Size])[] = [
  ['0', 0n, INT],
  ['1', 1n, INT],
  ['2', 2n, INT],
  ['010', 8n, INT],
  ['0x7f', 127n, INT],
  ['255u', 255n, [32, false]],
  ['2147483647', 2147483647n, INT],
  ['2147483648', 2147483648n, [64, true]],
  ['0xffffffff', 4294967295n, [32, false]],
  ['1L', 1n, [64, true]],
  ['7ul', 7n, [64, false]],
  ["'a'", 97n, INT],
  ['1073741824', 1073741824n, INT],
];
const OPERATORS: Readonly<Record<string, (a: bigint, b: bigint) => bigint | boolean>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};
/** How tightly they bind, from the C grammar: a text without brackets has to be read by it. */
const LEVELS: readonly (readonly string[])[] = [
  ['*'],
  ['+', '-'],
  ['<', '>', '<=', '>='],
  ['==', '!='],
  ['&'],
  ['^'],
  ['|'],
  ['&&'],
  ['||'],
];
const levelOf = (op: string): number => LEVELS.findIndex((ops) => ops.includes(op)) + 1;

export function randomTest(seed: number, lines = 3): Test {
  const upTo = dice(seed * 7 + 3);
  const one = <T>(list: readonly T[]): T => list[upTo(list.length)]!;
  const kinds: Record<string, string> = { x: one(['int', ...KINDS]), y: one(KINDS), a: 'atomic_t' };
  const sizeOf = (at: string): Size => (at === 'a' ? INT : SIZES[kinds[at]!]!);
  const first: Record<string, bigint> = Object.fromEntries(
    Object.keys(kinds).map((at) => [at, raw(one([0n, 1n, -1n, (1n << 30n) - 1n, (1n << 31n) - 1n]), sizeOf(at))]),
  );
  const variables: Record<string, string> = { r0: one(KINDS), r1: one(KINDS), r2: 'int' };
  const make = makers(upTo, one, sizeOf, variables);
  const threads = [0, 1].map(() => Array.from({ length: 1 + upTo(lines) }, () => make.statement(2)));
  const declared = Object.entries(kinds).map(([at, kind]) =>
    kind === 'atomic_t'
      ? `atomic_t ${at} = ATOMIC_INIT(${fit(first[at]!, INT)});`
      : `${kind} ${at} = ${fit(first[at]!, sizeOf(at))};`,
  );
  const head = `(${Object.entries(kinds)
    .map(([at, kind]) => `${kind} *${at}`)
    .join(', ')})`;
  const locals = Object.entries(variables)
    .map(([name, kind]) => `\t${kind} ${name} = 0;`)
    .join('\n');
  const bodies = threads.map(
    (statements, t) => `P${t}${head}\n{\n${locals}\n${statements.map(({ text }) => `\t${text}`).join('\n')}\n}\n`,
  );
  const places = [
    ...[0, 1].flatMap((t) => Object.keys(variables).map((name) => `${t}:${name}`)),
    ...Object.keys(kinds),
  ];
  return {
    source: `C random${seed}\n{ ${declared.join(' ')} }\n\n${bodies.join('\n')}\nlocations [${places.join('; ')};]\nexists (x=0)\n`,
    threads: threads.map(
      (statements) =>
        function* () {
          const values = new Map(
            Object.entries(variables).map(([name, kind]): [string, Value] => [name, { n: 0n, size: SIZES[kind]! }]),
          );
          for (const statement of statements) yield* statement.run(values);
          return Object.keys(variables)
            .map((name) => values.get(name)!.n)
            .join();
        },
    ),
    first,
    read: (at, bits) => fit(bits, sizeOf(at)),
  };
}

function makers(
  upTo: (below: number) => number,
  one: <T>(list: readonly T[]) => T,
  sizeOf: (at: string) => Size,
  variables: Readonly<Record<string, string>>,
) {
  const numeral = (): Expression => {
    const [text, n, size] = one(NUMERALS);
    return {
      text,
      *run() {
        return { n, size };
      },
    };
  };
  const variable = (): Expression => {
    const name = one(Object.keys(variables));
    return {
      text: name,
      *run(values) {
        return values.get(name)!;
      },
    };
  };
  const load = (): Expression => {
    const at = one(['x', 'y', 'a']);
    return {
      text: at === 'a' ? 'atomic_read(a)' : one([`READ_ONCE(*${at})`, `smp_load_acquire(${at})`, `*${at}`]),
      *run() {
        const bits = yield { do: 'load', at };
        return { n: fit(bits, sizeOf(at)), size: sizeOf(at) };
      },
    };
  };
  const atomic = (depth: number): Expression => {
    const by = expression(depth - 1);
    const [name, sign, late] = one([
      ['atomic_add_return', 1n, true],
      ['atomic_sub_return', -1n, true],
      ['atomic_fetch_add', 1n, false],
      ['atomic_fetch_sub', -1n, false],
    ] as const);
    return {
      text: `${name}(${by.text}, a)`,
      *run(values) {
        const n = sign * fit((yield* by.run(values)).n, INT);
        const old = yield { do: 'update', at: 'a', to: (was) => raw(was + n, INT) };
        return { n: fit(old + (late ? n : 0n), INT), size: INT };
      },
    };
  };
  const swap = (depth: number): Expression => {
    const at = one(['x', 'y']);
    const [value, expected] = [expression(depth - 1), upTo(2) ? expression(depth - 1) : undefined];
    return {
      text: expected ? `cmpxchg(${at}, ${expected.text}, ${value.text})` : `xchg(${at}, ${value.text})`,
      *run(values) {
        const wanted = expected && raw((yield* expected.run(values)).n, sizeOf(at));
        const to = raw((yield* value.run(values)).n, sizeOf(at));
        const old = yield { do: 'update', at, to: (was) => (wanted === undefined || was === wanted ? to : was) };
        return { n: fit(old, sizeOf(at)), size: sizeOf(at) };
      },
    };
  };
  const binary = (depth: number): Expression & { readonly level?: number } => {
    const op = one([...Object.keys(OPERATORS), '&&', '||', '&&', '||']);
    const [a, b]: (Expression & { readonly level?: number })[] = [expression(depth - 1), expression(depth - 1)];
    const level = levelOf(op);
    const text = `${(a!.level ?? 0) > level ? `(${a!.text})` : a!.text} ${op} ${(b!.level ?? 0) >= level ? `(${b!.text})` : b!.text}`;
    return {
      text,
      level,
      *run(values) {
        const left = yield* a!.run(values);
        if (op === '&&' && left.n === 0n) return yes(false);
        if (op === '||' && left.n !== 0n) return yes(true);
        const right = yield* b!.run(values);
        if (op === '&&' || op === '||') return yes(right.n !== 0n);
        const size = both(left.size, right.size);
        const result = OPERATORS[op]!(fit(left.n, size), fit(right.n, size));
        return typeof result === 'boolean' ? yes(result) : { n: fit(result, size), size };
      },
    };
  };
  const unary = (depth: number): Expression => {
    const of: Expression & { readonly level?: number } = expression(depth - 1);
    const inside = `(${of.text})`;
    const kind = one(KINDS);
    return one<Expression>([
      {
        text: `-${inside}`,
        *run(values) {
          const { n, size } = yield* of.run(values);
          return { n: fit(-n, wide(size)), size: wide(size) };
        },
      },
      {
        text: `~${inside}`,
        *run(values) {
          const { n, size } = yield* of.run(values);
          return { n: fit(-n - 1n, wide(size)), size: wide(size) };
        },
      },
      {
        text: `!${inside}`,
        *run(values) {
          const { n } = yield* of.run(values);
          return yes(n === 0n);
        },
      },
      {
        text: `(${kind}) ${inside}`,
        *run(values) {
          const { n } = yield* of.run(values);
          return { n: fit(n, SIZES[kind]!), size: SIZES[kind]! };
        },
      },
    ]);
  };
  function expression(depth: number): Expression {
    if (depth <= 0) return one([numeral, variable, variable, numeral, load])();
    return one([
      numeral,
      variable,
      load,
      () => binary(depth),
      () => binary(depth),
      () => binary(depth),
      () => unary(depth),
      () => swap(depth),
      () => atomic(depth),
    ])();
  }
  function statement(depth: number): Statement {
    const value = expression(2);
    const name = one(Object.keys(variables));
    const at = one(['x', 'y']);
    const kind = upTo(depth > 0 ? 7 : 5);
    if (kind < 2)
      return {
        text: `${name} = ${value.text};`,
        *run(values) {
          const { n } = yield* value.run(values);
          values.set(name, { n: fit(n, SIZES[variables[name]!]!), size: SIZES[variables[name]!]! });
        },
      };
    if (kind < 4)
      return {
        text: one([
          `WRITE_ONCE(*${at}, ${value.text});`,
          `*${at} = ${value.text};`,
          `smp_store_release(${at}, ${value.text});`,
        ]),
        *run(values) {
          const { n } = yield* value.run(values);
          yield { do: 'store', at, value: raw(n, sizeOf(at)) };
        },
      };
    if (kind === 4)
      return one<Statement>([
        {
          text: 'smp_mb();',
          *run() {
            yield { do: 'fence' };
          },
        },
        {
          text: 'atomic_inc(a);',
          *run() {
            yield { do: 'update', at: 'a', to: (was) => raw(was + 1n, INT) };
          },
        },
        {
          text: 'atomic_dec(a);',
          *run() {
            yield { do: 'update', at: 'a', to: (was) => raw(was - 1n, INT) };
          },
        },
      ]);
    const [then, otherwise] = [statement(depth - 1), statement(depth - 1)];
    return {
      text: `if (${value.text}) ${then.text} else { ${otherwise.text} }`,
      *run(values) {
        const { n } = yield* value.run(values);
        yield* n !== 0n ? then.run(values) : otherwise.run(values);
      },
    };
  }
  return { statement };
}
